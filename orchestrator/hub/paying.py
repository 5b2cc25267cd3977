"""Who pays for an answer: the agent whose turn it is, however deep the question went.

The law: an adviser spends through what it is handed here, and nowhere else. That is the asking agent's own account, so what
does not fit is refused as any call of the asker's would be, and the ledger shows it there.
"""

from contextvars import ContextVar
from decimal import Decimal

from orchestrator.budget import AgentAccount, keep_nothing
from orchestrator.model import ZERO
from orchestrator.ports import Account, Reservation

paying: ContextVar[Account | None] = ContextVar("paying", default=None)
"""Whose account pays for what is asked now, with what has been counted on the way."""


def nothing_left(agent_id: str) -> Account:
    """The account of an agent that has no money: every call is refused."""
    return AgentAccount(agent_id, ZERO, keep_nothing, lambda: ZERO)


class AdviceAccount:
    """The asker's account, as an adviser is handed it for one answer. Implements Account.

    `cost` is what this answer has come to so far, with what the adviser itself asked for it. A call that is not ended yet
    counts as it was put aside. The ledger's purpose says who was asked.
    """

    def __init__(self, payer: Account, adviser: str) -> None:
        self._payer, self._adviser = payer, adviser
        self._calls: list[_Call] = []

    @property
    def cost(self) -> Decimal:
        """In dollars."""
        return sum((each.amount for each in self._calls), ZERO)

    @property
    def limit(self) -> Decimal:
        """The asker's."""
        return self._payer.limit

    @property
    def spent(self) -> Decimal:
        """By the asker, with all that was asked for it."""
        return self._payer.spent

    @property
    def left(self) -> Decimal:
        """Of the asker's money."""
        return self._payer.left

    async def reserve(self, most: Decimal, *, purpose: str = "", model: str = "", priced: bool = True) -> Reservation:
        """See the port; raises BudgetExceededError."""
        asked = f"asked {self._adviser}: {purpose}" if purpose else f"asked {self._adviser}"
        call = _Call(await self._payer.reserve(most, purpose=asked, model=model, priced=priced), most)
        self._calls.append(call)
        return call


class _Call:
    """One call of an adviser. Implements Reservation."""

    def __init__(self, reservation: Reservation, most: Decimal) -> None:
        self._reservation, self.amount = reservation, most

    @property
    def call_id(self) -> str:
        """See the port."""
        return self._reservation.call_id

    async def settle(self, amount: Decimal, *, tokens_in: int = 0, tokens_out: int = 0, tokens_cached: int = 0) -> None:
        """See the port."""
        await self._reservation.settle(amount, tokens_in=tokens_in, tokens_out=tokens_out, tokens_cached=tokens_cached)
        self.amount = amount

    async def release(self) -> None:
        """See the port."""
        await self._reservation.release()
        self.amount = ZERO
