"""Answers of the Prometheus HTTP API as data: series in columns, lists of names, and what is missing from them, in our words.

Format: https://prometheus.io/docs/prometheus/latest/querying/api/. Nothing here asks; a text a server sent is never passed
on as it came, for servers quote queries and addresses. Staleness is the server's business: where a series ended or was not
scraped, the answer has no point, so a gap in `times` is a gap in the data, and NaN is a value that somebody exported.
"""

import operator
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

from agents.sources.prometheus.histograms import HistogramSeries, histogram_series
from agents.sources.prometheus.remarks import told
from agents.sources.wire import UnreadableError, parsed
from orchestrator.model.telemetry import no_floats

T = TypeVar("T")


NOT_SO = "its answer is not of the documented shape"


@dataclass(frozen=True, slots=True)
class Series:
    """One series. `times` in epoch seconds, ascending; a value may be NaN or infinite."""

    labels: Mapping[str, str]
    times: "array[float]" = field(default_factory=no_floats)
    values: "array[float]" = field(default_factory=no_floats)

    @property
    def name(self) -> str:
        """The metric's name; "" where the query took it away."""
        return self.labels.get("__name__", "")

    @property
    def last(self) -> float:
        """The newest value. Raises IndexError where there is none."""
        return self.values[-1]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query brought. `left_out`: what is missing from it; `remarks`: what else the server noted about the query."""

    series: tuple[Series, ...] = ()
    histograms: tuple[HistogramSeries, ...] = ()
    left_out: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """Names, label sets or the like, in order. `left_out`: what is missing."""

    items: tuple[T, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an exporter says of a metric. `kind`: counter, gauge, histogram, summary, unknown and so on."""

    kind: str
    unit: str = ""
    help: str = ""


def read_answer(content: bytes, kinds: Sequence[str], most_series: int) -> Answer:
    """The answer of a query whose result may be of those `kinds` (matrix, vector, scalar).

    Series come in the order of their labels; beyond `most_series` they are left out, always the same ones.
    """
    body = parsed(content)
    data = _data(body, dict)
    kind, result = data.get("resultType"), data.get("result")
    if kind not in kinds or not isinstance(result, list):
        raise UnreadableError(NOT_SO)
    try:
        rows = [_row(each) for each in ([{"metric": {}, "value": result}] if kind == "scalar" else result)]
        kept, left_out = cut(sorted(rows, key=lambda row: sorted(row[0].items())), most_series, "series")
        series = tuple(_series(labels, row["values"]) for labels, row in kept if row.get("values"))
        histograms = tuple(histogram_series(labels, row["histograms"]) for labels, row in kept if row.get("histograms"))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(NOT_SO) from error
    missing, remarks = told(body)
    return Answer(series, histograms, left_out + missing, remarks)


def _row(each: Mapping[str, Any]) -> tuple[dict[str, str], Mapping[str, Any]]:
    """Labels and points; what an instant query answers becomes a series of one point."""
    labels = {str(name): str(value) for name, value in each["metric"].items()}
    row = dict(each)
    for one, several in (("value", "values"), ("histogram", "histograms")):
        if one in row:
            row[several] = [row[one]]
    return labels, row


def _series(labels: Mapping[str, str], points: Sequence[Any]) -> Series:
    moments, values = zip(*points, strict=True)
    times = array("d", moments)
    if any(map(operator.ge, times, islice(times, 1, None))):
        raise ValueError
    return Series(labels, times, array("d", map(float, values)))


def read_names(content: bytes, most: int, what: str) -> Listed[str]:
    """A list of names or values, in their order."""
    body = parsed(content)
    names = _data(body, list)
    if not all(isinstance(each, str) for each in names):
        raise UnreadableError(NOT_SO)
    kept, left_out = cut(sorted(names), most, what)
    return Listed(tuple(kept), left_out + told(body)[0])


def read_label_sets(content: bytes, most: int) -> Listed[Mapping[str, str]]:
    """A list of label sets, in the order of their labels."""
    body = parsed(content)
    found = _data(body, list)
    try:
        sets = [{str(name): str(value) for name, value in each.items()} for each in found]
    except AttributeError as error:
        raise UnreadableError(NOT_SO) from error
    kept, left_out = cut(sorted(sets, key=lambda each: sorted(each.items())), most, "series")
    return Listed(tuple(kept), left_out + told(body)[0])


def read_metadata(content: bytes) -> dict[str, Meaning]:
    """What each metric is. Where targets contradict each other, what most of them say."""
    try:
        said = {name: [_meaning(each) for each in entries] for name, entries in _data(parsed(content), dict).items()}
    except (AttributeError, TypeError) as error:
        raise UnreadableError(NOT_SO) from error
    return {name: max(meanings, key=meanings.count) for name, meanings in sorted(said.items()) if meanings}


def _meaning(entry: Mapping[str, Any]) -> Meaning:
    return Meaning(str(entry.get("type", "unknown")), str(entry.get("unit", "")), str(entry.get("help", ""))[:300])


def cut(found: Sequence[T], most: int, what: str) -> tuple[Sequence[T], tuple[str, ...]]:
    """The first `most`, and a statement about the rest."""
    if len(found) <= most:
        return found, ()
    return found[:most], (f"{what} beyond the first {most:,}: {len(found) - most:,} at least",)


def _data(body: Any, shape: type[T]) -> T:
    if not isinstance(body, dict) or body.get("status") != "success":
        raise UnreadableError(NOT_SO)
    data = body.get("data")
    if not isinstance(data, shape):
        raise UnreadableError(NOT_SO)
    return data
