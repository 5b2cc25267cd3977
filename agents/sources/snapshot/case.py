"""One recorded case, read whole: pure parsing from bytes to columns, made to run in another process."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.sources.snapshot.changes import parse_changes
from agents.sources.snapshot.files import CASE_FILE, Limits, is_archive, read_files
from agents.sources.snapshot.logs import LogColumns, parse_logs
from agents.sources.snapshot.metrics import parse_metrics
from agents.sources.snapshot.sheet import CaseSheet, parse_sheet
from agents.sources.snapshot.times import moment
from agents.sources.snapshot.traces import SpanColumns, parse_spans
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Change, MetricSeries

DEEPEST = 8


@dataclass(frozen=True, slots=True)
class RecordedCase:
    """Everything of a case. `left_out` says per file what could not be used."""

    sheet: CaseSheet
    series: tuple[MetricSeries, ...]
    logs: LogColumns
    spans: SpanColumns
    changes: tuple[Change, ...]
    left_out: dict[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A case that was found somewhere: its sheet, or what is wrong with it."""

    location: Path
    sheet: CaseSheet | None = None
    problem: SourceUnavailableError | None = None


def read_case(location: Path, limits: Limits = Limits()) -> RecordedCase:  # noqa: B008 -- frozen
    """The case in that folder or archive. Raises SourceUnavailableError."""
    files = read_files(location, limits)
    sheet = parse_sheet(files[CASE_FILE], location.name)
    series, metrics_out = parse_metrics(files.get("metrics.csv", b""))
    logs, logs_out = parse_logs(files.get("logs.jsonl", b""))
    spans, spans_out = parse_spans(files.get("traces.jsonl", b""))
    changes, changes_out = parse_changes(files.get("changes.json", b""))
    left_out = {
        "metrics.csv": metrics_out,
        "logs.jsonl": logs_out,
        "traces.jsonl": spans_out,
        "changes.json": changes_out,
    }
    return RecordedCase(_bounded(sheet, series, logs, spans), series, logs, spans, changes, left_out)


def list_cases(places: tuple[Path, ...], limits: Limits = Limits()) -> tuple[Listed, ...]:  # noqa: B008 -- frozen
    """Every case in these places, in their order and then by path; the first of an id counts. A broken one is listed too."""
    listed: list[Listed] = []
    seen: set[Path] = set()
    for place in places:
        for location in sorted(_locations(place, 0)):
            if location not in seen:
                seen.add(location)
                listed.append(_look_at(location, limits))
    return tuple(listed)


def _locations(place: Path, depth: int) -> Iterator[Path]:
    if place.is_file():
        if is_archive(place):
            yield place
        return
    if (place / CASE_FILE).is_file():
        yield place
        return
    if place.is_dir() and depth < DEEPEST:
        for inside in place.iterdir():
            if inside.is_dir() or is_archive(inside):
                yield from _locations(inside, depth + 1)


def _look_at(location: Path, limits: Limits) -> Listed:
    try:
        return Listed(location, parse_sheet(read_files(location, limits, (CASE_FILE,))[CASE_FILE], location.name))
    except SourceUnavailableError as problem:
        return Listed(location, problem=problem)


def _bounded(sheet: CaseSheet, series: tuple[MetricSeries, ...], logs: LogColumns, spans: SpanColumns) -> CaseSheet:
    """The sheet with the first and the last moment of its telemetry where it does not say its own."""
    columns = [each.times for each in series[:1]] + [logs.times, spans.starts]
    first = min((column[0] for column in columns if column), default=None)
    last = max((column[-1] for column in columns if column), default=None)
    incident = sheet.incident
    known: dict[str, object] = {}
    if incident.baseline_start is None and first is not None:
        known["baseline_start"] = moment(first)
    if incident.end_time is None and last is not None:
        known["end_time"] = max(moment(last + 0.001), incident.start_time)
    return CaseSheet(sheet.case_id, incident.model_copy(update=known), sheet.candidates, sheet.calls)
