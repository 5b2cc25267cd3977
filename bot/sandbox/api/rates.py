"""Rate limits as buckets: each call takes a token, tokens come back with time.

Slack's figures (https://docs.slack.dev/apis/web-api/rate-limits): tiers of 1, 20, 50 and 100 calls a minute, and about one
message a second in each channel, both with room for short bursts. How much room is not documented; a bucket here holds a
minute's worth of a tier, and `post_burst` messages of a channel.
"""

import math
from dataclasses import dataclass

from bot.sandbox.clock import Clock

POSTING = frozenset({"chat.postMessage", "chat.postEphemeral"})


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How strict to be. `enabled=False` lets everything through."""

    enabled: bool = True
    posts_per_second: float = 1.0
    post_burst: int = 10
    scale: float = 1.0
    """Multiplies the tiers; below 1 is stricter than Slack."""


@dataclass(slots=True)
class _Bucket:
    level: float
    filled_at: float


class RateKeeper:
    """The buckets of this run."""

    def __init__(self, limits: RateLimits, clock: Clock) -> None:
        """Refill by `clock`."""
        self.limits = limits
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def wait_for(self, method: str, tier: int | None, channel: str) -> int:
        """Take a token and answer 0; or the whole seconds after which to try again, which Slack sends as Retry-After."""
        if not self.limits.enabled:
            return 0
        if method in POSTING:
            return self._take(("post", channel), self.limits.posts_per_second, self.limits.post_burst)
        if tier is None:
            return 0
        per_minute = tier * self.limits.scale
        return self._take((method, ""), per_minute / 60, max(1.0, per_minute))

    def _take(self, key: tuple[str, str], per_second: float, room: float) -> int:
        now = self._clock.monotonic()
        bucket = self._buckets.setdefault(key, _Bucket(room, now))
        bucket.level = min(room, bucket.level + (now - bucket.filled_at) * per_second)
        bucket.filled_at = now
        if bucket.level >= 1 - 1e-9:
            bucket.level -= 1
            return 0
        return max(1, math.ceil((1 - bucket.level) / per_second))
