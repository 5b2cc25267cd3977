"""How far lookups may reach: one incident, its time before and since, its scope, what was observed, and so many seconds."""

from collections.abc import Awaitable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from orchestrator.clock import Clock, within
from orchestrator.errors import ParameterExtractionError, SourceUnavailableError
from orchestrator.model import Incident, Observation, Window
from orchestrator.ports import Desk, Lookup, Telemetry

T = TypeVar("T")
LOOKUP_S = 20.0
FEW = 6
_NOT_SENT = ("title", "description", "additionalProperties", "default", "minimum", "maximum")


def _small(schema: JsonDict) -> None:
    """Without what a refusal says just as well: the schema is sent with every call."""
    properties = schema.get("properties")
    for part in (schema, *(properties.values() if isinstance(properties, dict) else ())):
        for name in _NOT_SENT if isinstance(part, dict) else ():
            part.pop(name, None)


class Wish(BaseModel):
    """What a model asks a lookup for. What it says beyond the fields is refused and not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_small)


@dataclass(frozen=True, slots=True)
class Remit:
    """What the lookups of one turn may read. `observations` are all agents', `desk` is where colleagues are asked.

    `now` is when plain analysis read its telemetry: what happened since is not asked for, so that what it was answered,
    which is kept, answers a lookup too.
    """

    agent_id: str
    incident: Incident
    telemetry: Telemetry
    clock: Clock
    now: datetime
    observations: Sequence[Observation] = ()
    desk: Desk | None = None

    @property
    def since(self) -> Window:
        """From the start of the incident."""
        return self.incident.window(self.now)

    @property
    def before(self) -> Window:
        """The healthy time."""
        return self.incident.baseline()

    @property
    def whole(self) -> Lookup:
        """The very same that plain analysis asked."""
        return Lookup.whole(self.incident, self.now).settled(self.now)

    @property
    def split(self) -> float:
        """Where the time before ends, in epoch seconds."""
        return self.since.start.timestamp()

    @property
    def known(self) -> frozenset[str]:
        """The services that were heard of."""
        named = {name for each in self.observations for name in (each.service, each.peer)}
        called = {name for each in self.observations for call in each.calls for name in call}
        return frozenset({*self.incident.affected_services, *named, *called} - {""})

    async def answered(self, asked: Awaitable[T], what: str) -> T:
        """The answer, within the time that a lookup may take. Raises SourceUnavailableError."""
        try:
            return await within(self.clock, LOOKUP_S, asked)
        except TimeoutError:
            raise SourceUnavailableError(
                f"{what} were not read within {LOOKUP_S:.0f} s.", remedy="Go on without them, or ask for less."
            ) from None

    def around(self, minutes: int) -> Window:
        """So many minutes before the start and after it, 0 for all that may be read. Refuses what reaches further."""
        start, before, since = self.since.start, self.before, self.since
        if not minutes:
            return Window(start=before.start, end=since.end)
        most = max(minutes_of(Window(start=before.start, end=start)), minutes_of(since))
        if not 0 < minutes <= most:
            rule = f"may reach from 1 to {most} min before and after the start of the incident, 0 means all of that"
            raise ParameterExtractionError("minutes", str(minutes), rule, f"minutes={min(10, most)}")
        reach = timedelta(minutes=minutes)
        return Window(start=max(before.start, start - reach), end=min(since.end, start + reach))


def minutes_of(window: Window) -> int:
    """Its length in minutes."""
    return max(1, round(window.seconds / 60))


def one_of(field: str, value: str, known: Collection[str], what: str) -> str:
    """The known name that is meant, whatever its case. Refuses another, with those that are nearest."""
    spelt = {each.casefold(): each for each in known}
    found = spelt.get(value.strip().casefold())
    if found is not None:
        return found
    example = nearest(value, known)
    raise ParameterExtractionError(
        field, value, f"no such {what} here", ", ".join(example) or f"none: no {what} is known"
    )


def nearest(value: str, known: Iterable[str]) -> list[str]:
    """The few names that are most like it, else the first few."""
    spelt = {each.casefold(): each for each in sorted(known)}
    near = get_close_matches(value.casefold(), spelt, n=FEW, cutoff=0.4)
    return [spelt[each] for each in near] or list(spelt.values())[:FEW]
