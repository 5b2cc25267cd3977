"""One attempt at a piece of work, as a value: what came of it, how long it took, and why it ended.

The law: whatever foreign work does, its end is a value; only a cancellation from outside goes through. Work past its
time is cancelled and awaited, never left behind.
"""

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
        value = await within(clock, timeout_s, work)
    except TimeoutError:
        return Attempt(took(), timed_out=True)
    except OrchestratorError as error:
        return Attempt(took(), error=error)
    except Exception as failure:  # noqa: BLE001 - the border to foreign agents: their failure is a result, not ours
        return Attempt(took(), failure=type(failure).__name__)
    return Attempt(took(), value)
