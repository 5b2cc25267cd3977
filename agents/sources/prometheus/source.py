"""Prometheus behind the port of metrics: what was discovered decides what is asked, and nobody configures a query.

What one agent reads, the others read again moments later: a lookup is answered once and kept for a short while, with
one flight for all who ask. A question that the server finds too much is asked in halves; what it still refuses is said.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agents.sources.catalogue import NO_CORRECTIONS, Corrections, Overview, canonical, mixed_environments, scope_of
from agents.sources.grafana import NO_GRAFANA, Grafana
from agents.sources.prometheus.api import ApiLimits, PrometheusApi
from agents.sources.prometheus.assembling import Told, series_of
from agents.sources.prometheus.budget import Chosen, LookupLimits, answers_of, chosen_of
from agents.sources.prometheus.describing import overview_of
from agents.sources.prometheus.discovery import FRESH_FOR, Discovered, Discovery, Look
from agents.sources.wire import Server, ServerError, Trouble, answers_to
from orchestrator.clock import Clock
from orchestrator.flights import Flights
from orchestrator.model import Asked, Metrics, MetricSeries, Scope, Topology, Window
from orchestrator.ports import Lookup

SOURCE = "prometheus"
KEPT_LOOKUPS = 5
KEPT_DISCOVERIES = 8
_TOO_MUCH = (Trouble.REJECTED, Trouble.TOO_LARGE, Trouble.TIMED_OUT)
_NUMBER = "compass_ask"
AT_ONCE = 4
"""So many groups are under way together, so that a failure is heard before the others begin."""
MOST_NOTES = 5


class PrometheusSource:
    """Implements MetricSource and TopologySource."""

    def __init__(
        self,
        server: Server,
        clock: Clock,
        *,
        corrections: Corrections = NO_CORRECTIONS,
        limits: LookupLimits = LookupLimits(),  # noqa: B008 -- frozen
        grafana: Grafana = NO_GRAFANA,
    ) -> None:
        self._api = PrometheusApi(server, ApiLimits(points=limits.points_a_series + 1, series=20_000))
        self._clock, self._corrections, self._limits = clock, corrections, limits
        self._grafana = grafana
        self._look: Look = Discovery(self._api, corrections).look
        self._discoveries: Flights[Discovered] = Flights(KEPT_DISCOVERIES)
        self._lookups: Flights[Metrics] = Flights(KEPT_LOOKUPS)

    async def read_metrics(self, lookup: Lookup) -> Metrics:
        """What is known of the window. Raises ServerError where the server does not answer."""
        meant = self._corrections.meant(lookup.scope)
        wanted = replace(_named(lookup.settled(self._clock.now())), scope=meant)
        # What is asked for a few series nobody else asks for, and it would push out what all agents share.
        is_shared = not wanted.metrics
        metrics = await (self._lookups.get(wanted, lambda: self._read(wanted)) if is_shared else self._read(wanted))
        return replace(metrics, asked=replace(metrics.asked, window=lookup.window))

    async def read_topology(self, lookup: Lookup) -> Topology:
        """Who calls whom, as far as metrics of clients, meshes and service graphs tell."""
        plan = (await self.discovered(lookup.window)).plan
        calls = plan.calls
        if lookup.services:
            calls = tuple(pair for pair in calls if set(pair) & set(_named(lookup).services))
        return Topology(services=tuple(sorted(plan.services)), calls=calls)

    async def discovered(self, window: Window) -> Discovered:
        """What there is to ask for in that window, looked for at most every ten minutes."""
        key = (_floor(window.start, FRESH_FOR), _floor(window.end, FRESH_FOR))
        return await self._discoveries.get(key, lambda: self._look(window))

    async def overview(self, window: Window) -> Overview:
        """What was discovered, for people."""
        discovered, version = await self.discovered(window), await self.version()
        return await asyncio.to_thread(overview_of, discovered, version, self._corrections)

    async def version(self) -> str:
        """The server's version, "" where it does not say."""
        return await self._api.version()

    async def _read(self, lookup: Lookup) -> Metrics:
        discovered = await self.discovered(lookup.seen_in or lookup.window)
        chosen, too_much = chosen_of(discovered.plan, lookup, self._limits)
        groups = list(answers_of(chosen, self._limits))
        reading = _Reading(self._api, lookup)
        told = await reading.ask_all(groups)
        series = await asyncio.to_thread(series_of, told, self._corrections)
        series = tuple(each for each in series if not lookup.metrics or each.metric in lookup.metrics)
        mixed = _mixed(discovered, lookup.scope)
        parts = (mixed, too_much, *discovered.left_out, *reading.notes)
        left_out = "; ".join(dict.fromkeys(part for part in parts if part))
        asked = _asked(lookup, told, series, left_out)
        linked = tuple(replace(each, link=self._grafana.link(each.query, lookup.window)) for each in series)
        return Metrics(asked, linked)


