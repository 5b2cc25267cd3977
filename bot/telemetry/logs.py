"""Logging: structured lines on standard error, for people or for machines, without secrets.

One pipeline for our own lines and those of the libraries: bound context (request id, investigation id), time, then
redaction of every value, then the renderer. The text of an exception may hold a secret and is never written; its type and
the places it came through are. Nothing is configured at import; `configure_logging` is called once, by the bootstrap.
"""

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from orchestrator.redaction import SECRET, is_secret_name, redact

MOST = 8 * 1024
"""Characters of a value that are written."""

DEPTH = 4
"""How deep into nested values redaction looks; what lies deeper is not written at all."""

TALKATIVE = ("anthropic", "httpcore2", "httpx2", "openai")
"""Libraries that write a line for each request, with its address, or what is in it: only their warnings are written."""


def configure_logging(*, level: str = "info", machine: bool = False, stream: TextIO | None = None) -> None:
    """Send all log lines from `level` on to `stream` (standard error): JSON where `machine`, else for people."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        name_the_exception,
        redact_values,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    target = stream or sys.stderr
    renderer: Processor = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if machine
        else structlog.dev.ConsoleRenderer(colors=target.isatty(), pad_event_to=0)
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each.formatter, structlog.stdlib.ProcessorFormatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def name_the_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by the exception's type and the places it came through, without any of its texts."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error_type"] = type(error).__qualname__
        event["error_at"] = [
            f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-5:]
        ]
        record = event.get("_record")
        if isinstance(record, logging.LogRecord):
            record.exc_info = record.exc_text = None
    return event


def redact_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Every value without its secrets. Keys that begin with an underscore are structlog's own."""
    return {key: value if key.startswith("_") else _clean(key, value, DEPTH) for key, value in event.items()}


def _clean(name: str, value: object, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if is_secret_name(name):
        return SECRET
    if isinstance(value, str | bytes):
        return _cut(value if isinstance(value, str) else value.decode(errors="replace"))
    if isinstance(value, Mapping | MutableMapping):
        inside = value.items() if depth else ()
        return {_cut(str(key)): _clean(str(key), each, depth - 1) for key, each in inside}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", each, depth - 1) for each in value] if depth else []
    if isinstance(value, BaseException):
        return type(value).__qualname__
    return _cut(str(value))


def _cut(text: str) -> str:
    more = f"… [{len(text) - MOST} more characters]" if len(text) > MOST else ""
    return f"{redact(text, MOST)}{more}"
