"""Writes a run as a folder in the snapshot format, and packs such a folder into one archive.

Logs and spans are merged over all processes, put in order and cut to the recorded window; a trace is kept whole or
not at all. Numbers are rounded to what a dashboard would show, to keep the archive small.
"""

import csv
import json
import tarfile
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.lab.columns import Row
from bench.lab.shop.telemetry import isoformat

DATABASE_LEVELS = {"LOG": "INFO", "WARNING": "WARN", "ERROR": "ERROR", "FATAL": "ERROR", "PANIC": "ERROR"}


def number(value: float | None) -> str:
    """A cell: empty for a gap, else three to four significant digits, as a dashboard shows them."""
    if value is None:
        return ""
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 10 else 2 if size >= 1 else 3
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_metrics(file: Path, times: Sequence[float], rows: Sequence[Row]) -> None:
    """`metrics.csv`: a timestamp and every column that any row has, by name."""
    names = sorted({name for row in rows for name in row})
    with file.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["timestamp", *names])
        for moment, row in zip(times, rows, strict=True):
            writer.writerow([isoformat(moment), *(number(row.get(name)) for name in names)])


def write_lines(file: Path, records: Iterable[dict[str, Any]]) -> int:
    """One JSON object a line; gives their number."""
    count = 0
    with file.open("w") as out:
        for record in records:
            out.write(json.dumps(record, separators=(",", ":"), ensure_ascii=False) + "\n")
            count += 1
    return count


def write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_lines(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The records of several files of JSON lines; a last line that a killed process left unfinished is passed over."""
    for file in sorted(files):
        for line in file.read_text().splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue


def select_logs(records: Iterable[dict[str, Any]], begin: str, end: str) -> list[dict[str, Any]]:
    """The records of the window, in order of time."""
    return sorted((record for record in records if begin <= record["ts"] < end), key=lambda record: str(record["ts"]))


def select_traces(spans: Iterable[dict[str, Any]], begin: str, end: str) -> list[dict[str, Any]]:
    """The spans of every trace that began within the window, in order of time."""
    ordered = sorted(spans, key=lambda span: str(span["start"]))
    first: dict[str, str] = {}
    for span in ordered:
        first.setdefault(span["trace_id"], span["start"])
    return [span for span in ordered if begin <= first[span["trace_id"]] < end]


def database_logs(records: Iterable[dict[str, Any]], service: str) -> Iterator[dict[str, Any]]:
    """PostgreSQL's own log (log_destination = jsonlog) as records of a service."""
    for record in records:
        moment = datetime.strptime(record["timestamp"].replace(" UTC", " +0000"), "%Y-%m-%d %H:%M:%S.%f %z")
        parts = [record.get("message", "")]
        parts += [f"{name.upper()}: {record[name]}" for name in ("detail", "statement") if record.get(name)]
        level = DATABASE_LEVELS.get(record.get("error_severity", "LOG"), "INFO")
        yield {"ts": isoformat(moment.timestamp()), "service": service, "level": level, "message": " ".join(parts)}


def pack(folder: Path, archive: Path, leave_out: Container[str] = ()) -> None:
    """Pack a folder as `NAME.tar.xz` holding one folder of its name; files of the names in `leave_out` stay behind."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:xz", preset=9) as out:
        for file in sorted(each for each in folder.rglob("*") if each.is_file() and each.name not in leave_out):
            member = out.gettarinfo(file, f"{folder.name}/{file.relative_to(folder).as_posix()}")
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            with file.open("rb") as content:
                out.addfile(member, content)
