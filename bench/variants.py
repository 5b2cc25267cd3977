"""What can happen to telemetry on its way to whoever reads it: less of it, out of order, at wrong times.

Pure functions from a recorded case to another. Seeded by the case's id: the same case is spoilt the same way every time.
"""

import random
from array import array
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from agents.sources.snapshot import RecordedCase, read_case
from agents.sources.snapshot.files import Limits
from agents.sources.snapshot.logs import LogColumns
from agents.sources.snapshot.traces import SpanColumns
from agents.sources.tempo import TraceLimits
from orchestrator.model import MetricSeries

T = TypeVar("T")
Change = Callable[[RecordedCase], RecordedCase]
LINES = ("logs.jsonl", "traces.jsonl", "metrics.csv")
HALF = 0.5
LONGEST_QUIET_SHARE = 1 / 3


def read_changed(change: Change, location: Path, limits: Limits) -> RecordedCase:
    """The case as a source would hand it over after that change."""
    return change(read_case(location, limits))


def read_shuffled(location: Path, limits: Limits) -> RecordedCase:
    """The case from a copy of its folder in which the lines of every file stand in another order."""
    with TemporaryDirectory(prefix="compass-shuffled-") as folder:
        copy = Path(folder) / location.name
        shuffled_copy(location, copy)
        return read_case(copy, limits)


def shuffled_copy(case: Path, target: Path) -> None:
    """A copy of a case folder, every line of its telemetry kept, in an order by chance; a table's head stays on top."""
    target.mkdir(parents=True)
    for file in sorted(case.glob("*.*")):
        lines = file.read_text().splitlines(keepends=True) if file.name in LINES else []
        if not lines:
            (target / file.name).write_bytes(file.read_bytes())
            continue
        head = 1 if file.suffix == ".csv" else 0
        lines[-1] = lines[-1].rstrip("\n") + "\n"
        rest = lines[head:]
        random.Random(f"{case.name} {file.name}").shuffle(rest)
        (target / file.name).write_text("".join([*lines[:head], *rest]))


def without_logs(case: RecordedCase) -> RecordedCase:
    """Nobody keeps logs."""
    return replace(case, logs=LogColumns())


def without_traces(case: RecordedCase) -> RecordedCase:
    """Nobody traces."""
    return replace(case, spans=SpanColumns())


def without_metrics(case: RecordedCase) -> RecordedCase:
    """Nobody measures."""
    return replace(case, series=())


def without_topology(case: RecordedCase) -> RecordedCase:
    """Nobody says who calls whom; spans may still show it."""
    return replace(case, sheet=replace(case.sheet, calls=()))


def without_changes(case: RecordedCase) -> RecordedCase:
    """Nobody says what was changed."""
    return replace(case, changes=())


def half_of_the_rows(case: RecordedCase) -> RecordedCase:
    """Every row of metrics, every line and every span is lost with a chance of one half."""
    chance = random.Random(case.sheet.case_id)

    def rows(length: int) -> list[int]:
        return [row for row in range(length) if chance.random() < HALF]

    points = {length: rows(length) for length in sorted({len(each.times) for each in case.series})}
    return replace(
        case,
        series=tuple(picked_points(each, points[len(each.times)]) for each in case.series),
        logs=picked_lines(case.logs, rows(len(case.logs.times))),
        spans=picked_spans(case.spans, rows(len(case.spans.starts))),
    )


def half_of_the_traces(case: RecordedCase) -> RecordedCase:
    """A sampler keeps every other trace, whole and whatever is in it; nothing else is lost."""
    chance = random.Random(case.sheet.case_id)
    return _with_traces(case, {each for each in sorted(set(case.spans.trace_ids)) if chance.random() < HALF})


