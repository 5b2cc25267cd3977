"""An incident: what is wrong, where it shows, since when. It says nothing of causes; those are hypotheses."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import model_validator

from orchestrator.model.base import Frozen, Moment, Name

BASELINE_BY_DEFAULT = timedelta(hours=1)


class Severity(StrEnum):
    """How bad it is, in the field's own words: SEV1 is the worst."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"
    UNKNOWN = "unknown"


class Window(Frozen):
    """A stretch of time: `start` belongs to it, `end` does not."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _runs_forward(self) -> "Window":
        if self.end < self.start:
            raise ValueError("a window's end must not lie before its start")
        return self

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end - self.start).total_seconds()


class Scope(Frozen):
    """Which part of the world is meant. Empty strings mean: not said."""

    environment: str = ""
    cluster: str = ""
    namespace: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.environment, self.cluster, self.namespace) if part)


class Incident(Frozen):
    """What is wrong. Five fields are what a person tells; the rest is known from where the incident came.

    `start_time` is when trouble was seen to begin. `baseline_start` and `baseline_end` bound the time before it that
    counts as healthy; where they are not known, the hour before the start does. `end_time` is None while it goes on.
    """

    incident_id: Name
    title: str
    start_time: Moment
    affected_services: tuple[str, ...] = ()
    severity: Severity = Severity.UNKNOWN
    scope: Scope = Scope()
    end_time: Moment | None = None
    baseline_start: Moment | None = None
    baseline_end: Moment | None = None
    recorded: bool = False

    def window(self, now: datetime) -> Window:
        """From the end of what is known to be healthy to the end of the incident, or to `now` while it goes on."""
        start = min(self.baseline_end or self.start_time, self.start_time)
        return Window(start=start, end=max(start, self.end_time or now))

    def baseline(self) -> Window:
        """The healthy time before the incident."""
        end = min(self.baseline_end or self.start_time, self.start_time)
        return Window(start=min(self.baseline_start or end - BASELINE_BY_DEFAULT, end), end=end)
