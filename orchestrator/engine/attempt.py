"""One attempt at a piece of work, as a value: what came of it, how long it took, and why it ended.

The law: whatever foreign work does, its end is a value; only a cancellation from outside goes through. Work past its
time is cancelled and awaited, never left behind.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

from orchestrator.clock import Clock, within
from orchestrator.errors import OrchestratorError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """`value` where it ended well. `error` is ours and may be shown; `failure` names a foreign exception's type only."""

    duration_s: float
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

    def took() -> float:
        return clock.monotonic() - begun

    try:
        value = await within(clock, timeout_s, _bordered(work))
    except TimeoutError:
        return Attempt(took(), timed_out=True)
    except OrchestratorError as error:
        return Attempt(took(), error=error)
    except _ForeignFailure as failure:
        return Attempt(took(), failure=failure.name)
    except asyncio.CancelledError as gone:
        if _asked_to_end():
            raise
        return Attempt(took(), failure=type(gone).__name__)
    return Attempt(took(), value)


class _ForeignFailure(Exception):  # noqa: N818 - not an error of ours: how one of theirs crosses the border
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


async def _bordered(work: Awaitable[T]) -> T:
    """A TimeoutError of the work's own must not look like ours, and its SystemExit must not end the program."""
    try:
        return await work
    except OrchestratorError:
        raise
    except (Exception, SystemExit) as failure:
        raise _ForeignFailure(type(failure).__name__) from failure


def _asked_to_end() -> bool:
    """Somebody cancelled us, rather than the work itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
