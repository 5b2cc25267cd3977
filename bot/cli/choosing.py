"""Which of several was meant, asked at the terminal; where nobody is there to answer, refused with the command that works.

The law: nothing is started before it is answered, and only a number that was offered is an answer.
"""

import shlex
from collections.abc import Awaitable, Callable

from rich.console import Console
from rich.text import Text

from bot.terminal import safe
from orchestrator.errors import ParameterExtractionError
from orchestrator.parameters import Question

ReadLine = Callable[[], Awaitable[str]]


async def choose(question: Question, typed: str, console: Console, read: ReadLine | None) -> str:
    """The option that answers it. Raises ParameterExtractionError where no answer comes, or nobody can read (`read`)."""
    if read is None or not question.choices:
        raise refusal(question, typed)
    said = f"“{question.said}”"
    asked = f"Only one of {said} can hold:" if question.contradiction else f"{said} may mean one of these:"
    console.print(Text(safe(asked)))
    for number, each in enumerate(question.choices, 1):
        console.print(Text(safe(f"  {number}. {each.label}")))
    console.print(Text(f"Which? [1-{len(question.choices)}] "), end="")
    answer = (await read()).strip()
    if not answer.isdecimal() or not 1 <= int(answer) <= len(question.choices):
        raise refusal(question, typed)
    return question.choices[int(answer) - 1].option


def refusal(question: Question, typed: str) -> ParameterExtractionError:
    """The choices, and the whole command with one of them; where two values contradict each other, only one may be said."""
    plain = question.refusal()
    if question.contradiction or not question.choices:
        return plain
    words = " ".join(shlex.quote(each) for each in [*typed.split(), question.choices[0].option])
    return ParameterExtractionError(plain.field, plain.value, plain.rule, f"compass investigate {words}")
