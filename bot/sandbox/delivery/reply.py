"""What comes back for a delivery, and the two ways it can go wrong, in the words that Slack shows to people."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from bot.sandbox.clock import Clock
from bot.sandbox.wire import JsonObject

ACK_SECONDS = 3.0
"""https://docs.slack.dev/interactivity/handling-user-interaction: everything is acknowledged within 3 seconds."""

Kind = Literal["slash_commands", "interactive", "events_api"]
Failure = Literal["", "operation_timeout", "dispatch_failed"]

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Retry:
    """Says that a delivery is a repeat: which, and why."""

    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The app's acknowledgement: its payload, and how many seconds it took. `failure` says why there is none."""

    failure: Failure = ""
    payload: JsonObject = field(default_factory=dict)
    seconds: float = 0.0
    reason: str = ""
    """For retries of events: http_timeout, http_error, connection_failed, timeout."""
    final: bool = False
    """The app asked for no retry."""


class Courier(Protocol):
    """Brings one payload to the app and waits for its acknowledgement."""

    async def deliver(self, kind: Kind, payload: JsonObject, retry: Retry | None = None) -> Reply:
        """Deliver once; failures are values, not exceptions."""


async def within(clock: Clock, seconds: float, work: Coroutine[Any, Any, _Value]) -> _Value:
    """The result of `work`, or TimeoutError when `clock` passes `seconds` first; `work` is then cancelled and awaited."""
    running = asyncio.ensure_future(work)
    alarm = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((running, alarm), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            return running.result()
        raise TimeoutError
    finally:
        for task in (running, alarm):
            task.cancel()
        await asyncio.gather(running, alarm, return_exceptions=True)
