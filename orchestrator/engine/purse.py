"""The money of one execution: put aside what an attempt may cost before it starts, count what it did cost after.

The law: settled plus put aside never passes the limit by what attempts declare. Nothing here awaits, so that between two
tasks every step is one. (The accounts of agents that call models are `orchestrator.budget`; this knows no agents.)
"""

from decimal import Decimal

from orchestrator.model import ZERO


class Purse:
    """`limit` in dollars, None: as much as it takes."""

    def __init__(self, limit: Decimal | None) -> None:
        self._limit = limit
        self.settled = ZERO
        self.reserved = ZERO

    def fits(self, most: Decimal) -> bool:
        """Whether so much can be put aside now."""
        return self._limit is None or not most or self.settled + self.reserved + most <= self._limit

    def could_fit(self, most: Decimal) -> bool:
        """Whether it could, were nothing of what is put aside spent."""
        return self._limit is None or not most or self.settled + most <= self._limit

    @property
    def left(self) -> Decimal:
        """What could be spent if nothing that is put aside were. Never below 0."""
        return max(ZERO, (self._limit or ZERO) - self.settled)

    def reserve(self, most: Decimal) -> None:
        """Put aside; only after `fits`."""
        self.reserved += most

    def settle(self, most: Decimal, cost: Decimal) -> None:
        """What was put aside as `most` has cost `cost`, which may be more: then that is what was spent."""
        self.reserved -= most
        self.settled += cost
