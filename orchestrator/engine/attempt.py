"""One attempt at a piece of work, as a value: what came of it, how long it took, and why it ended.

The law: whatever foreign work does, its end is a value; only a cancellation from outside goes through. Work past its
time is cancelled and awaited, never left behind.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from orchestrator.clock import Clock, within
from orchestrator.errors import OrchestratorError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """`value` where it ended well. `error` is ours and may be shown; `failure` names a foreign exception's type only."""

    duration_s: float = 0.0
    value: T | None = None
    timed_out: bool = False
    error: OrchestratorError | None = None
    failure: str = ""

    @property
    def finished(self) -> bool:
        """It ended well."""
        return not (self.timed_out or self.error or self.failure)


async def attempt(clock: Clock, timeout_s: float, work: Awaitable[T]) -> Attempt[T]:
    """Await `work` for at most `timeout_s` seconds of `clock`."""
    begun = clock.monotonic()
    ended: Attempt[T]
    try:
        ended = await within(clock, timeout_s, settled(work))
    except TimeoutError:
        ended = Attempt(timed_out=True)
    except asyncio.CancelledError as gone:
        if _asked_to_end():
            raise
        ended = Attempt(failure=type(gone).__name__)
    return replace(ended, duration_s=clock.monotonic() - begun)


async def settled(work: Awaitable[T]) -> Attempt[T]:
    """How `work` ended, without a limit and without its time. Its SystemExit does not end the program."""
    try:
        return Attempt(value=await work)
    except OrchestratorError as error:
        return Attempt(error=error)
    except (Exception, SystemExit) as failure:  # noqa: BLE001 - a border: only the type's name may cross it
        return Attempt(failure=type(failure).__name__)


def _asked_to_end() -> bool:
    """Somebody cancelled us, rather than the work itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
