"""Logs and spans of a recording, pushed into a running qryn with their original times: the same incident, in two places.

    case = read_case(folder)                  # agents.sources.snapshot.case
    def test_...(qryn: Qryn) -> None:         # the session's server, a fixture of all tests
        replay(case.logs, case.spans, qryn)   # and from then on LokiSource and TempoSource at qryn.url answer it

What was pushed can be read as soon as `replay` returns. Services, levels, messages, ids, times (to the microsecond), durations,
statuses and peers arrive as the snapshot source tells them; an id that OTLP would not take is hashed into one (`trace_id`,
`span_id`). Lines are pushed as services print them, as JSON, for qryn keeps no structured metadata. Several recordings
may be in one server as long as they lie in different times; `environment` sets those apart that do not.

Formats: https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs, https://opentelemetry.io/docs/specs/otlp/
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status, TracesData

from agents.sources.snapshot.logs import LogColumns
from agents.sources.snapshot.traces import SpanColumns
from tests.support.qryn import Qryn

SPANS_A_PUSH = 2_000
_CODES = {"ok": Status.STATUS_CODE_OK, "error": Status.STATUS_CODE_ERROR, "": Status.STATUS_CODE_UNSET}


def replay(logs: LogColumns, spans: SpanColumns, server: Qryn, environment: str = "") -> None:
    """Push all of it. Labels and resources say the service, and the environment where one is given."""
    more = {"deployment.environment.name": environment} if environment else {}
    hashed = replace(logs, trace_ids=tuple(map(trace_id, logs.trace_ids)))
    replay_logs(hashed, server, {name.replace(".", "_"): value for name, value in more.items()})
    replay_spans(spans, server, more)


def replay_logs(logs: LogColumns, server: Qryn, labels: Mapping[str, str] = {}) -> None:
    """One stream a service; a line is `{"level", "message", "trace_id"}`."""
    streams: dict[str, list[list[str]]] = defaultdict(list)
    for at, service, level, message, trace in zip(
        logs.times, logs.services, logs.levels, logs.messages, logs.trace_ids, strict=True
    ):
        line = {"level": level, "message": message} | ({"trace_id": trace} if trace else {})
        streams[service].append([str(nanoseconds(at)), json.dumps(line)])
    pushed = [{"stream": {"service_name": service, **labels}, "values": lines} for service, lines in streams.items()]
    if pushed:
        server.push_json("loki/api/v1/push", {"streams": pushed})


def replay_spans(spans: SpanColumns, server: Qryn, attributes: Mapping[str, str] = {}) -> None:
    """By OTLP over HTTP, a few thousand at a time."""
    for first in range(0, len(spans.starts), SPANS_A_PUSH):
        by_service: dict[str, list[Span]] = defaultdict(list)
        for row in range(first, min(first + SPANS_A_PUSH, len(spans.starts))):
            by_service[spans.services[row]].append(_span(spans, row))
        resources = [
            ResourceSpans(
                resource=Resource(attributes=_attributes({"service.name": service, **attributes})),
                scope_spans=[ScopeSpans(spans=each)],
            )
            for service, each in by_service.items()
        ]
        server.push("v1/traces", TracesData(resource_spans=resources).SerializeToString(), "application/x-protobuf")


def nanoseconds(at: float) -> int:
    """Of seconds since the epoch, which a float knows to the microsecond."""
    return round(at * 1e6) * 1000


def trace_id(written: str) -> str:
    """An id of 16 bytes as hex: itself, if it is one."""
    return _id(written, 16)


def span_id(written: str) -> str:
    """An id of 8 bytes as hex: itself, if it is one."""
    return _id(written, 8)


def _id(written: str, size: int) -> str:
    if not written or re.fullmatch(rf"[0-9a-f]{{{2 * size}}}", written):
        return written
    return hashlib.blake2b(written.encode(), digest_size=size).hexdigest()


def _span(spans: SpanColumns, row: int) -> Span:
    start, peer = nanoseconds(spans.starts[row]), spans.peers[row]
    return Span(
        trace_id=bytes.fromhex(trace_id(spans.trace_ids[row])),
        span_id=bytes.fromhex(span_id(spans.span_ids[row])),
        parent_span_id=bytes.fromhex(span_id(spans.parent_ids[row])),
        name=spans.names[row],
        kind=Span.SPAN_KIND_CLIENT if peer else Span.SPAN_KIND_SERVER,
        start_time_unix_nano=start,
        end_time_unix_nano=start + round(spans.durations[row] * 1e6),
        attributes=_attributes({"server.address": peer} if peer else {}),
        status=Status(code=_CODES[spans.statuses[row]]),
    )


def _attributes(values: Mapping[str, str]) -> list[KeyValue]:
    return [KeyValue(key=name, value=AnyValue(string_value=value)) for name, value in values.items()]
