"""What Compass tells of itself: log lines and spans. Its law: no secret, and no text of an exception, ever leaves here."""

from bot.telemetry.events import EventLog
from bot.telemetry.logs import configure_logging
from bot.telemetry.tracing import Tracing, TracingUnavailableError, start_tracing

__all__ = ["EventLog", "Tracing", "TracingUnavailableError", "configure_logging", "start_tracing"]
