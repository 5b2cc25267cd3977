"""From what was typed to an investigation: find the incident, fill in what was not said, refuse what cannot be looked into.

Nothing more is asked of a person than what they typed. Every value that was taken as a default is named in `assumed`, so
that it can be shown and changed.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from orchestrator.errors import ParameterExtractionError, SourceUnavailableError
from orchestrator.investigation.names import Names
from orchestrator.model import Incident, Investigation, Mode, Origin, Person, Severity, redacted
from orchestrator.parameters import Parameters, Reading, Source
from orchestrator.ports import IncidentSource, TeamSpec

LOOK_BACK = timedelta(minutes=30)
MOST_WORDS = 20
MOST_LISTED = 12
MOST_TITLE = 60
OF_WORDS = (Source.TYPED, Source.SAID, Source.MODEL)
"""Where values come from that were held against the known services already, as they were read."""
NOTHING_READ: Mapping[str, Reading] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may cost and how many may go on at once. Money in dollars, times in seconds.

    `words` is what a model may cost that reads what somebody typed, before there is a run.
    """

    budget: Decimal = Decimal("10.00")
    budget_critical: Decimal = Decimal("20.00")
    words: Decimal = Decimal("0.10")
    agent_timeout_s: float = 120.0
    run_timeout_s: float | None = None
    max_running: int = 5


@dataclass(frozen=True, slots=True)
class Opening:
    """Makes investigations. `live` says that any incident can be looked into; `new_id` gives ids nobody had before."""

    incidents: IncidentSource
    team: TeamSpec
    limits: Limits
    live: bool
    new_id: Callable[[], str]
    names: Names

    async def prepare(
        self,
        parameters: Parameters,
        *,
        workspace: str,
        by: Person,
        origin: Origin,
        now: datetime,
        read: Mapping[str, Reading] = NOTHING_READ,
        run_id: str = "",
    ) -> Investigation:
        """The investigation that these words ask for; nothing is stored yet. `read` is where each value came from.

        `run_id` is its id where one was given out already.

        Raises ParameterExtractionError for a value that cannot be used, SourceUnavailableError where no configured source
        can look into that incident.
        """
        typed, assumed, of_record = await self._incident(parameters, now)
        held = any(each.source in OF_WORDS for each in read.values())
        incident = redacted(typed if held else await self.names.understood(typed, parameters, now))
        assumed += ["services"] if incident != typed or _understood(parameters, read) else []
        budget = parameters.budget
        if budget is None:
            budget = self.limits.budget_critical if incident.severity == Severity.SEV1 else self.limits.budget
            assumed.append("budget")
        return Investigation(
            workspace=workspace,
            investigation_id=run_id or self.new_id(),
            incident=incident,
            team=self.team.name,
            agent_ids=self._agents(parameters.agent_ids),
            budget=budget,
            mode=self._mode(parameters.mode),
            requested_by=by,
            requested_at=now,
            origin=origin,
            assumed=tuple(assumed),
            told=(
                *((name, each.source.value) for name, each in read.items()),
                *((name, Source.RECORD.value) for name in of_record if name not in read),
            ),
        )

    async def can_look_into(self, incident: Incident) -> bool:
        """Whether a configured source knows of it; a recording can only be looked into where it lies."""
        return self.live or await self.incidents.find(incident.incident_id) is not None

    async def _incident(self, parameters: Parameters, now: datetime) -> tuple[Incident, list[str], tuple[str, ...]]:
        parameters, known = await self._known(parameters)
        if known is not None:
            return _amended(known, parameters), [], _of_record(known, parameters)
        if not self.live:
            raise await self._nobody_can_look(parameters.incident_id)
        assumed = [] if parameters.start_time else ["start_time"]
        assumed += [] if parameters.severity else ["severity"]
        incident = Incident(
            incident_id=parameters.incident_id or made_up_id(now),
            title=parameters.title or parameters.incident_id or "incident",
            start_time=parameters.start_time or (parameters.end_time or now) - LOOK_BACK,
            end_time=parameters.end_time,
            affected_services=parameters.affected_services,
            severity=parameters.severity or Severity.UNKNOWN,
        )
        return _in_order(incident), assumed, ()

    async def _known(self, parameters: Parameters) -> tuple[Parameters, Incident | None]:
        """The incident of that id, or the one whose id stands among the words: ids of recordings come in every shape."""
        if parameters.incident_id:
            return parameters, await self.incidents.find(parameters.incident_id)
        words = parameters.title.split()
        for word in words[:MOST_WORDS]:
            if (found := await self.incidents.find(word)) is not None:
                rest = " ".join(each for each in words if each != word)
                return parameters.model_copy(update={"title": rest}), found
        return parameters, None

    async def _nobody_can_look(self, incident_id: str | None) -> SourceUnavailableError:
        known = sorted(await self.incidents.known(), key=lambda each: each.incident_id)
        listed = ", ".join(f"{each.incident_id} ({each.title[:MOST_TITLE]})" for each in known[:MOST_LISTED])
        more = f" and {len(known) - MOST_LISTED} more" if len(known) > MOST_LISTED else ""
        what = (
            f"{incident_id}: no recorded incident has that id" if incident_id else "words alone: they name no incident"
        )
        return SourceUnavailableError(
            f"No configured source can look into {what}, and no live telemetry store is set up.",
            remedy=f"Recorded incidents: {listed}{more}." if known else "Add recorded incidents with COMPASS_CASES.",
        )

    def _agents(self, asked: Sequence[str]) -> tuple[str, ...]:
        known = [each.agent_id for each in self.team.agents]
        for name in asked:
            if name not in known:
                raise ParameterExtractionError(
                    "agents", name, f"must be among {', '.join(known)}", f"agents={known[0]}"
                )
        return tuple(name for name in known if not asked or name in asked)

    @staticmethod
    def _mode(mode: str | None) -> Mode:
        if mode is not None and mode not in list(Mode):
            raise ParameterExtractionError("mode", mode, f"must be {' or '.join(Mode)}", "mode=sequential")
        return Mode(mode or Mode.SEQUENTIAL)


