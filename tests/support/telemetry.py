"""Sources that answer what a test put into them, and count how often they were asked."""

from array import array
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Asked, Change, Changes, Logs, Metrics, MetricSeries, Spans, Topology, Window
from orchestrator.ports import Lookup, Telemetry
from tests.support.clock import NOON

HOUR_BEFORE = Window(start=NOON - timedelta(hours=1), end=NOON)


def series(service: str, metric: str, *values: float, unit: str = "") -> MetricSeries:
    """One value a minute, the last of them a minute before noon."""
    first = NOON.timestamp() - 60 * len(values)
    times = array("d", (first + 60 * n for n in range(len(values))))
    return MetricSeries(service, metric, times, array("d", values), unit)


class FixedTelemetry:
    """Implements every telemetry port. `broken` names the kinds that fail; `hold` waits before each answer.

    `left_out` is what each answer says was left out of it.
    """

    def __init__(
        self,
        *,
        metrics: Sequence[MetricSeries] = (),
        changes: Sequence[Change] = (),
        calls: Sequence[tuple[str, str]] = (),
        broken: Sequence[str] = (),
        hold: Callable[[], Awaitable[None]] | None = None,
        left_out: str = "",
    ) -> None:
        self._metrics, self._changes, self._calls = tuple(metrics), tuple(changes), tuple(calls)
        self._broken, self._hold, self._left_out = broken, hold, left_out
        self.asked: Counter[str] = Counter()
        self.lookups: list[Lookup] = []

    def telemetry(self, *, live: bool = True) -> Telemetry:
        return Telemetry(metrics=self, logs=self, traces=self, changes=self, topology=self, live=live)

    async def read_metrics(self, lookup: Lookup) -> Metrics:
        return Metrics(await self._ask("metrics", lookup), self._metrics)

    async def read_logs(self, lookup: Lookup) -> Logs:
        return Logs(await self._ask("logs", lookup))

    async def read_spans(self, lookup: Lookup) -> Spans:
        return Spans(await self._ask("spans", lookup))

    async def read_changes(self, lookup: Lookup) -> Changes:
        return Changes(await self._ask("changes", lookup), self._changes)

    async def read_topology(self, lookup: Lookup) -> Topology:
        await self._ask("topology", lookup)
        return Topology(calls=self._calls)

    async def _ask(self, kind: str, lookup: Lookup) -> Asked:
        self.asked[kind] += 1
        self.lookups.append(lookup)
        if self._hold:
            await self._hold()
        if kind in self._broken:
            raise SourceUnavailableError(f"The {kind} store did not answer.")
        return Asked("fixed", kind, lookup.window, left_out=self._left_out)
