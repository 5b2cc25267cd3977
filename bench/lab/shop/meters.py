"""What a service counts about itself, handed out as plain numbers when it is scraped.

Counters only grow; latencies are kept until the next scrape takes them, so quantiles are exact and not bucketed.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import TypedDict


class Scrape(TypedDict):
    """One answer of `/meters`: cumulative counters, gauges of this moment, samples (ms) since the last scrape."""

    counters: dict[str, float]
    gauges: dict[str, float]
    samples: dict[str, list[float]]


class Meters:
    """The counters, gauges and latency samples of one process."""

    def __init__(self) -> None:
        self._counters: dict[str, float] = defaultdict(float)
        self._gauges: dict[str, Callable[[], float]] = {}
        self._samples: dict[str, list[float]] = defaultdict(list)

    def count(self, name: str, amount: float = 1) -> None:
        """Add to a counter; an amount of 0 makes it known, so that its column exists from the first scrape on."""
        self._counters[name] += amount

    def observe(self, name: str, milliseconds: float) -> None:
        """Keep one latency."""
        self._samples[name].append(round(milliseconds, 3))

    def declare_samples(self, name: str) -> None:
        """Make a latency known before anything was measured."""
        self._samples[name] = []

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """Register a value that is read at scrape time."""
        self._gauges[name] = read

    def drain(self) -> Scrape:
        """Everything known now; the latency samples start anew."""
        samples = {name: values[:] for name, values in self._samples.items()}
        for values in self._samples.values():
            values.clear()
        return {
            "counters": dict(self._counters),
            "gauges": {name: float(read()) for name, read in self._gauges.items()},
            "samples": samples,
        }
