"""Loki's answers as data: lines with what each says, label sets, and how much there is of what.

Times come as text of nanoseconds, and in a result of metrics as seconds. An entry is [time, line] or, with structured
metadata, [time, line, {...}].
Format: https://grafana.com/docs/loki/latest/reference/loki-http-api/
"""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.sources.catalogue import Corrections, belongs, scope_of, service_of
from agents.sources.loki.lines import told_by
from agents.sources.wire import UnreadableError, parsed
from orchestrator.model import Scope

NOT_SO = "its answer is not of the documented shape"

Row = tuple[int, str, str, str, str]
"""time (nanoseconds), service, message, level, trace: in the order in which lines of the same moment are told."""


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in the order of time. `entries` counts all that came, `last` is the newest time in it (nanoseconds, 0: none).

    `unreadable` had no time or line; `nameless` are of streams whose labels tell of no service.
    """

    rows: tuple[Row, ...] = ()
    entries: int = 0
    last: int = 0
    unreadable: int = 0
    nameless: int = 0


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of one label's value there is in all: bytes or lines, whichever was asked for."""

    value: str
    much: float


def read_page(content: bytes, corrections: Corrections, scope: Scope) -> Page:
    """The lines of a query whose result is streams."""
    rows: list[Row] = []
    entries = last = unreadable = nameless = 0
    for labels, values in _results(_parsed(content), "streams", "stream"):
        service = sys.intern(service_of(labels, corrections))
        wanted = belongs(scope_of(labels), scope)
        entries += len(values)
        nameless += len(values) if wanted and not service else 0
        for entry in values:
            at = _time_of(entry)
            last = max(last, at)
            if not at:
                unreadable += 1
            elif service and wanted:
                level, message, trace = told_by(entry[1], _metadata(entry), labels)
                rows.append((at, service, message, sys.intern(level), trace))
    return Page(tuple(sorted(rows)), entries, last, unreadable, nameless)


def read_amounts(content: bytes, label: str) -> tuple[Amount, ...]:
    """From a vector or a matrix: the sum over time for each value of the label. Where it has none, the value is ""."""
    data = _data(_parsed(content), dict)
    sums: dict[str, float] = {}
    kind = "matrix" if data.get("resultType") == "matrix" else "vector"
    for labels, values in _results({"status": "success", "data": data}, kind, "metric"):
        value = labels.get(label, "")
        sums[value] = sums.get(value, 0.0) + sum(_number(point) for point in values)
    return tuple(Amount(value, much) for value, much in sorted(sums.items()))


def read_names(content: bytes) -> tuple[str, ...]:
    """A list of labels or of values."""
    body = _parsed(content)
    # Loki leaves `data` out where there is nothing.
    names = _data(body, list) if isinstance(body, dict) and "data" in body else []
    if not all(isinstance(each, str) for each in names):
        raise UnreadableError(NOT_SO)
    return tuple(sorted(names))


def read_streams(content: bytes) -> tuple[Mapping[str, str], ...]:
    """The label sets of streams."""
    body = _parsed(content)
    found = _data(body, list) if isinstance(body, dict) and "data" in body else []
    return tuple(_labels(each) for each in found if isinstance(each, dict))


def _parsed(content: bytes) -> Any:
    """Bytes that are no UTF-8 are replaced: what one service prints must not hide what all others do."""
    try:
        return parsed(content)
    except UnreadableError:
        return parsed(content.decode("utf-8", "replace").encode())


def _results(body: Any, kind: str, labels: str) -> list[tuple[dict[str, str], list[Any]]]:
    data = _data(body, dict)
    result = data.get("result")
    if data.get("resultType") != kind or not isinstance(result, list | None):
        raise UnreadableError(NOT_SO)
    found = []
    for each in result or ():
        if not isinstance(each, dict):
            raise UnreadableError(NOT_SO)
        values = each.get("values", [each["value"]] if "value" in each else [])
        found.append((_labels(each.get(labels)), values if isinstance(values, list) else []))
    return found


def _labels(written: object) -> dict[str, str]:
    if not isinstance(written, dict):
        return {}
    return {str(name): value for name, value in written.items() if isinstance(value, str)}


def _time_of(entry: Any) -> int:
    """Nanoseconds; 0 where the entry is none."""
    if not isinstance(entry, Sequence) or len(entry) < 2 or not isinstance(entry[1], str):
        return 0
    at = entry[0]
    if isinstance(at, str) and at.isascii() and at.isdigit() and len(at) <= 19:
        return int(at)
    return at if isinstance(at, int) and not isinstance(at, bool) and 0 < at < 10**19 else 0


def _metadata(entry: Sequence[Any]) -> dict[str, str]:
    """The third element: names and values, or, where the server was asked to tell them apart, in groups."""
    held = entry[2] if len(entry) > 2 else None
    if not isinstance(held, dict):
        return {}
    groups = [each for each in held.values() if isinstance(each, dict)]
    return {name: value for each in (held, *groups) for name, value in _labels(each).items()}


def _number(point: Any) -> float:
    try:
        value = float(point[1])
    except (TypeError, ValueError, IndexError, KeyError):
        return 0.0
    return value if math.isfinite(value) and value > 0 else 0.0


def _data(body: Any, shape: type) -> Any:
    data = body.get("data") if isinstance(body, dict) and body.get("status") == "success" else None
    if not isinstance(data, shape):
        raise UnreadableError(NOT_SO)
    return data
