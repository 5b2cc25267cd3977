"""What a model is asked to answer with. Small, since every byte of it is paid for with every question.

The schema tells the model its bounds and does not enforce them: one explanation that breaks one costs itself, in
`accepting`, and not the whole answer.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from agents.incident.phrases import WHAT
from orchestrator.model import FaultKind

KINDS = tuple(kind for kind in WHAT if kind is not FaultKind.UNKNOWN)
MOST_EXPLANATIONS, MOST_IDS, LONGEST_STATEMENT = 4, 6, 160

_SAID_IN_THE_PROMPT = ("title", "description", "default")


def _small(schema: JsonDict) -> None:
    """Without what the prompt says already. All of it is wanted, also where we can do without."""
    properties = schema.get("properties")
    for part in (schema, *(properties.values() if isinstance(properties, dict) else ())):
        for name in _SAID_IN_THE_PROMPT if isinstance(part, dict) else ():
            part.pop(name, None)
    if isinstance(properties, dict):
        schema["required"] = list(properties)


def _listed(told: object) -> object:
    """One id alone, or none, as a list."""
    return [told] if isinstance(told, str) else told or []


class Answer(BaseModel):
    """What a model answers with; what it says beyond that is not heard."""

    model_config = ConfigDict(frozen=True, json_schema_extra=_small)


Ids = Annotated[list[str], BeforeValidator(_listed), Field(json_schema_extra={"maxItems": MOST_IDS})]


class Explanation(Answer):
    """One explanation, in the model's words, with the ids of what speaks for it and against it."""

    service: str = ""
    kind: Annotated[str, Field(json_schema_extra={"enum": [each.value for each in KINDS]})] = ""
    statement: str = ""
    supports: Ids = []
    against: Ids = []


class Explanations(Answer):
    """What a model thinks is wrong, likeliest first."""

    explanations: Annotated[list[Explanation], Field(json_schema_extra={"maxItems": MOST_EXPLANATIONS})]


class Against(StrEnum):
    """How strongly something speaks against an explanation."""

    NONE = "none"
    SOME = "some"
    STRONG = "strong"


class Doubt(Answer):
    """What a model holds against an explanation."""

    ids: Ids = []
    strength: Annotated[Against, WithJsonSchema({"enum": [each.value for each in Against]})]
