"""OpenTelemetry: spans to a collector, where one is set. Needs the extra `otel`, which is imported only then.

The core speaks to the OpenTelemetry API alone and does not notice whether anybody listens. A dead collector must not
hold up the end of the program: the SDK would try for more than six seconds, so shutting down is bounded here.
"""

import asyncio
import importlib.metadata
import threading
from collections.abc import Callable

from opentelemetry import trace

from orchestrator.clock import SystemClock, within
from orchestrator.errors import OrchestratorError

MOST_S = 2.0
"""Seconds that the last spans get to leave when the program ends."""


class TracingUnavailableError(OrchestratorError):
    """Spans were asked for, and what sends them is not installed."""

    kind = "tracing_unavailable"
    default_remedy = "Install it: pip install 'compass-oncall[otel]', or unset OTEL_EXPORTER_OTLP_ENDPOINT."


class Tracing:
    """Sending spans, from `start_tracing` until `aclose`."""

    def __init__(self, shut_down: Callable[[], None]) -> None:
        self._shut_down = shut_down

    async def aclose(self, most_s: float = MOST_S) -> None:
        """Send what is left, for at most so many seconds; then it is lost, and the program ends all the same."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work() -> None:
            try:
                self._shut_down()
            finally:
                try:
                    loop.call_soon_threadsafe(ended.set)
                except RuntimeError:
                    return  # the loop has ended meanwhile: nobody waits any more

        threading.Thread(target=work, name="tracing-shutdown", daemon=True).start()
        try:
            await within(SystemClock(), most_s, ended.wait())
        except TimeoutError:
            return


def start_tracing(endpoint: str, headers: str = "") -> Tracing:
    """Send spans to an OTLP/HTTP address (`http://host:4318/`). Raises TracingUnavailableError without the extra.

    `headers` as in OTEL_EXPORTER_OTLP_HEADERS: `name=value,other=value`.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise TracingUnavailableError("OpenTelemetry's SDK or its exporter is not installed.") from error
    version = importlib.metadata.version("compass-oncall")
    resource = Resource.create({"service.name": "compass", "service.version": version})
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", headers=_pairs(headers), timeout=5)
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return Tracing(provider.shutdown)


def _pairs(headers: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in headers.split(",") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
