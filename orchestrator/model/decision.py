"""A decision: a human's word on a hypothesis. Agents never decide. One decision a hypothesis; it stays as the record."""

from enum import StrEnum

from pydantic import Field

from orchestrator.model.base import Frozen, Moment, Name


class Person(Frozen):
    """Somebody who asked, clicked or typed. `user_id` is what the surface knows them by; `name` is for people to read."""

    user_id: Name
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.user_id


class Verdict(StrEnum):
    """Accept says that somebody believes it, not that it was proven."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Decision(Frozen):
    """Who said what of which hypothesis, when, and why."""

    hypothesis_id: Name
    verdict: Verdict
    by: Person
    at: Moment
    reason: str = Field(default="", max_length=3000)
