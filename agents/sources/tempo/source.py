"""Tempo behind the port of traces: searched in even slices, each trace fetched by its id, once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from agents.sources.catalogue import (
    NO_CORRECTIONS,
    Corrections,
    KnownService,
    KnownStore,
    Overview,
    canonical,
    service_of,
)
from agents.sources.grafana import NO_GRAFANA, Grafana
from agents.sources.tempo.columns import columns, topology_of
from agents.sources.tempo.otlp import TRACE_BYTES, RawSpan, hex_id, raw_spans
from agents.sources.tempo.sampling import EVERYTHING, Search, chosen, searches
from agents.sources.wire import Server, ServerError, Trouble, answers_to
from orchestrator.clock import Clock
from orchestrator.flights import Flights
from orchestrator.model import Asked, Spans, Topology, Window
from orchestrator.ports import Lookup

SOURCE = "tempo"
KEPT = 4
BESIDE_S = 1800
"""A trace may have begun before the slice that it was found in; its blocks are looked for so far around the window."""
_PATHS = ("api/v2/traces/{}", "api/traces/{}", "api/traces/{}/json")
"""Where a trace is: since Tempo 2.7, before, and on servers that answer protobuf unless the path says otherwise."""
_MISSING = (Trouble.NOT_FOUND, Trouble.TOO_LARGE, Trouble.UNREADABLE)


@dataclass(frozen=True, slots=True)
class TraceLimits:
    """How many traces are read for one lookup, and in how many slices of time they are looked for."""

    traces: int = 240
    slices: int = 12

    @classmethod
    def at(cls, per_second: float) -> "TraceLimits":
        """As many as can be read in about half a minute, for each trace is a question; never more than 2,400."""
        return cls(traces=max(12, min(2_400, round(24 * per_second))))


class TempoSource:
    """Implements TraceSource and TopologySource."""

    def __init__(
        self,
        server: Server,
        clock: Clock,
        *,
        corrections: Corrections = NO_CORRECTIONS,
        grafana: Grafana = NO_GRAFANA,
        limits: TraceLimits = TraceLimits(),
    ) -> None:
        self._server, self._corrections, self._grafana, self._limits = server, corrections, grafana, limits
        self._clock = clock
        self._lookups: Flights[Spans] = Flights(KEPT)
        self._path = ""

    async def read_spans(self, lookup: Lookup) -> Spans:
        """A sample of the window. Raises ServerError where the server does not answer."""
        meant = self._corrections.meant(lookup.scope)
        wanted = replace(lookup.settled(self._clock.now()), incident_id="", scope=meant)
        spans = await self._lookups.get(wanted, lambda: self._read(wanted))
        return replace(spans, asked=replace(spans.asked, window=lookup.window))

    async def read_topology(self, lookup: Lookup) -> Topology:
        """Who calls whom, by the same sample. Raises ServerError where the server does not answer."""
        return topology_of(await self.read_spans(replace(lookup, services=())))

    async def overview(self, window: Window) -> Overview:
        """Which services send spans. Raises ServerError."""
        known = await self._server.get_json(
            "api/search/tag/service.name/values",
            {"start": str(int(window.start.timestamp())), "end": str(int(window.end.timestamp()) + 1)},
            what="which services it knows",
        )
        names = sorted({service_of({"service.name": each}, self._corrections) for each in _values(known)} - {""})
        store = KnownStore(name="Tempo", holds=f"{len(names)} services")
        return Overview(stores=(store,), services=tuple(KnownService(name=each, stores=(SOURCE,)) for each in names))

    async def _read(self, lookup: Lookup) -> Spans:
        affected = sorted({canonical(each) or each for each in (*lookup.services, *lookup.affected)})
        limits = self._limits
        planned = searches(lookup.window, affected, traces=limits.traces, slices=limits.slices, began=lookup.began)
        found = await answers_to(self._search(each) for each in planned)
        ids = chosen(zip(planned, found, strict=True), limits.traces)
        fetched = await self._fetch_all(ids, lookup.window)
        spans = [span for each in fetched if each is not None for span in each]
        known = len({trace for traces in found for trace in traces})
        more = any(len(traces) >= each.limit for each, traces in zip(planned, found, strict=True))
        asked = Asked(
            SOURCE,
            _told(planned, limits),
            lookup.window,
            self._grafana.link(planned[-1].query if planned else EVERYTHING, lookup.window),
            _left_out(len(ids), known, more, sum(each is None for each in fetched)),
        )
        wanted = frozenset(canonical(each) or each for each in lookup.services)
        told = await asyncio.to_thread(
            columns, spans, asked, scope=lookup.scope, services=wanted, corrections=self._corrections
        )
        latest = datetime.fromtimestamp(told.starts[-1], UTC) if told.starts else None
        return replace(told, asked=replace(asked, latest=latest))

    async def _search(self, search: Search) -> list[str]:
        params = {
            "q": search.query,
            "start": str(search.start),
            "end": str(search.end),
            "limit": str(search.limit),
            "spss": "1",
        }
        answer = await self._server.get_json("api/search", params, what="a search for traces")
        traces = answer.get("traces") if isinstance(answer, dict) else None
        ids = (_trace_id(each) for each in (traces if isinstance(traces, list) else []))
        return [each for each in ids if each][: search.limit]

    async def _fetch_all(self, ids: Sequence[str], window: Window) -> list[Sequence[RawSpan] | None]:
        """All of them, in their order; one by one until it is known where this server keeps traces."""
        fetched: list[Sequence[RawSpan] | None] = []
        while not self._path and len(fetched) < len(ids):
            fetched.append(await self._fetch(ids[len(fetched)], window))
        return [*fetched, *await answers_to(self._fetch(each, window) for each in ids[len(fetched) :])]

    async def _fetch(self, trace_id: str, window: Window) -> Sequence[RawSpan] | None:
        """That trace; None where it is not there (any more), or no trace that can be read."""
        around = {
            "start": str(int(window.start.timestamp()) - BESIDE_S),
            "end": str(int(window.end.timestamp()) + BESIDE_S),
        }
        for path in (self._path,) if self._path else _PATHS:
            try:
                spans = await self._server.get(path.format(trace_id), around, raw_spans, what="a trace by its id")
            except ServerError as error:
                if error.trouble not in _MISSING:
                    raise
            else:
                # What it does not know once it never knows; asking it twice for every trace is rude.
                self._path = path
                return spans
        return None


def _told(planned: Sequence[Search], limits: TraceLimits) -> str:
    if not planned:
        return EVERYTHING
    queries = list(dict.fromkeys(each.query for each in planned))
    halved = "half of them before the incident, " if any(each.since for each in planned) else ""
    slices = len(planned) // len(queries)
    return f"{' and '.join(queries)}, {limits.traces} traces at most, {halved}evenly from {slices} slices of time"


def _left_out(read: int, known: int, more: bool, missing: int) -> str:
    """`known` traces were found; `more` says that there may be more than those."""
    parts = [
        f"{read} of {known}{' or more' if more else ''} traces were read, so this is a sample"
        if more or read < known
        else "",
        f"{missing} traces were found and could not be read" if missing else "",
    ]
    return "; ".join(each for each in parts if each)


def _trace_id(found: Any) -> str:
    return hex_id(found.get("traceID"), TRACE_BYTES) if isinstance(found, dict) else ""


def _values(answer: Any) -> list[str]:
    """The values of a tag: texts in the first version of the API, texts with their type in the second."""
    values = answer.get("tagValues") if isinstance(answer, dict) else None
    plain = (
        each.get("value") if isinstance(each, dict) else each for each in (values if isinstance(values, list) else [])
    )
    return [each for each in plain if isinstance(each, str)]