def traces_of_a_live_store(case: RecordedCase) -> RecordedCase:
    """As many traces as Compass reads of a busy store: of the time before and of the incident alike, however short it is."""
    split = case.sheet.incident.window(case.sheet.incident.start_time).start.timestamp()
    begins: dict[str, float] = {}
    for trace, at in zip(case.spans.trace_ids, case.spans.starts, strict=True):
        begins[trace] = min(begins.get(trace, at), at)
    chance, kept = random.Random(case.sheet.case_id), set[str]()
    for since in (False, True):
        known = sorted(trace for trace, at in begins.items() if (at >= split) is since)
        kept.update(chance.sample(known, min(len(known), TraceLimits().traces // 2)))
    return _with_traces(case, kept)


def _with_traces(case: RecordedCase, kept: Collection[str]) -> RecordedCase:
    rows = [row for row, trace in enumerate(case.spans.trace_ids) if trace in kept]
    return replace(case, spans=picked_spans(case.spans, rows))


def skewed(service: str, by_s: float, case: RecordedCase) -> RecordedCase:
    """The clock of that service runs ahead by so many seconds: all that it records carries the wrong time."""
    logs, spans = case.logs, case.spans
    times = array("d", (at + by_s * (name == service) for at, name in zip(logs.times, logs.services, strict=True)))
    starts = array("d", (at + by_s * (name == service) for at, name in zip(spans.starts, spans.services, strict=True)))
    return replace(
        case,
        series=tuple(_later(each, by_s) if each.service == service else each for each in case.series),
        logs=picked_lines(replace(logs, times=times), sorted(range(len(times)), key=times.__getitem__)),
        spans=picked_spans(replace(spans, starts=starts), sorted(range(len(starts)), key=starts.__getitem__)),
    )


def before_the_fault(case: RecordedCase) -> RecordedCase:
    """The quiet time just before the fault, as long as the incident but at most a third of what is known, as a case.

    Everything after it is cut off, so that not even a mistake could look at the fault. The title stays: people suspect
    things wrongly, too.
    """
    incident = case.sheet.incident
    last = incident.window(incident.start_time).start
    first = incident.baseline_start or incident.baseline().start
    length = incident.window(incident.start_time).seconds
    begins = last.timestamp() - min(length, LONGEST_QUIET_SHARE * (last - first).total_seconds())
    start = datetime.fromtimestamp(begins, UTC)
    times = {"start_time": start, "end_time": last, "baseline_start": first, "baseline_end": start}
    sheet = replace(case.sheet, incident=incident.model_copy(update=times))
    return since(None, last.timestamp(), replace(case, sheet=sheet))


def since(first: float | None, last: float | None, case: RecordedCase) -> RecordedCase:
    """What was recorded from `first` on and before `last`, in epoch seconds; None: no bound."""

    def rows(times: Sequence[float]) -> list[int]:
        return [row for row, at in enumerate(times) if (first is None or at >= first) and (last is None or at < last)]

    return replace(
        case,
        series=tuple(picked_points(each, rows(each.times)) for each in case.series),
        logs=picked_lines(case.logs, rows(case.logs.times)),
        spans=picked_spans(case.spans, rows(case.spans.starts)),
        changes=tuple(each for each in case.changes if last is None or each.at.timestamp() < last),
    )


def without_baseline(points: int, case: RecordedCase) -> RecordedCase:
    """Of the time before, only as much as the last so many points of the metrics cover; 0: nothing at all."""
    incident = case.sheet.incident
    split = incident.window(incident.start_time).start
    earlier = sorted({at for each in case.series for at in each.times if at < split.timestamp()}, reverse=True)[:points]
    first = earlier[-1] if earlier else split.timestamp()
    began = datetime.fromtimestamp(first, UTC)
    sheet = replace(case.sheet, incident=incident.model_copy(update={"baseline_start": began}))
    return since(first, None, replace(case, sheet=sheet))


def picked_points(series: MetricSeries, rows: Sequence[int]) -> MetricSeries:
    """These points of a series."""
    return replace(series, times=_floats(series.times, rows), values=_floats(series.values, rows))


def picked_lines(logs: LogColumns, rows: Sequence[int]) -> LogColumns:
    """These lines, in this order."""
    return LogColumns(
        _floats(logs.times, rows),
        _picked(logs.services, rows),
        _picked(logs.levels, rows),
        _picked(logs.messages, rows),
        _picked(logs.trace_ids, rows),
    )


def picked_spans(spans: SpanColumns, rows: Sequence[int]) -> SpanColumns:
    """These spans, in this order."""
    return SpanColumns(
        _floats(spans.starts, rows),
        _floats(spans.durations, rows),
        _picked(spans.trace_ids, rows),
        _picked(spans.span_ids, rows),
        _picked(spans.parent_ids, rows),
        _picked(spans.services, rows),
        _picked(spans.names, rows),
        _picked(spans.statuses, rows),
        _picked(spans.peers, rows),
    )


def _later(series: MetricSeries, by_s: float) -> MetricSeries:
    return replace(series, times=array("d", (at + by_s for at in series.times)))


def _floats(column: "array[float]", rows: Sequence[int]) -> "array[float]":
    return array("d", (column[row] for row in rows))


def _picked(column: Sequence[T], rows: Sequence[int]) -> tuple[T, ...]:
    return tuple(column[row] for row in rows)
