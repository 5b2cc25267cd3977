"""Logs and spans of one service, written as JSON lines into its own files.

The logs carry the trace they belong to; the spans come from the OpenTelemetry SDK, only the exporter is ours. Access
lines are written for sampled traces alone, as many access logs do, to keep a recording small; everything a service
decides, warns of or fails at is always written.
"""

import json
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode, Tracer

ROOT = Path(__file__).resolve().parents[3]


def wall_clock() -> float:
    """Seconds since the epoch; the lab records what really happened, so it needs the real time."""
    return time.time()  # noqa: TID251


def isoformat(seconds: float) -> str:
    """Seconds since the epoch as UTC with milliseconds and a `Z`, the way the snapshot format writes times."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def sampled() -> bool:
    """Whether the trace of this request is kept."""
    return trace.get_current_span().get_span_context().trace_flags.sampled


class Journal:
    """Structured log of one service: one JSON object a line."""

    def __init__(self, service: str, out: TextIO) -> None:
        self._service = service
        self._out = out

    def access(self, message: str) -> None:
        """An INFO line about a request, for sampled traces only."""
        if sampled():
            self._write("INFO", message)

    def info(self, message: str) -> None:
        self._write("INFO", message)

    def warning(self, message: str) -> None:
        self._write("WARN", message)

    def error(self, message: str) -> None:
        self._write("ERROR", message)

    def failure(self, message: str, error: BaseException) -> None:
        """An ERROR line with the stack trace behind the message, as line-based log shippers join it."""
        stack = "".join(traceback.format_exception(error, limit=-4)).rstrip().replace(f"{ROOT}/", "")
        self._write("ERROR", f"{message}\n{stack}")

    def _write(self, level: str, message: str) -> None:
        line = {"ts": isoformat(wall_clock()), "service": self._service, "level": level}
        line["message"] = message
        context = trace.get_current_span().get_span_context()
        if context.trace_flags.sampled:
            line["trace_id"] = f"{context.trace_id:032x}"
            line["span_id"] = f"{context.span_id:016x}"
        self._out.write(json.dumps(line, separators=(",", ":")) + "\n")


class JsonLinesExporter(SpanExporter):
    """Writes each finished span as one JSON line of the snapshot format."""

    def __init__(self, service: str, out: TextIO) -> None:
        self._service = service
        self._out = out

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for span in spans:
            self._out.write(json.dumps(self._record(span), separators=(",", ":")) + "\n")
        return SpanExportResult.SUCCESS

    def _record(self, span: ReadableSpan) -> dict[str, object]:
        context, start, end = span.get_span_context(), span.start_time or 0, span.end_time or 0
        assert context is not None
        record: dict[str, object] = {
            "trace_id": f"{context.trace_id:032x}",
            "span_id": f"{context.span_id:016x}",
            "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
            "service": self._service,
            "name": span.name,
            "kind": span.kind.name.lower() if span.kind is not SpanKind.INTERNAL else "internal",
            "start": isoformat(start / 1e9),
            "duration_ms": round((end - start) / 1e6, 2),
            "status": "ERROR" if span.status.status_code is StatusCode.ERROR else "OK",
        }
        if span.status.description:
            record["error"] = span.status.description
        record["attributes"] = dict(span.attributes or {})
        return record


class Telemetry:
    """Log and tracer of one process; `aclose` is not needed, the files are line-buffered."""

    def __init__(self, service: str, folder: Path, instance: str, sampling: float) -> None:
        self.journal = Journal(service, (folder / f"logs-{instance}.jsonl").open("a", buffering=1))
        spans = (folder / f"spans-{instance}.jsonl").open("a", buffering=1)
        provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(sampling)), resource=Resource.create({"service.name": service})
        )
        provider.add_span_processor(SimpleSpanProcessor(JsonLinesExporter(service, spans)))
        self.tracer: Tracer = provider.get_tracer("compass.lab")
