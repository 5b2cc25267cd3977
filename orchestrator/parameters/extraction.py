"""What was understood of a text: the values, where each came from, what has to be asked, and what nobody understood.

The law: a value says where it came from, in the words it was read from; what was not said is not set. The rules that hold
whatever door a value comes through stand here.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Frozen, Moment, Severity

MOST_BUDGET = Decimal(1000)
MOST_NAMES, MOST_NAME = 50, 100
MOST_TITLE = 300
EXAMPLES = {"since": "since=14:00", "services": "services=checkout"}


class Parameters(Frozen):
    """What was typed, validated. None or empty: it was not said.

    Whether a moment is too early or still to come is for whoever knows what time it is: see `points.allowed`.
    """

    incident_id: str | None = None
    title: str = ""
    affected_services: tuple[str, ...] = Field(default=(), max_length=MOST_NAMES)
    start_time: Moment | None = None
    end_time: Moment | None = None
    severity: Severity | None = None
    budget: Decimal | None = Field(default=None, gt=0, le=MOST_BUDGET, allow_inf_nan=False)
    mode: str | None = None
    agent_ids: tuple[str, ...] = ()

    @field_validator("affected_services")
    @classmethod
    def _short(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if any(not 0 < len(each) <= MOST_NAME for each in names):
            raise PydanticCustomError("rule", f"must be names of at most {MOST_NAME} characters")
        return names

    @model_validator(mode="after")
    def _in_order(self) -> "Parameters":
        if self.start_time is not None and self.end_time is not None and self.end_time <= self.start_time:
            raise PydanticCustomError("order", f"must lie after since, {self.start_time:%Y-%m-%d %H:%M} UTC")
        return self


class Source(StrEnum):
    """Where a value came from."""

    TYPED = "typed"
    """key=value."""
    SAID = "said"
    """In a sentence."""
    FORM = "form"
    RECORD = "record"
    """What is known of the incident."""
    MODEL = "model"
    DEFAULT = "default"


class Reading(Frozen):
    """Where a value came from, and the words it was read from."""

    source: Source
    words: str = ""


class Choice(Frozen):
    """One answer to a question: as people call it, and the option to type that gives it."""

    label: str
    option: str


class Question(Frozen):
    """What must not be guessed, as `said` fits several. `field` is an option's name; no choices: anything may be the answer.

    `contradiction`: the text says each of these itself.
    """

    field: str
    said: str
    choices: tuple[Choice, ...] = ()
    contradiction: bool = False

    def refusal(self) -> ParameterExtractionError:
        """The same where nobody can be asked: what fits, and an option that says which."""
        offered = ", ".join(each.label for each in self.choices)
        rule = (
            f"may mean {'one of ' * (len(self.choices) > 1)}{offered}"
            if self.choices
            else "says when, but not which is meant"
        )
        example = " or ".join(each.option for each in self.choices) or EXAMPLES.get(self.field, f"{self.field}=…")
        return ParameterExtractionError(self.field, self.said, rule, example)


class Extraction(Frozen):
    """`read` says for each set field of `parameters` where it came from; `left` are words that may matter and nobody took.

    `unread` says why somebody who was asked to read those could not, in a sentence for people.
    """

    parameters: Parameters
    read: Mapping[str, Reading] = Field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    left: tuple[str, ...] = ()
    unread: str = ""

    def sure(self) -> Parameters:
        """The parameters. Raises ParameterExtractionError where something would have to be asked first."""
        for question in self.questions:
            raise question.refusal()
        return self.parameters
