"""Quiet stretches: the healthy time before a fault, made into a case in which nothing is wrong.

Of the baseline the last third becomes the incident and the first two thirds its baseline. Everything after it is cut
off the files, so that not even a mistake could look at the fault. The title stays: people suspect things wrongly, too.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.sources.snapshot.times import seconds

INCIDENT_SHARE = 1 / 3


def stretch_before(case: Path, target: Path) -> Path | None:
    """Write the quiet stretch of the case in that folder to `target`; None where no bounded baseline is known."""
    sheet = json.loads((case / "case.json").read_text())
    start, end = sheet.get("baseline_start"), sheet.get("baseline_end")
    if start is None or end is None:
        return None
    first, last = seconds(start), seconds(end)
    begins = last - (last - first) * INCIDENT_SHARE
    target.mkdir(parents=True)
    quiet = {key: value for key, value in sheet.items() if key != "alert"} | {
        "case_id": f"{sheet['case_id']}-before",
        "incident_id": f"{sheet['case_id']}-before",
        "start_time": _iso(begins),
        "alert_time": _iso(begins),
        "baseline_end": _iso(begins),
        "end_time": _iso(last),
    }
    (target / "case.json").write_text(json.dumps(quiet, indent=1))
    _cut_metrics(case / "metrics.csv", target / "metrics.csv", last)
    _cut_lines(case / "logs.jsonl", target / "logs.jsonl", "ts", last)
    _cut_lines(case / "traces.jsonl", target / "traces.jsonl", "start", last)
    _cut_changes(case / "changes.json", target / "changes.json", last)
    return target


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _before(last: float, at: object) -> bool:
    try:
        return seconds(at) < last
    except ValueError:
        return False


def _cut(source: Path, target: Path, keep: Callable[[list[str]], Iterable[str]]) -> None:
    if source.exists():
        target.write_text("".join(f"{line}\n" for line in keep(source.read_text().splitlines())))


def _cut_metrics(source: Path, target: Path, last: float) -> None:
    _cut(source, target, lambda rows: [*rows[:1], *(row for row in rows[1:] if _before(last, row.split(",", 1)[0]))])


def _cut_lines(source: Path, target: Path, field: str, last: float) -> None:
    _cut(source, target, lambda lines: [line for line in lines if _before(last, json.loads(line).get(field))])


def _cut_changes(source: Path, target: Path, last: float) -> None:
    if source.exists():
        target.write_text(json.dumps(_changes_before(last, json.loads(source.read_text()))))


def _changes_before(last: float, told: Any) -> Any:
    if isinstance(told, dict):
        return {kind: _changes_before(last, each) for kind, each in told.items()}
    names = ("timestamp", "at", "time", "ts", "deployed_at")
    return [each for each in told if any(_before(last, each.get(name)) for name in names)]
