"""How a command begins and ends: settings, log, spans, the event loop, and signals."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from bot.cli.status import ExitStatus
from bot.settings import LogFormat, LogLevel, Settings
from bot.telemetry import configure_logging, start_tracing

T = TypeVar("T")


@asynccontextmanager
async def telling(settings: Settings, *, quiet: bool = False) -> AsyncIterator[None]:
    """Log lines and spans for as long as this lasts. `quiet`: only warnings, where no level was set by hand."""
    hushed = quiet and "log_level" not in settings.model_fields_set
    level = LogLevel.WARNING if hushed else settings.log_level
    configure_logging(level=level.value, machine=settings.log_format == LogFormat.JSON)
    if settings.otel_endpoint is None:
        yield
        return
    headers = settings.otel_headers.get_secret_value() if settings.otel_headers else ""
    tracing = start_tracing(settings.otel_endpoint, headers)
    try:
        yield
    finally:
        await tracing.aclose()


def run(work: Awaitable[T]) -> T:
    """The result of `work`, on an event loop of its own. Ctrl-C cancels it, and KeyboardInterrupt comes out."""

    async def all_of_it() -> T:
        return await work

    return asyncio.run(all_of_it())


async def until_signalled(work: Awaitable[T]) -> T | None:
    """The result of `work`; None where Ctrl-C or a request to end came first. A second one ends the process at once."""
    task = asyncio.ensure_future(work)
    signalled = False

    def end() -> None:
        nonlocal signalled
        if signalled:
            os._exit(ExitStatus.INTERRUPTED)
        signalled = True
        task.cancel()

    with handled(end, signal.SIGINT, signal.SIGTERM):
        try:
            return await task
        except asyncio.CancelledError:
            if signalled:
                return None
            raise


@contextmanager
def handled(handler: Callable[[], None], *signals: signal.Signals) -> Iterator[None]:
    """While this lasts, these signals call `handler` on the event loop, and do nothing else."""
    loop = asyncio.get_running_loop()
    for each in signals:
        loop.add_signal_handler(each, handler)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
