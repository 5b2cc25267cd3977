"""Loki behind the port of logs: the server says how much there is, and what does not fit is read in even shares.

What one agent reads, the others read again moments later: a lookup is answered once and kept for a short while.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from agents.sources.catalogue import (
    NO_CORRECTIONS,
    Corrections,
    KnownService,
    KnownStore,
    Overview,
    mixed_environments,
    scope_of,
)
from agents.sources.grafana import NO_GRAFANA, Grafana
from agents.sources.loki.api import TOO_MUCH, LokiApi
from agents.sources.loki.plan import LokiLimits, grouped, shares_of, stretches_of
from agents.sources.loki.reading import Reading
from agents.sources.loki.selecting import MOST_VALUES, Channel, channels_of, naming
from agents.sources.wire import Server, ServerError, Trouble
from orchestrator.clock import Clock
from orchestrator.flights import Flights
from orchestrator.model import Asked, Logs, Scope, Window
from orchestrator.ports import Lookup

SOURCE = "loki"
KEPT_LOOKUPS = 4
FEW_NAMED = 3
SELECTED_BY = 4
"""Streams are looked for by at most so many labels at once."""
_NOT_TOLD = (*TOO_MUCH, Trouble.NOT_FOUND, Trouble.FAILED, Trouble.UNREADABLE)


@dataclass(frozen=True, slots=True)
class _Streams:
    """What there is to read. `left_out`: what was not found out."""

    channels: tuple[Channel, ...] = ()
    labels: tuple[Mapping[str, str], ...] = ()
    left_out: str = ""


class LokiSource:
    """Implements LogSource."""

    def __init__(
        self,
        server: Server,
        clock: Clock,
        *,
        corrections: Corrections = NO_CORRECTIONS,
        limits: LokiLimits = LokiLimits(),  # noqa: B008 -- frozen
        grafana: Grafana = NO_GRAFANA,
    ) -> None:
        self._api = LokiApi(server, corrections, limits.page)
        self._clock, self._corrections, self._limits, self._grafana = clock, corrections, limits, grafana
        self._lookups: Flights[Logs] = Flights(KEPT_LOOKUPS)

    async def read_logs(self, lookup: Lookup) -> Logs:
        """The lines of the window, or even shares of them. Raises ServerError where the server does not answer."""
        meant = self._corrections.meant(lookup.scope)
        wanted = replace(lookup.settled(self._clock.now()), incident_id="", scope=meant)
        logs = await self._lookups.get(wanted, lambda: self._read(wanted))
        return replace(logs, asked=replace(logs.asked, window=lookup.window))

    async def overview(self, window: Window) -> Overview:
        """Which services print something, for people."""
        streams = await self._streams(window, Scope())
        scopes: dict[str, set[Scope]] = {}
        for labels in streams.labels:
            scopes.setdefault(self._service(labels), set()).add(scope_of(labels))
        services = tuple(
            KnownService(name=name, stores=(SOURCE,), scopes=tuple(sorted(where, key=str)))
            for name, where in sorted(scopes.items())
            if name
        )
        holds = f"{len(streams.labels)} streams of {len(services)} services"
        left_out = (streams.left_out,) if streams.left_out else ()
        mixed = mixed_environments((scope for where in scopes.values() for scope in where), self._corrections.scope)
        store = KnownStore(name="Loki", holds=holds)
        return Overview(stores=(store,), services=services, left_out=left_out, mixed=mixed)

    def _service(self, labels: Mapping[str, str]) -> str:
        found = channels_of((labels,), naming(labels, self._corrections), self._corrections, Scope())
        return next((name for each in found for told in each.services.values() for name in told), "")

    async def _read(self, lookup: Lookup) -> Logs:
        if lookup.window.seconds <= 0:
            return Logs(Asked(SOURCE, "nothing: the window is empty", lookup.window))
        streams = await self._streams(lookup.window, lookup.scope)
        reading = Reading(self._api, lookup.scope, self._limits.lines)
        if streams.left_out:
            reading.missing[streams.left_out] = None
        selectors = [await self._channel(each, lookup, reading, len(streams.channels)) for each in streams.channels]
        return self._columns(lookup, ", ".join(selectors) or "labels that name a service", reading)

    async def _streams(self, window: Window, scope: Scope) -> _Streams:
        """By which labels streams can be selected, and whom their values tell of."""
        names = naming(await self._api.labels(window), self._corrections)[:SELECTED_BY]
        if not names:
            return _Streams(left_out="streams without a label that names a service")
        try:
            found = await self._api.streams([f'{name}=~".+"'.join("{}") for name in names], window)
        except ServerError as error:
            if error.trouble not in _NOT_TOLD:
                raise
            left_out = f"streams without the label {names[0]}: the list of streams could not be read"
            return _Streams((Channel(names[0]),), left_out=left_out)
        return _Streams(channels_of(found, names, self._corrections, scope), found)

    async def _channel(self, channel: Channel, lookup: Lookup, reading: Reading, channels: int) -> str:
        """Read what one label selects, and answer with the selector for all of it."""
        wanted = _values(channel, lookup.services)
        narrowed = bool(lookup.services) or lookup.scope != Scope()
        if narrowed and channel.services and not wanted:
            return channel.everything
        known = await self._amounts(channel, lookup.window)
        amounts = {value: known.get(value, 0.0) for value in wanted} if narrowed else known
        affected = _values(channel, lookup.affected) if lookup.affected else []
        shares = shares_of(amounts, affected, self._limits.bytes / channels)
        whole = channel.of(wanted) if narrowed and wanted else [channel.everything]
        if not shares:
            await reading.read(whole, stretches_of(lookup.window, 1.0, self._limits.stretches))
        for share, values in grouped(shares).items():
            size = sum(amounts[each] for each in values)
            number = self._limits.stretches if share < 1 else self._pieces(size)
            selectors = _selectors(channel, values, shares, narrowed)
            await reading.read(selectors, stretches_of(lookup.window, share, number))
            if share < 1:
                reading.missing[_shared(values, share)] = None
        return whole[0]

    def _pieces(self, size: float) -> int:
        """Stretches of about one page each."""
        return max(1, min(self._limits.stretches, math.ceil(size / 2**20)))

    async def _amounts(self, channel: Channel, window: Window) -> dict[str, float]:
        """Bytes for each value; empty where the server cannot say."""
        for ask in (self._api.volume, self._api.counted):
            try:
                amounts = await ask(channel.everything, channel.label, window)
            except ServerError as error:
                if error.trouble not in _NOT_TOLD:
                    raise
            else:
                return {each.value: each.much for each in amounts if each.value}
        return {}

    def _columns(self, lookup: Lookup, query: str, reading: Reading) -> Logs:
        rows = sorted(row for row in reading.rows if not lookup.services or row[1] in lookup.services)
        # Microseconds are what a float of this size can hold.
        times = array("d", [(row[0] // 1000) / 1e6 for row in rows])
        latest = datetime.fromtimestamp(times[-1], UTC) if rows else None
        link = self._grafana.link(query, lookup.window)
        asked = Asked(SOURCE, query, lookup.window, link=link, left_out=_left_out(reading), latest=latest)
        if not rows:
            return Logs(asked)
        _, services, messages, levels, traces = zip(*rows, strict=True)
        return Logs(asked, times, services, levels, messages, traces)


def _values(channel: Channel, services: Sequence[str]) -> list[str]:
    """The values of the channel's label that tell of these services; of any, where none are named."""
    wanted = frozenset(services)
    return sorted(value for value, told in channel.services.items() if not wanted or told & wanted)


def _selectors(channel: Channel, values: Sequence[str], shares: Mapping[str, float], narrowed: bool) -> list[str]:
    """Selectors for a group of values: what is left without the others, where that is shorter and means the same."""
    others = sorted(set(shares) - set(values))
    if not narrowed and len(others) <= MOST_VALUES and shares[values[0]] == 1.0:
        return [channel.but(others)]
    return channel.of(values)


def _shared(values: Sequence[str], share: float) -> str:
    names = ", ".join(values[:FEW_NAMED]) + (", …" if len(values) > FEW_NAMED else "")
    return f"lines of {names}: one part in {round(1 / share)} of the time was read, evenly spread"


def _left_out(reading: Reading) -> str:
    parts = list(reading.missing)
    if reading.unreadable:
        parts.append(f"{reading.unreadable:,} unreadable lines")
    if reading.nameless:
        parts.append(f"{reading.nameless:,} lines of streams that name no service")
    return "; ".join(parts)