def _understood(parameters: Parameters, read: Mapping[str, Reading]) -> bool:
    """Whether services are not those that were typed, but what was understood of the words: that is shown."""
    reading = read.get("affected_services")
    if reading is None:
        return False
    said = reading.words.casefold()
    return reading.source != Source.TYPED or any(each.casefold() not in said for each in parameters.affected_services)


def new_investigation_id() -> str:
    """An id nobody had before, short enough to type."""
    return f"inv-{secrets.token_hex(5)}"


def made_up_id(now: datetime) -> str:
    """An id that can be typed afterwards, to a hundredth of a second: two people with two troubles get two incidents."""
    return f"INC-{now:%m%d%H%M%S}{now.microsecond // 10_000:02d}"


def _amended(known: Incident, parameters: Parameters) -> Incident:
    """A known incident with what the person said of it. Their word goes before the record's."""
    update: dict[str, object] = {}
    if parameters.affected_services:
        update["affected_services"] = parameters.affected_services
    if parameters.severity:
        update["severity"] = parameters.severity
    if parameters.title:
        update["title"] = parameters.title
    if parameters.start_time:
        update |= {"start_time": _moment(known, "since", parameters.start_time), "baseline_end": None}
    if parameters.end_time:
        update["end_time"] = _moment(known, "until", parameters.end_time)
    return _in_order(known.model_copy(update=update))


def _of_record(known: Incident, parameters: Parameters) -> tuple[str, ...]:
    """The values of a known incident that nobody said otherwise."""
    values = {
        "affected_services": known.affected_services,
        "start_time": known.start_time,
        "severity": known.severity if known.severity != Severity.UNKNOWN else None,
    }
    return tuple(name for name, value in values.items() if value and not getattr(parameters, name))


def _in_order(incident: Incident) -> Incident:
    """The incident, if it ends after it began. Raises ParameterExtractionError: what was typed may meet what was known."""
    start, end = incident.start_time, incident.end_time
    if end is not None and end <= start:
        rule = f"must lie before the incident's end, {end:%Y-%m-%d %H:%M:%S} UTC"
        example = f"since={end - LOOK_BACK:%Y-%m-%dT%H:%MZ}"
        raise ParameterExtractionError("since", f"{start:%Y-%m-%d %H:%M:%S}", rule, example)
    return incident


def _moment(known: Incident, field: str, typed: datetime) -> datetime:
    return _within_recording(known, field, typed) if known.recorded else typed


def _within_recording(known: Incident, field: str, typed: datetime) -> datetime:
    """The moment that was typed, on the day of the recording. Raises ParameterExtractionError where nothing was recorded."""
    first, last = known.baseline().start, known.end_time or known.start_time
    for day in range(-1, 2):
        date = first.date() + timedelta(days=day)
        moved = typed.replace(year=date.year, month=date.month, day=date.day)
        if first < moved < last or (field == "until" and moved == last):
            return moved
    raise ParameterExtractionError(
        field,
        f"{typed:%H:%M}",
        f"must lie within the recording, {first:%H:%M:%S}–{last:%H:%M:%S} UTC",
        f"since={known.start_time:%H:%M:%S}Z",
    )
