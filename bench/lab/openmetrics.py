"""The metrics of a recorded case as OpenMetrics with their own times, for `promtool tsdb create-blocks-from openmetrics`.

Every column `service__metric` becomes the metric of that name with a `service` label. A column of rates (`..._rate`, per
second) becomes the counter that it was once the growth of, since servers hold counters; all others are gauges. A gap stays
a gap: no sample.
"""

import math
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

from agents.sources.snapshot import read_case
from bench.lab.families import Family, Sample, openmetrics_lines
from orchestrator.model import MetricSeries

RATE, TOTAL = "_rate", "_total"
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_]")


def write_openmetrics(case: Path, file: Path) -> int:
    """Write the metrics of that case folder or archive; gives the number of series. Raises SourceUnavailableError."""
    series = read_case(case).series
    with file.open("w") as out:
        out.writelines(f"{line}\n" for line in openmetrics_lines(families(series)))
    return len(series)


def families(series: Iterable[MetricSeries]) -> list[Family]:
    """One family for each metric, with the series of all services in it, by name."""
    found: dict[str, Family] = {}
    for each in series:
        counted = each.metric.endswith(RATE)
        name = metric_name(each.metric.removesuffix(RATE) + TOTAL if counted else each.metric)
        family = found.setdefault(name, Family(name, "counter" if counted else "gauge"))
        labels = {"service": each.service}
        points = _grown(each) if counted else zip(each.times, each.values, strict=True)
        family.samples += [Sample(labels, value, at) for at, value in points if not math.isnan(value)]
    return [family for _, family in sorted(found.items()) if family.samples]


def metric_name(metric: str) -> str:
    """A name that Prometheus allows: letters, digits and underscores, no digit first."""
    name = _NOT_IN_NAMES.sub("_", metric)
    return f"_{name}" if name[:1].isdigit() else name


def _grown(series: MetricSeries) -> Iterator[tuple[float, float]]:
    """The counter whose growth per second was recorded. It starts with the growth that the first row tells of."""
    times = series.times
    steps = [later - earlier for earlier, later in pairwise(times)]
    before, count = (times[0] - (median(steps) if steps else 1.0) if times else 0.0), 0.0
    for at, rate in zip(times, series.values, strict=True):
        if not math.isnan(rate):
            count += max(0.0, rate) * (at - before)
            yield at, round(count, 6)
        before = at