class _Reading:
    """One lookup under way. `notes`: what is missing from it, in words."""

    def __init__(self, api: PrometheusApi, lookup: Lookup) -> None:
        self._api, self._lookup = api, lookup
        self._missing: dict[str, None] = {}
        self._failure: ServerError | None = None
        self._places = asyncio.Semaphore(AT_ONCE)

    @property
    def notes(self) -> list[str]:
        """What is missing, the first few."""
        missing = list(self._missing)
        more = [f"and {len(missing) - MOST_NOTES} more"] if len(missing) > MOST_NOTES else []
        return missing[:MOST_NOTES] + more

    async def ask_all(self, groups: Sequence[Sequence[Chosen]]) -> list[Told]:
        """What the groups bring. After the first failure no other group is begun, and what came is kept.

        Raises ServerError where nothing came.
        """
        answers = await answers_to(self._ask_unless_failed(group) for group in groups)
        told = [each for answer in answers for each in answer]
        if self._failure is not None:
            if not told:
                raise self._failure
            self._missing[f"what was not asked any more: {self._failure.message}"] = None
        return told

    async def _ask_unless_failed(self, group: Sequence[Chosen]) -> list[Told]:
        async with self._places:
            if self._failure is None:
                try:
                    return await self.ask(group)
                except ServerError as failure:
                    self._failure = failure
            return []

    async def ask(self, group: Sequence[Chosen]) -> list[Told]:
        """Everything of one group in one question, or where that is too much, in two halves."""
        queries = [each.ask.query(each.step_s, self._lookup.scope, each.services) for each in group]
        try:
            answer = await self._api.range(_either(queries), self._window(group[0]), group[0].step_s)
        except ServerError as error:
            if error.trouble not in _TOO_MUCH:
                raise
            return await self._halves(group, error)
        self._missing.update(dict.fromkeys(answer.left_out))
        if len(group) == 1:
            return [Told(group[0], queries[0], answer.series)]
        rows = {
            str(at): [each for each in answer.series if each.labels.get(_NUMBER) == str(at)] for at in range(len(group))
        }
        return [Told(each, queries[at], rows[str(at)]) for at, each in enumerate(group)]

    def _window(self, first: Chosen) -> Window:
        window = self._lookup.window
        return Window(start=window.start - timedelta(seconds=first.further_s), end=window.end)

    async def _halves(self, group: Sequence[Chosen], error: ServerError) -> list[Told]:
        if len(group) == 1:
            self._missing[f"{group[0].ask.rule.told}: {error.message}"] = None
            return []
        middle = len(group) // 2
        return [*await self.ask(group[:middle]), *await self.ask(group[middle:])]


def _either(queries: Sequence[str]) -> str:
    """Several queries as one, whose series say by a number which of them they answer."""
    if len(queries) == 1:
        return queries[0]
    numbered = (f'label_replace({query}, "{_NUMBER}", "{at}", "", "")' for at, query in enumerate(queries))
    return "\nor\n".join(numbered)


def _named(lookup: Lookup) -> Lookup:
    """The lookup with services as the catalogue spells them."""
    names = (tuple(sorted({canonical(each) or each for each in part})) for part in (lookup.services, lookup.affected))
    services, affected = names
    return replace(lookup, incident_id="", services=services, affected=affected)


def _mixed(discovered: Discovered, scope: Scope) -> str:
    """That several environments are taken together, in words; "" where they are not."""
    mixed = mixed_environments((scope_of(row) for ask in discovered.plan.asks for row in ask.scopes), scope)
    return f"{' and '.join(mixed)} are taken together; say which is meant: [scope] in compass.toml" if mixed else ""


def _asked(lookup: Lookup, told: Sequence[Told], series: Sequence[MetricSeries], left_out: str) -> Asked:
    answered = [each for each in told if each.rows]
    latest = max((each.times[-1] for each in series if each.times), default=None)
    query = f"{len(told)} queries, one for each metric of {', '.join(lookup.services) or 'all services'}"
    if answered:
        query += f"; the first: {answered[0].query}"
    at = None if latest is None else datetime.fromtimestamp(latest, UTC)
    return Asked(SOURCE, query, lookup.window, left_out=left_out, latest=at)


def _floor(at: datetime, to: timedelta) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // to.total_seconds() * to.total_seconds(), UTC)
