"""Builds recorded cases for tests: telemetry in the words of the format, written to a folder or an archive."""

import io
import json
import tarfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.clock import NOON


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


@dataclass
class CaseBuilder:
    """A case whose incident starts at noon, after half an hour of baseline, and lasts ten minutes."""

    case_id: str = "INC-7"
    start: datetime = NOON
    sheet: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, dict[datetime, float | str]] = field(default_factory=dict)
    logs: list[dict[str, Any]] = field(default_factory=list)
    spans: list[dict[str, Any]] = field(default_factory=list)
    changes: Any = None

    def at(self, seconds: float) -> datetime:
        """A moment relative to the start of the incident."""
        return self.start + timedelta(seconds=seconds)

    def metric(self, service: str, metric: str, at: float, value: float | str) -> None:
        self.columns.setdefault(f"{service}__{metric}", {})[self.at(at)] = value

    def log(self, service: str, at: float, message: str, level: str = "INFO", **more: Any) -> None:
        self.logs.append({"ts": iso(self.at(at)), "service": service, "level": level, "message": message, **more})

    def span(self, trace: str, span: str, parent: str | None, service: str, at: float, ms: float, **more: Any) -> None:
        self.spans.append(
            {
                "trace_id": trace,
                "span_id": span,
                "parent_id": parent,
                "service": service,
                "name": more.pop("name", "GET /"),
                "start": iso(self.at(at)),
                "duration_ms": ms,
                **more,
            }
        )

    def files(self) -> dict[str, bytes]:
        sheet = {
            "case_id": self.case_id,
            "title": "checkout fails",
            "start_time": iso(self.start),
            "baseline_end": iso(self.start),
            "end_time": iso(self.at(600)),
            "affected_service": "gateway",
            **self.sheet,
        }
        files = {
            "case.json": json.dumps(sheet).encode(),
            "metrics.csv": self._csv().encode(),
            "logs.jsonl": "".join(json.dumps(line) + "\n" for line in self.logs).encode(),
            "traces.jsonl": "".join(json.dumps(line) + "\n" for line in self.spans).encode(),
            "truth.json": b"this is never read {",
        }
        if self.changes is not None:
            files["changes.json"] = json.dumps(self.changes).encode()
        return files

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files().items():
            (folder / name).write_bytes(content)
        return folder

    def pack(self, archive: Path) -> Path:
        with tarfile.open(archive, "w:xz") as tar:
            for name, content in self.files().items():
                member = tarfile.TarInfo(f"{self.case_id}/{name}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        return archive

    def _csv(self) -> str:
        times = sorted({at for column in self.columns.values() for at in column})
        rows = [",".join(["timestamp", *self.columns])]
        for at in times:
            rows.append(",".join([iso(at), *(str(column.get(at, "")) for column in self.columns.values())]))
        return "\n".join(rows) + "\n"


def reference_case() -> CaseBuilder:
    """The small world that every source of the contract suite is filled with: two services, all kinds of telemetry."""
    case = CaseBuilder(sheet={"dependencies": [["gateway", "orders"]], "candidate_services": ["gateway", "orders"]})
    for second in range(-1800, 601, 60):
        case.metric("gateway", "requests_per_s", second, 50.0)
        case.metric("orders", "latency_p95_ms", second, 20.0 if second < 0 else 400.0)
        case.log("gateway", second, f"GET /orders/{second} 200", trace_id=f"t{second}")
        case.log("orders", second + 1, "order placed", level="")
        case.span(f"t{second}", "a", None, "gateway", second, 30.0, status="OK", name="GET /orders")
        case.span(f"t{second}", "b", "a", "orders", second + 0.01, 20.0, status="ERROR" if second > 0 else "OK")
    case.metric("orders", "latency_p95_ms", -600, "")
    case.changes = {
        "deploys": [{"timestamp": iso(case.at(-30)), "service": "orders", "version": "v412", "author": "ana"}],
        "commits": [{"timestamp": iso(case.at(-90)), "sha": "abc123", "message": "tidy", "files_changed": ["a.py"]}],
    }
    return case


class InlineCompute:
    """Implements `Compute` in this process, and counts what it was asked to run."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    async def run(self, function: Any, *arguments: Any) -> Any:
        self.ran.append(function.__name__)
        return function(*arguments)
