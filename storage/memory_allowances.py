"""What was drawn from the allowances, in a dict. Between two turns of the event loop, hence each draw is checked alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from orchestrator.model import ZERO, Allowance, AllowanceKind, Draw, Shortage
from storage import codec, rules
from storage.errors import StorageClosedError


class MemoryAllowances:
    """Implements `orchestrator.ports.AllowanceStore`, and the life cycle of the store that is built on it."""

    def __init__(self) -> None:
        self._open = False
        self._draws: dict[tuple[str, int], Draw] = {}

    async def open(self) -> None:
        """Begin to answer."""
        self._open = True

    async def aclose(self) -> None:
        """Answer no more until opened again."""
        self._open = False

    async def put_aside(self, draw: Draw, allowances: Sequence[Allowance]) -> int | Shortage:
        """See `AllowanceStore.put_aside`. Raises ValueError for an amount that cannot be kept."""
        self._check_open()
        codec.nano(draw.amount)
        spent = await self.drawn(draw.workspace, draw.at, channel=draw.channel, user_id=draw.user_id)
        if short := rules.shortage(spent, draw, allowances):
            return short
        number = 1 + sum(1 for each in self._draws if each[0] == draw.workspace)
        self._draws[draw.workspace, number] = draw
        return number

    async def amend(self, workspace: str, number: int, amount: Decimal) -> None:
        """See `AllowanceStore.amend`."""
        self._check_open()
        codec.nano(amount)
        self._draws[workspace, number] = self._draws[workspace, number].model_copy(update={"amount": amount})

    async def drawn(
        self, workspace: str, at: datetime, *, channel: str = "", user_id: str = ""
    ) -> Mapping[AllowanceKind, Decimal]:
        """See `AllowanceStore.drawn`."""
        self._check_open()
        day = codec.day(at)
        today = [each for each in self._draws.values() if (each.workspace, codec.day(each.at)) == (workspace, day)]
        return {
            AllowanceKind.DAY: sum((each.amount for each in today), ZERO),
            AllowanceKind.CHANNEL: sum((each.amount for each in today if each.channel == channel), ZERO),
            AllowanceKind.USER: sum((each.amount for each in today if each.user_id == user_id), ZERO),
        }

    def _check_open(self) -> None:
        if not self._open:
            raise StorageClosedError("The store is not open.")
