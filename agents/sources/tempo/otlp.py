"""Spans as Tempo sends them, in whichever of its shapes.

`/api/traces/{id}` answers `batches`, `/api/v2/traces/{id}` answers `trace.resourceSpans`, an OTLP file has `resourceSpans`
(https://grafana.com/docs/tempo/latest/api_docs/, opentelemetry-proto's trace.proto). In protobuf's JSON ids are base64,
enums are names, 64-bit integers are texts and zeros are left out; in OTLP's own JSON ids are hex and enums are integers
(https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). All of them are read.
"""

import binascii
import math
import string
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agents.sources.wire import UnreadableError, parsed

TRACE_BYTES, SPAN_BYTES = 16, 8
_HEX = frozenset(string.hexdigits)
_STATUSES = {"STATUS_CODE_ERROR": "error", "2": "error", "STATUS_CODE_OK": "ok", "1": "ok"}
_INCOMING = frozenset(("SPAN_KIND_SERVER", "2", "SPAN_KIND_CONSUMER", "5"))
"""Any other span may be a call to somebody: some servers do not keep the kind, and a zero is left out."""

Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RawSpan:
    """One span. Ids in hex, `parent_id` empty at a root; `start` in epoch seconds, `duration` in milliseconds."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start: float
    duration: float
    status: str
    outgoing: bool
    attributes: Attributes
    resource: Attributes


def raw_spans(body: bytes) -> list[RawSpan]:
    """All spans of one answer; one that cannot be understood is left out. Raises UnreadableError for what is no trace."""
    document = parsed(body)
    if not isinstance(document, dict):
        raise UnreadableError("what it sent is no trace")
    holder = document.get("trace", document)
    batches = holder.get("resourceSpans", holder.get("batches", [])) if isinstance(holder, dict) else None
    if not isinstance(batches, list):
        raise UnreadableError("what it sent is no trace")
    return [span for batch in batches if isinstance(batch, dict) for span in _of_batch(batch)]


def hex_id(value: object, size: int) -> str:
    """An id of `size` bytes in hex, from hex or base64; empty where it is neither, or all zeros."""
    if not isinstance(value, str) or not value:
        return ""
    if len(value) <= 2 * size and _HEX.issuperset(value) and (len(value) == 2 * size or len(value) % 4):
        found = value.lower().rjust(2 * size, "0")
    else:
        found = _from_base64(value, size)
    return found if found.strip("0") else ""


def _from_base64(value: str, size: int) -> str:
    try:
        decoded = b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return decoded.hex() if len(decoded) == size else ""


def _of_batch(batch: dict[str, Any]) -> Iterator[RawSpan]:
    resource = batch.get("resource")
    known = _attributes(resource.get("attributes") if isinstance(resource, dict) else None)
    scopes = batch.get("scopeSpans", batch.get("instrumentationLibrarySpans"))
    for scope in scopes if isinstance(scopes, list) else []:
        spans = scope.get("spans") if isinstance(scope, dict) else None
        for span in spans if isinstance(spans, list) else []:
            read = _span(span, known) if isinstance(span, dict) else None
            if read is not None:
                yield read


def _span(span: dict[str, Any], resource: Attributes) -> RawSpan | None:
    trace_id, span_id = hex_id(span.get("traceId"), TRACE_BYTES), hex_id(span.get("spanId"), SPAN_BYTES)
    start, end = _nanos(span.get("startTimeUnixNano")), _nanos(span.get("endTimeUnixNano"))
    if not (trace_id and span_id and start > 0 and end >= start):
        return None
    status = span.get("status")
    code = status.get("code") if isinstance(status, dict) else None
    return RawSpan(
        trace_id,
        span_id,
        hex_id(span.get("parentSpanId"), SPAN_BYTES),
        str(span.get("name") or ""),
        (start // 1000) / 1e6,  # microseconds are what a float of this size can hold
        (end - start) / 1e6,
        _STATUSES.get(str(code), ""),
        str(span.get("kind")) not in _INCOMING,
        _attributes(span.get("attributes")),
        resource,
    )


def _nanos(value: object) -> int:
    """Nanoseconds, which come as text or, from some, as a number; 0 for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:20])
    if isinstance(value, int | float) and math.isfinite(value):
        return int(value)
    return 0


def _attributes(pairs: object) -> Attributes:
    """Plain values by key; lists and maps are left out."""
    found: dict[str, str] = {}
    for pair in pairs if isinstance(pairs, list) else []:
        value = pair.get("value") if isinstance(pair, dict) else None
        if isinstance(value, dict) and isinstance(pair.get("key"), str):
            plain = next((each for each in value.values() if isinstance(each, str | int | float)), None)
            if plain is not None:
                found[pair["key"]] = str(plain)
    return found
