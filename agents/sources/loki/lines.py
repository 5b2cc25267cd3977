"""What one log line says: its level, its message, its trace. Pure.

Services print JSON, logfmt or plain text; Loki adds the labels of the stream and, for some, structured metadata. What the line
itself says goes first. A message keeps what was thrown: an error or a stack trace beside it belongs to it, as one line.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

LONGEST_MESSAGE = 8192
LONGEST_PARSED = 65_536
"""A longer line is no event but a dump: it is cut and taken as text."""

_LEVEL = (
    "level",
    "severity",
    "severity_text",
    "severityText",
    "SeverityText",
    "log.level",
    "levelname",
    "loglevel",
    "log_level",
    "lvl",
    "@l",
)
_MESSAGE = ("message", "msg", "@m", "body", "event", "log", "short_message", "text")
_THROWN = (
    "error",
    "err",
    "error.message",
    "exception",
    "exception.message",
    "exc_info",
    "stack_trace",
    "stacktrace",
    "stack",
    "error.stack_trace",
    "exception.stacktrace",
)
_TRACE = ("trace_id", "traceid", "traceID", "traceId", "TraceId", "trace.id", "otelTraceID", "dd.trace_id")
_NUMBERED = {"10": "TRACE", "20": "DEBUG", "30": "INFO", "40": "WARN", "50": "ERROR", "60": "FATAL"}
"""Levels as pino and bunyan write them."""
_PAIR = re.compile(r'(?:^|\s)([A-Za-z_@][\w.@-]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)')
_WORD = re.compile(r"[A-Za-z]{2,15}")
_HEX_ID = re.compile(r"[0-9a-fA-F]{16,32}")


def told_by(line: str, metadata: Mapping[str, str], labels: Mapping[str, str]) -> tuple[str, str, str]:
    """Level (upper case, "" where not known), message, trace id ("" where not known)."""
    fields = _fields(line)
    message = _message(fields) if fields else line
    level = next((found for each in (fields, metadata, labels) if (found := _level(each))), "")
    trace = next((found for each in (fields, metadata, labels) if (found := _text(_first(each, _TRACE)))), "")
    return level or _level({"level": metadata.get("detected_level", labels.get("detected_level", ""))}), *_tidy(
        message or line, trace
    )


def _tidy(message: str, trace: str) -> tuple[str, str]:
    """Cut, with nothing in it that cannot be written as UTF-8. A trace's id as spans spell it: 32 digits of lower-case hex."""
    cut = message[:LONGEST_MESSAGE].rstrip()
    if not cut.isascii():
        cut = cut.encode("utf-8", "replace").decode()
    return cut, trace.lower().zfill(32) if _HEX_ID.fullmatch(trace) else trace[:100]


def _fields(line: str, depth: int = 0) -> Mapping[str, Any]:
    """What the line holds by name; empty for text. What Docker wraps is unwrapped."""
    if len(line) > LONGEST_PARSED:
        return {}
    begins = line.lstrip()[:1]
    found = _of_json(line) if begins == "{" else _of_logfmt(line)
    inner = found.get("log")
    if isinstance(inner, str) and depth == 0 and _first(found, _MESSAGE[:-3]) is None:
        return {**found, **(_fields(inner, 1) or {"message": inner})}
    return found


def _of_json(line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    # Some nest what others write with dots: {"log": {"level": ...}}, {"error": {"message": ...}}.
    nested = {
        f"{outer}.{name}": value
        for outer, held in found.items()
        if isinstance(held, dict)
        for name, value in held.items()
    }
    return {**nested, **found}


def _of_logfmt(line: str) -> Mapping[str, Any]:
    """Only a line that names a level and a message so is logfmt; text with a few `key=value` in it stays text."""
    if "msg=" not in line and "message=" not in line:
        return {}
    found = {name: _unquoted(value) for name, value in _PAIR.findall(line[:LONGEST_MESSAGE])}
    return found if _first(found, _LEVEL) and _first(found, ("msg", "message")) else {}


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", _unescaped, value[1:-1]) if value[:1] == '"' else value


def _unescaped(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(found[1], found[1])


def _message(fields: Mapping[str, Any]) -> str:
    message = _text(_first(fields, _MESSAGE))
    if not message:
        return ""
    for name in _THROWN:
        thrown = _text(fields.get(name))
        if thrown and thrown not in message:
            message += f"\n{thrown}" if "\n" in thrown else f": {thrown}"
    return message


def _level(fields: Mapping[str, Any]) -> str:
    written = _text(_first(fields, _LEVEL))
    known = _NUMBERED.get(written, written)
    return known.upper() if _WORD.fullmatch(known) and known.lower() != "unknown" else ""


def _first(fields: Mapping[str, Any], names: Sequence[str]) -> object:
    return next((fields[name] for name in names if fields.get(name) not in (None, "", {}, [])), None)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
