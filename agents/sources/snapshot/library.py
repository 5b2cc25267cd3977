"""Recorded incidents behind the ports of live ones: found by their id, read through `Compute`, kept while they are in use.

Whoever investigates cannot tell a recording from a store but by `Incident.recorded`.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from agents.sources.snapshot.case import Listed, RecordedCase, list_cases, read_case
from agents.sources.snapshot.files import Limits
from agents.sources.snapshot.sheet import CaseSheet
from agents.sources.snapshot.times import moment
from orchestrator.errors import SourceUnavailableError
from orchestrator.flights import Flights
from orchestrator.model import Asked, Changes, Incident, Logs, Metrics, MetricSeries, Spans, Topology
from orchestrator.ports import Compute, Lookup

SOURCE = "snapshot"
KEPT_CASES = 4
T = TypeVar("T")


def packaged_recordings() -> Path:
    """The folder of the recordings that come with Compass."""
    return Path(str(files("agents.sources").joinpath("recorded")))


class SnapshotLibrary:
    """All cases in some places: case folders, archives, or folders of them. Implements every source port.

    A case has one environment and no other scope, so a lookup's scope is not asked for.
    """

    def __init__(
        self,
        places: Sequence[Path],
        compute: Compute,
        *,
        kept: int = KEPT_CASES,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
    ) -> None:
        self._places = tuple(places)
        self._compute = compute
        self._limits = limits
        self._listings: Flights[tuple[Listed, ...]] = Flights(1)
        self._cases: Flights[RecordedCase] = Flights(kept)

    async def find(self, incident_id: str) -> Incident | None:
        """The incident of that id, or None. Raises SourceUnavailableError where its recording is there but broken."""
        listed = await self._find(incident_id)
        return None if listed is None else (await self._read(listed)).sheet.incident

    async def has(self, incident_id: str) -> bool:
        """Whether there is a recording of that incident; also of one that is broken."""
        wanted = incident_id.casefold()
        names = (_names(each.sheet) if each.sheet else (_stem(each.location),) for each in await self._list())
        return any(wanted in each for each in names)

    async def known(self) -> Sequence[Incident]:
        """Every incident, newest first. Raises SourceUnavailableError if there are cases and none can be read."""
        listed = await self._list()
        sheets = {each.sheet.incident.incident_id.casefold(): each.sheet for each in reversed(listed) if each.sheet}
        problem = next((each.problem for each in listed if each.problem), None)
        if problem is not None and not sheets:
            raise problem
        incidents = (sheet.incident for sheet in sheets.values())
        return sorted(incidents, key=lambda each: (-each.start_time.timestamp(), each.incident_id))

    async def problems(self) -> Sequence[SourceUnavailableError]:
        """What is wrong with the cases that cannot be read, for `doctor`."""
        return [each.problem for each in await self._list() if each.problem]

    async def candidates(self, incident_id: str) -> tuple[str, ...]:
        """The services among which the case says that its cause is sought; empty where it does not say."""
        return (await self._case(incident_id)).sheet.candidates

    async def read_metrics(self, lookup: Lookup) -> Metrics:
        """The series of the window, of those services and of those names."""
        case = await self._case(lookup.incident_id)
        wanted = [each for each in case.series if not lookup.services or each.service in lookup.services]
        series = tuple(_cut(each, lookup) for each in wanted if not lookup.metrics or each.metric in lookup.metrics)
        latest = max((each.times[-1] for each in series if each.times), default=None)
        return Metrics(self._asked("metrics.csv", case, lookup, latest), series)

    async def read_logs(self, lookup: Lookup) -> Logs:
        """The log lines of the window, and those services."""
        case = await self._case(lookup.incident_id)
        logs = case.logs
        rows = _rows(logs.times, logs.services, lookup)
        times = array("d", _pick(logs.times, rows))
        return Logs(
            self._asked("logs.jsonl", case, lookup, times[-1] if times else None),
            times,
            _pick(logs.services, rows),
            _pick(logs.levels, rows),
            _pick(logs.messages, rows),
            _pick(logs.trace_ids, rows),
        )

    async def read_spans(self, lookup: Lookup) -> Spans:
        """The spans that start in the window, of those services."""
        case = await self._case(lookup.incident_id)
        spans = case.spans
        rows = _rows(spans.starts, spans.services, lookup)
        starts = array("d", _pick(spans.starts, rows))
        texts = (
            spans.trace_ids,
            spans.span_ids,
            spans.parent_ids,
            spans.services,
            spans.names,
            spans.statuses,
            spans.peers,
        )
        return Spans(
            self._asked("traces.jsonl", case, lookup, starts[-1] if starts else None),
            starts,
            array("d", _pick(spans.durations, rows)),
            *(_pick(column, rows) for column in texts),
        )

    async def read_changes(self, lookup: Lookup) -> Changes:
        """The changes of the window; those that name no service are there whatever services are asked for."""
        case = await self._case(lookup.incident_id)
        within = [each for each in case.changes if lookup.window.start <= each.at < lookup.window.end]
        changes = tuple(each for each in within if not lookup.services or each.service in ("", *lookup.services))
        latest = changes[-1].at.timestamp() if changes else None
        return Changes(self._asked("changes.json", case, lookup, latest), changes)

    async def read_topology(self, lookup: Lookup) -> Topology:
        """Who calls whom, as far as the case's sheet says it."""
        sheet = (await self._case(lookup.incident_id)).sheet
        return Topology(services=sheet.candidates, calls=sheet.calls)

    async def _list(self) -> tuple[Listed, ...]:
        return await self._listings.get("", lambda: self._compute.run(list_cases, self._places, self._limits))

    async def _find(self, incident_id: str) -> Listed | None:
        wanted = incident_id.casefold()
        listed = await self._list()
        found = next((each for each in listed if each.sheet and wanted in _names(each.sheet)), None)
        broken = next((each for each in listed if each.problem and _stem(each.location) == wanted), None)
        if found is None and broken is not None and broken.problem is not None:
            raise broken.problem
        return found

    async def _read(self, listed: Listed) -> RecordedCase:
        return await self._cases.get(
            listed.location, lambda: self._compute.run(read_case, listed.location, self._limits)
        )

    async def _case(self, incident_id: str) -> RecordedCase:
        listed = await self._find(incident_id)
        if listed is None:
            raise SourceUnavailableError(
                f"There is no recording of {incident_id}.",
                remedy="Name one of the recorded incidents, or add its case.",
            )
        return await self._read(listed)

    def _asked(self, file: str, case: RecordedCase, lookup: Lookup, latest: float | None) -> Asked:
        query = f"{file} of {case.sheet.case_id}"
        if lookup.services:
            query += f", services {', '.join(lookup.services)}"
        return Asked(SOURCE, query, lookup.window, left_out=case.left_out[file], latest=_moment(latest))


def _names(sheet: CaseSheet) -> tuple[str, str]:
    return sheet.incident.incident_id.casefold(), sheet.case_id.casefold()


def _stem(location: Path) -> str:
    return location.name.removesuffix(".tar.xz").casefold()


def _moment(at: float | None) -> datetime | None:
    return None if at is None else moment(at)


def _bounds(times: "array[float]", lookup: Lookup) -> slice:
    window = lookup.window
    return slice(bisect_left(times, window.start.timestamp()), bisect_left(times, window.end.timestamp()))


def _cut(series: MetricSeries, lookup: Lookup) -> MetricSeries:
    part = _bounds(series.times, lookup)
    return replace(series, times=series.times[part], values=series.values[part])


def _rows(times: "array[float]", services: tuple[str, ...], lookup: Lookup) -> slice | list[int]:
    part = _bounds(times, lookup)
    if not lookup.services:
        return part
    wanted = frozenset(lookup.services)
    return [row for row in range(part.start, part.stop) if services[row] in wanted]


def _pick(column: Sequence[T], rows: slice | list[int]) -> tuple[T, ...]:
    return tuple(column[rows]) if isinstance(rows, slice) else tuple(column[row] for row in rows)
