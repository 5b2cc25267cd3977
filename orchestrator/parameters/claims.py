"""What was found in a text for each field, and what becomes of it where that is more than one thing.

The law: two values of one field that differ are a question, never silently one of them; said twice alike is said once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from orchestrator.parameters.extraction import Choice, Question, Reading, Source

FIELDS = {
    "incident": "incident_id",
    "services": "affected_services",
    "since": "start_time",
    "until": "end_time",
    "severity": "severity",
    "budget": "budget",
    "mode": "mode",
    "agents": "agent_ids",
}
"""The options by which people set a field, and the field of Parameters that each sets."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`words` say that `field`, an option's name, is `value`."""

    field: str
    value: Any
    source: Source
    words: str


@dataclass(slots=True)
class Claims:
    """Everything that was claimed so far, and every question that came up."""

    made: list[Claim] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def add(self, name: str, value: Any, words: str, source: Source = Source.SAID) -> None:
        """One more claim."""
        self.made.append(Claim(name, value, source, words))

    def ask(self, name: str, said: str, choices: tuple[Choice, ...]) -> None:
        """One more question."""
        self.questions.append(Question(field=name, said=said, choices=choices))

    def override(self, settled: Sequence[Claim]) -> None:
        """These go before all else that was claimed or asked of their fields."""
        fields = {each.field for each in settled}
        self.made = [each for each in self.made if each.field not in fields] + list(settled)
        self.questions = [each for each in self.questions if each.field not in fields]

    def of(self, name: str) -> list[Claim]:
        """What was claimed of that field."""
        return [each for each in self.made if each.field == name]

    def settled(self) -> tuple[dict[str, Any], dict[str, Reading], tuple[Question, ...]]:
        """The values by the names of Parameters, where each came from, and what has to be asked."""
        asked = {each.field for each in self.questions}
        values: dict[str, Any] = {}
        read: dict[str, Reading] = {}
        questions = list(self.questions)
        for name, attribute in FIELDS.items():
            claims = self.of(name)
            if not claims or name in asked:
                continue
            if any(_key(each.value) != _key(claims[0].value) for each in claims):
                questions.append(_contradiction(name, claims))
                continue
            values[attribute] = claims[0].value
            read[attribute] = Reading(source=claims[0].source, words=claims[0].words)
        return values, read, tuple(questions)


def _key(value: Any) -> Any:
    return frozenset(value) if isinstance(value, tuple) else value


def _contradiction(name: str, claims: list[Claim]) -> Question:
    distinct = {_key(each.value): each for each in claims}
    choices = tuple(Choice(label=label(each.value), option=option(name, each.value)) for each in distinct.values())
    return Question(field=name, said=" and ".join(each.words for each in claims), choices=choices, contradiction=True)


def label(value: Any) -> str:
    """The value as people read it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, Decimal):
        return f"${value}"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def option(name: str, value: Any) -> str:
    """The option that gives that value: what somebody can type."""
    if name == "incident":
        return str(value)
    shown = f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
    return f"{name}={','.join(value) if isinstance(value, tuple) else shown}"
