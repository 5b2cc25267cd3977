"""`metrics.csv`: a time, then one column a series, named `service__metric`. An empty cell is a missing value."""

import csv
import math
import sys
from array import array
from collections.abc import Sequence

from agents.sources.snapshot.lines import left_out
from agents.sources.snapshot.times import seconds
from orchestrator.model import MetricSeries

MOST_SERIES = 20_000
_NAN = math.nan


def parse_metrics(content: bytes) -> tuple[tuple[MetricSeries, ...], str]:
    """The series in the order of their names, with rows ascending by time, and what was left out as words."""
    rows = csv.reader(content.decode("utf-8", "replace").splitlines())
    header = next(rows, [])[: MOST_SERIES + 1]
    timed, unreadable = _timed(rows, len(header))
    times = array("d", (at for at, _ in timed))
    series = []
    cells = list(zip(*(row for _, row in timed), strict=True)) if timed else []
    for name, column in sorted(zip(header, cells, strict=False), key=lambda pair: pair[0]):
        service, separator, metric = name.partition("__")
        if separator and service and metric:
            values, broken = _numbers(column)
            unreadable += broken
            series.append(MetricSeries(sys.intern(service), metric, times, values))
    return tuple(series), left_out(unreadable, "rows or cells of metrics")


def _timed(rows: "csv.Reader", width: int) -> tuple[list[tuple[float, list[str]]], int]:  # type: ignore[name-defined]
    """Rows with a readable time, ascending; each padded to the header's width. The time's own cell becomes empty."""
    timed: list[tuple[float, list[str]]] = []
    unreadable = 0
    try:
        for row in rows:
            if not row:
                continue
            try:
                at = seconds(row[0])
            except ValueError:
                unreadable += 1
                continue
            timed.append((at, ["", *row[1:width], *[""] * (width - len(row))]))
    except csv.Error:
        unreadable += 1
    return sorted(timed), unreadable


def _numbers(column: Sequence[str]) -> "tuple[array[float], int]":
    try:
        return array("d", [float(cell) if cell else _NAN for cell in column]), 0
    except ValueError:
        numbers = [_number(cell) for cell in column]
        return array("d", [_NAN if each is None else each for each in numbers]), numbers.count(None)


def _number(cell: str) -> float | None:
    try:
        return float(cell) if cell.strip() else _NAN
    except ValueError:
        return None
