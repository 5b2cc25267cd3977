"""Where what was drawn from the allowances is kept. It outlives runs and processes, and is theirs in common."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from orchestrator.model import Allowance, AllowanceKind, Draw, Shortage


class AllowanceStore(Protocol):
    """Draws, by the day of UTC on which they were made.

    A draw that nobody amends counts in full: who made it may have died with its call on the way.
    """

    async def put_aside(self, draw: Draw, allowances: Sequence[Allowance]) -> int | Shortage:
        """Check the draw against all these allowances and keep it, in one step that no other process comes between.

        Returns its number in the workspace; or the first allowance that it does not fit, and then nothing is kept. What was
        drawn that day by the whole workspace counts against DAY, what was drawn for that channel or person against CHANNEL
        and USER.
        """
        ...

    async def amend(self, workspace: str, number: int, amount: Decimal) -> None:
        """That draw is of so many dollars now: what its call cost, or 0 where it was certainly not billed."""
        ...

    async def drawn(
        self, workspace: str, at: datetime, *, channel: str = "", user_id: str = ""
    ) -> Mapping[AllowanceKind, Decimal]:
        """What was drawn on the day of that moment: in the workspace, for that channel, for that person; in dollars."""
        ...
