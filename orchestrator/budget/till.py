"""Beyond a run's own budget: what a day, a channel and a person may spend, whoever else spends from the same.

The law: a call is put aside here too before it is sent, against all allowances in one step of the store, so that no
interleaving of runs, retries and processes passes any of them. What does not fit is kept nowhere. What is put aside counts
in full until it is known what the call did cost. A limit that is not set is not checked, but what is spent is kept:
one that is set at noon knows of the morning.
"""

import asyncio
from dataclasses import dataclass
from decimal import Decimal

from orchestrator.budget.amounts import refusing
from orchestrator.clock import Clock, outlast, undivided
from orchestrator.errors import BudgetExceededError
from orchestrator.model import ZERO, Allowance, AllowanceKind, Allowances, Draw, Origin, Person, Shortage, next_day
from orchestrator.ports import AllowanceStore

SETTINGS = {
    AllowanceKind.DAY: "COMPASS_BUDGET_PER_DAY",
    AllowanceKind.CHANNEL: "COMPASS_BUDGET_PER_CHANNEL",
    AllowanceKind.USER: "COMPASS_BUDGET_PER_USER",
}
WHOSE = {AllowanceKind.DAY: "", AllowanceKind.CHANNEL: " of this channel", AllowanceKind.USER: " of whoever asked"}
ALLOWANCE_REMEDY = "Ask again then, or have the setting raised; a larger budget= would not help."


class Till:
    """Where one run, or one question, has its calls put aside. `channel` and `user_id` say for whom; "" for none."""

    def __init__(
        self, store: AllowanceStore, clock: Clock, allowances: Allowances, workspace: str, channel: str, user_id: str
    ) -> None:
        self._store, self._clock = store, clock
        self._workspace, self._channel, self._user_id = workspace, channel, user_id
        self._binding = allowances.that_bind(channel, user_id)

    async def put_aside(self, who: str, most: Decimal) -> int:
        """Put `most` dollars aside for a call of `who`; the draw's number.

        Raises BudgetExceededError whose details name the allowance that it does not fit; nothing is put aside then, nor
        where the caller is cancelled.
        """
        draw = Draw(
            workspace=self._workspace,
            channel=self._channel,
            user_id=self._user_id,
            at=self._clock.now(),
            amount=most,
        )
        asking = asyncio.ensure_future(self._store.put_aside(draw, self._binding))
        try:
            await outlast(asking)
        except asyncio.CancelledError:
            await undivided(self._give_back(asking))
            raise
        answer = asking.result()
        if isinstance(answer, Shortage):
            raise _refusal(who, draw, answer)
        return answer

    async def today(self) -> list[tuple[Allowance, Decimal]]:
        """What was drawn today from each allowance that binds, in dollars."""
        spent = await self._store.drawn(
            self._workspace, self._clock.now(), channel=self._channel, user_id=self._user_id
        )
        return [(each, spent[each.kind]) for each in self._binding]

    async def amend(self, number: int, amount: Decimal) -> None:
        """The call behind that draw did cost `amount`."""
        await self._store.amend(self._workspace, number, amount)

    async def _give_back(self, asking: "asyncio.Future[int | Shortage]") -> None:
        if asking.exception() is None and isinstance(number := asking.result(), int):
            await self._store.amend(self._workspace, number, ZERO)


@dataclass(frozen=True, slots=True)
class Tills:
    """Makes tills: for a run, or for a question before there is one."""

    store: AllowanceStore
    clock: Clock
    allowances: Allowances

    def of(self, workspace: str, origin: Origin, by: Person) -> Till:
        """The till of what that person asks there."""
        return Till(self.store, self.clock, self.allowances, workspace, origin.channel, by.user_id)


def _refusal(who: str, draw: Draw, short: Shortage) -> BudgetExceededError:
    kind, limit, free = short.allowance.kind, short.allowance.limit, next_day(draw.at)
    again = f"It begins anew on {free:%Y-%m-%d} at 00:00 UTC" if draw.amount <= limit else "It fits on no day"
    needed, most, spent = refusing(draw.amount, limit, short.spent)
    return BudgetExceededError(
        f"The next call of {who} may cost {needed}; {spent} of today's {most}{WHOSE[kind]} is spent. "
        f"{again} ({SETTINGS[kind]}).",
        remedy=ALLOWANCE_REMEDY,
        details={
            "allowance": kind.value,
            "needed": str(draw.amount),
            "spent": str(short.spent),
            "limit": str(limit),
            "free_at": free.isoformat(),
            "setting": SETTINGS[kind],
        },
    )
