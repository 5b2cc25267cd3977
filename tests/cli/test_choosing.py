"""Which of several was meant, at the terminal."""

import io

import pytest
from rich.console import Console

from bot.cli.choosing import choose
from orchestrator.errors import ParameterExtractionError
from orchestrator.parameters import Choice, Question
from tests.cli.test_investigate import compass

CHOICES = tuple(Choice(label=each, option=f"services={each}") for each in ("payments-api", "payments-worker"))
PAYMENTS = Question(field="services", said="payments", choices=CHOICES)
TYPED = "payments won't load"


def console() -> Console:
    return Console(file=io.StringIO())


async def answered(line: str) -> str:
    async def read() -> str:
        return line

    return await choose(PAYMENTS, TYPED, console(), read)


async def test_the_number_of_a_choice_is_its_option() -> None:
    assert await answered("2\n") == "services=payments-worker"


@pytest.mark.parametrize("line", ["", "0", "3", "payments-api", "-1", "²"])
async def test_anything_else_is_refused_with_a_command_that_works(line: str) -> None:
    with pytest.raises(ParameterExtractionError) as refused:
        await answered(line)
    assert "may mean one of payments-api, payments-worker" in refused.value.rule
    assert refused.value.example == """compass investigate payments 'won'"'"'t' load services=payments-api"""


async def test_where_nobody_can_answer_it_is_refused_at_once() -> None:
    with pytest.raises(ParameterExtractionError):
        await choose(PAYMENTS, TYPED, console(), None)


def test_a_contradiction_is_refused_where_there_is_no_terminal() -> None:
    result = compass("investigate", "INC-123", "budget=5", "budget=10")
    assert result.exit_code == 2
    assert "may mean one of $5, $10" in result.output
