"""Turns scrapes into one row of metric columns named `service__metric`.

Pure: counters become rates per second, latency samples become quantiles over the last few scrapes, gauges stay as
they are. During a rollout a service has two processes: what they served adds up, as it would behind one load balancer;
gauges are those of the process that serves (it comes first), because two half-idle processes are no memory leak.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from bench.lab.shop.meters import Scrape

Row = dict[str, float | None]
WINDOW_SCRAPES = 3
SERVER_QUANTILES = (50, 95, 99)


def quantile(values: Sequence[float], percent: float) -> float | None:
    """The value at a percentage by linear interpolation between ranks; None where nothing was measured."""
    if not values:
        return None
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


class Columns:
    """Remembers the last counters and the last few latency windows, and makes the next row from them."""

    def __init__(self) -> None:
        self._counters: dict[tuple[str, str, str], float] = {}
        self._samples: dict[str, deque[list[float]]] = defaultdict(lambda: deque(maxlen=WINDOW_SCRAPES))
        self._known: set[str] = set()

    def row(self, scrapes: Mapping[str, Mapping[str, Scrape]], elapsed_s: float) -> Row:
        """One row from `{service: {instance: scrape}}`, `elapsed_s` after the row before.

        A column that was there before and is missing now (a service that did not answer) is None, not zero.
        """
        row: Row = {}
        for service, instances in scrapes.items():
            row.update(self._service_row(service, instances, elapsed_s))
        missing = self._known - row.keys()
        self._known |= row.keys()
        row.update(dict.fromkeys(missing))
        return row

    def _service_row(self, service: str, instances: Mapping[str, Scrape], elapsed_s: float) -> Row:
        row: Row = {}
        growth: dict[str, float] = defaultdict(float)
        for instance, scrape in instances.items():
            for name, value in scrape["counters"].items():
                growth[name] += value - self._counters.get((service, instance, name), 0.0)
                self._counters[service, instance, name] = value
            for name, value in scrape["gauges"].items():
                row.setdefault(f"{service}__{name}", value)
        row.update({f"{service}__{name}_rate": value / elapsed_s for name, value in growth.items()})
        for name in {name for scrape in instances.values() for name in scrape["samples"]}:
            values = [value for scrape in instances.values() for value in scrape["samples"].get(name, ())]
            row.update(self._latency_columns(f"{service}__{name}", values))
        return row

    def _latency_columns(self, column: str, values: list[float]) -> Row:
        window = self._samples[column]
        window.append(values)
        recent = [value for scrape in window for value in scrape]
        if column.endswith("latency") and "__client_" not in column:
            return {f"{column}_p{percent}_ms": quantile(recent, percent) for percent in SERVER_QUANTILES}
        mean = sum(recent) / len(recent) if recent else None
        return {f"{column}_avg_ms": mean, f"{column}_p95_ms": quantile(recent, 95)}
