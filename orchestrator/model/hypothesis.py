"""A hypothesis: one explanation, with what speaks for it, what against it, and how it could be shown wrong."""

from enum import StrEnum

from pydantic import Field

from orchestrator.model.base import Frozen, Name


class FaultKind(StrEnum):
    """What sort of thing is broken."""

    ERROR = "error"
    WRONG_RESULT = "wrong result"
    LATENCY = "latency"
    NETWORK = "network"
    CPU = "cpu"
    MEMORY = "memory"
    SATURATION = "saturation"
    DEPLOY = "deploy"
    DEPENDENCY = "dependency"
    CONFIGURATION = "configuration"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


class Hypothesis(Frozen):
    """One explanation. `agent_id`, `statement` and `initial_confidence` suffice to make one.

    `supporting` and `refuting` are ids of observations. `do_first` is what a person may consider doing; agents never
    act. `change_id` names the change that is blamed, if one is. `hypothesis_id` ("h3") is given when they are ranked.
    """

    agent_id: Name
    statement: str = Field(min_length=1, max_length=600)
    initial_confidence: float = Field(ge=0.0, le=1.0)
    hypothesis_id: str = ""
    service: str = ""
    peer: str = ""
    fault_kind: FaultKind = FaultKind.UNKNOWN
    supporting: tuple[str, ...] = ()
    refuting: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    disprove: tuple[str, ...] = ()
    do_first: str = ""
    change_id: str = ""


class Strength(StrEnum):
    """Confidence in words, because 0.62 means nothing at 3 a.m."""

    STRONG = "strong"
    SOME = "some"
    WEAK = "weak"


THE_BAR = 0.3
"""Under this confidence nobody is named in a headline: the report says "no clear cause" and what to look at next."""


def strength(confidence: float) -> Strength:
    """strong from 0.7, some from 0.45, weak below."""
    if confidence >= 0.7:
        return Strength.STRONG
    return Strength.SOME if confidence >= 0.45 else Strength.WEAK
