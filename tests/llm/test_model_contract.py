"""What every LanguageModel does, whoever serves it."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from orchestrator.errors import BudgetExceededError, ModelAnswerError
from orchestrator.ports import LanguageModel
from tests.llm.asking import Ideas, asked, request
from tests.llm.wiring import Ledger
from tests.support.models import ScriptedModel

KINDS = ["scripted", "openai", "azure", "anthropic"]
GOOD = {"ideas": [{"statement": "the pool is full", "evidence_for": ["o1", "o2", "o3"]}]}


@pytest.fixture(params=KINDS)
async def model(request: pytest.FixtureRequest) -> AsyncIterator[LanguageModel]:
    if request.param == "scripted":
        yield ScriptedModel({"hypothesise": GOOD})
        return
    async with asked(request.param) as served:
        yield served.model


@pytest.fixture(params=KINDS)
async def babbler(request: pytest.FixtureRequest) -> AsyncIterator[LanguageModel]:
    """It never gives what is wanted."""
    if request.param == "scripted":
        yield ScriptedModel({"hypothesise": {"ideas": "many"}})
        return
    async with asked(request.param, answerer=lambda _: ("final_result", {"ideas": "many"})) as served:
        yield served.model


async def test_an_answer_is_of_the_wanted_type_and_cites_what_it_was_asked_over(model: LanguageModel) -> None:
    answer = await model.ask(request(), Ledger().account)
    assert isinstance(answer, Ideas)
    assert answer.ideas[0].evidence_for == ["o1", "o2", "o3"]


async def test_an_answer_is_paid_for_under_its_purpose(model: LanguageModel) -> None:
    ledger = Ledger()
    await model.ask(request(), ledger.account)
    assert ledger.account.spent > 0
    assert (ledger.last.purpose, ledger.last.model, ledger.last.status.value) == ("hypothesise", model.name, "settled")


async def test_a_question_that_does_not_fit_is_not_asked_and_says_so(model: LanguageModel) -> None:
    ledger = Ledger("0.000001")
    with pytest.raises(BudgetExceededError, match="may cost"):
        await model.ask(request(), ledger.account)
    assert ledger.account.spent == Decimal(0)


async def test_what_is_not_of_the_wanted_type_is_no_answer_and_is_paid_for(babbler: LanguageModel) -> None:
    ledger = Ledger()
    with pytest.raises(ModelAnswerError):
        await babbler.ask(request(), ledger.account)
    assert ledger.account.spent > 0
