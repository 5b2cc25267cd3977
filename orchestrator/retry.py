"""Whether to try again, and when: policies that return decisions and do nothing.

The law: nobody in here waits, reads a clock or owns a source of randomness. The caller says which attempt failed, what
time it is and brings the dice, so that the same seed and the same failures always give the same waits.
"""

import math
from dataclasses import dataclass
from random import Random
from typing import Literal

MOST_DOUBLINGS = 1000
"""Beyond this 2.0 to that power overflows; any wait worth having is at its cap long before."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often something is tried, and how long to wait in between.

    `max_attempts` counts the first one too. "exp" doubles the wait from `base_s` up to `cap_s` seconds, "fixed" waits
    `base_s` each time. `jitter` in [0, 1] is the share of a wait that is left to chance, so that those who failed together
    do not come back together.
    """

    max_attempts: int = 3
    backoff: Literal["exp", "fixed"] = "exp"
    base_s: float = 0.5
    cap_s: float = 30.0
    jitter: float = 0.5

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError("max_attempts is at least 1: the first attempt counts")
        if self.backoff not in ("exp", "fixed"):
            raise ValueError('backoff is "exp" or "fixed"')
        if not (math.isfinite(self.cap_s) and 0 <= self.base_s <= self.cap_s):
            raise ValueError("base_s and cap_s are seconds, with 0 <= base_s <= cap_s")
        if not 0 <= self.jitter <= 1:
            raise ValueError("jitter is a share, from 0 to 1")

    def decide(self, attempt: int, random: Random) -> float | None:
        """Seconds to wait after attempt number `attempt` (from 1) has failed; None: give up.

        Takes exactly one number from `random` where it waits, whatever the jitter, and none where it gives up.
        """
        if attempt < 1:
            raise ValueError("attempts are counted from 1")
        if attempt >= self.max_attempts:
            return None
        doublings = 0 if self.backoff == "fixed" else min(attempt - 1, MOST_DOUBLINGS)
        wait = min(self.cap_s, self.base_s * 2.0**doublings)
        return wait * (1 - self.jitter * random.random())


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """So many failures in a row, and whoever fails is left alone: for `rest_s` seconds, then twice as long, to `longest_s`."""

    failures: int = 5
    rest_s: float = 30.0
    longest_s: float = 300.0

    def __post_init__(self) -> None:
        if self.failures < 1:
            raise ValueError("failures is at least 1")
        if not (math.isfinite(self.longest_s) and 0 < self.rest_s <= self.longest_s):
            raise ValueError("rest_s and longest_s are seconds, with 0 < rest_s <= longest_s")


class Breaker:
    """Says whether somebody who keeps failing may be asked again. Times are seconds of the caller's monotonic clock.

    Closed: everybody may. Resting: nobody may, until the rest is over. Then one at a time may probe: a success closes it,
    a failure begins a longer rest. Who was admitted tells how it went, with `succeeded`, `failed` or `let_go`.
    """

    def __init__(self, policy: BreakerPolicy) -> None:
        self._policy = policy
        self._in_a_row = 0
        self._rests = 0
        self._until = -math.inf
        self._probing = False

    @property
    def in_a_row(self) -> int:
        """Failures since the last success."""
        return self._in_a_row

    @property
    def probing(self) -> bool:
        """Whether somebody was admitted after a rest and has not told yet how it went."""
        return self._probing

    def resting_s(self, now: float) -> float:
        """Seconds until somebody may ask again; 0 where that is now."""
        return max(0.0, self._until - now)

    def admits(self, now: float) -> bool:
        """Whether to ask now. After a rest only one caller hears yes until it has told how it went."""
        if now < self._until or self._probing:
            return False
        self._probing = self._rests > 0
        return True

    def succeeded(self) -> None:
        """There was an answer."""
        self._in_a_row = self._rests = 0
        self._until, self._probing = -math.inf, False

    def let_go(self) -> None:
        """It was never known how it went, for example because the caller was cancelled."""
        self._probing = False

    def failed(self, now: float) -> None:
        """There was none. Failures that come in while it rests were asked before, and prolong nothing."""
        self._probing = False
        self._in_a_row += 1
        if self._in_a_row >= self._policy.failures and now >= self._until:
            self.rest(now, min(self._policy.longest_s, self._policy.rest_s * 2.0 ** min(self._rests, MOST_DOUBLINGS)))

    def rest(self, now: float, seconds: float) -> None:
        """Leave it alone for `seconds` (at most the policy's longest), for example because it asked for that."""
        self._rests += 1
        self._until = max(self._until, now + min(seconds, self._policy.longest_s))
