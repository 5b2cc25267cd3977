"""Deliveries that come twice have one effect.

Slack sends an event again when it did not hear an acknowledgement, over Socket Mode too. What was seen within the last ten
minutes is acknowledged and goes no further; beyond that, and over a restart, the core's own rules make a repeat harmless.
"""

from collections import OrderedDict

from orchestrator.clock import Clock

REMEMBERED_S = 600.0
REMEMBERED_AT_MOST = 5000


class Deliveries:
    """What was delivered of late."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()

    def is_first(self, delivery_id: str) -> bool:
        """Whether this is the first time; a delivery without an id always is."""
        if not delivery_id:
            return True
        now = self._clock.monotonic()
        while self._seen and (len(self._seen) >= REMEMBERED_AT_MOST or self._oldest() < now - REMEMBERED_S):
            self._seen.popitem(last=False)
        if delivery_id in self._seen:
            return False
        self._seen[delivery_id] = now
        return True

    def _oldest(self) -> float:
        return next(iter(self._seen.values()))
