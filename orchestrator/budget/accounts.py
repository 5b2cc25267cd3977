"""Money: put aside before a call is sent, settle with what it did cost. Nothing is spent that was not put aside first.

The law: the sum of all accounts' limits, and of what humans have added for all, is the investigation's limit; a call must fit
what its account has left, with what is left for all, *and* what the whole has left, because a call may turn out dearer than was
put aside, and an agent may spend without asking. So no interleaving of agents can pass the whole. What is decided here is
counted before the first `await`, hence between two tasks it is one step; then the till is asked, whose allowances are shared
with other runs, by one agent at a time: what it refuses was in nobody's way. A reservation that nobody ends counts as spent in
full: only what was certainly not billed is free again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial

from orchestrator.budget.amounts import money, refusing
from orchestrator.budget.till import Till
from orchestrator.errors import AgentNotFoundError, BudgetExceededError, ConflictError
from orchestrator.model import ZERO, CallStatus, LedgerEntry, share, whole_nano

Record = Callable[[LedgerEntry], Awaitable[None]]
"""Where an entry is kept before the call that it pays for may be sent."""

Room = Callable[[], Decimal]
"""What an agent may still put aside."""


async def keep_nothing(entry: LedgerEntry) -> None:
    """For runs that live in memory only."""


class Budget:
    """The money of one investigation: an account for each agent, in the order in which they work.

    `extended_by` dollars are nobody's own: who has come to the end of its account takes from them, whoever that is. What is
    put aside is put aside at the `till` too; None: there is nothing beyond this run.
    """

    def __init__(
        self,
        limit: Decimal,
        agent_ids: Sequence[str],
        *,
        extended_by: Decimal = ZERO,
        record: Record = keep_nothing,
        till: Till | None = None,
    ) -> None:
        self.limit = money("a budget", limit) + extended_by
        self._extended_by = extended_by
        self._beside: dict[str, LedgerEntry] = {}
        asking = asyncio.Lock()
        each = share(limit, len(agent_ids)) if agent_ids else ZERO
        rest = limit - each * len(agent_ids)
        self._accounts = {
            name: AgentAccount(name, each, record, partial(self._room, name), till, asking) for name in agent_ids
        }
        if agent_ids:
            self._accounts[agent_ids[-1]].limit += rest

    def account(self, agent_id: str) -> "AgentAccount":
        """That agent's account. Raises AgentNotFoundError."""
        if agent_id not in self._accounts:
            raise AgentNotFoundError(f"No account for {agent_id}.", remedy=f"Known: {', '.join(self._accounts)}.")
        return self._accounts[agent_id]

    @property
    def spent(self) -> Decimal:
        """Over all accounts, and what was spent beside them."""
        return sum((each.spent for each in self._accounts.values()), self.beside)

    @property
    def beside(self) -> Decimal:
        """What was spent for the run by nobody that has an account, such as before it began."""
        return sum((each.amount for each in self._beside.values() if each.status != CallStatus.RELEASED), ZERO)

    def pass_on(self, agent_id: str) -> None:
        """An agent is done: what it has left goes to the one after it. The last one's stays with it."""
        names = list(self._accounts)
        after = names.index(agent_id) + 1
        if after < len(names):
            done, heir = self._accounts[agent_id], self._accounts[names[after]]
            left = max(done.limit - done.spent, ZERO)
            done.limit -= left
            heir.limit += left

    def _room(self, agent_id: str) -> Decimal:
        """What that agent may still put aside: of its own, of what is for all, and no more than is left of the whole."""
        own = self._accounts[agent_id]
        others = (each for name, each in self._accounts.items() if name != agent_id)
        taken = sum((max(each.spent - each.limit, ZERO) for each in others), ZERO)
        return min(own.limit - own.spent + max(self._extended_by - taken, ZERO), self.limit - self.spent)

    def restore(self, entries: Iterable[LedgerEntry]) -> None:
        """Take over what an earlier process of the same run had spent. An unended reservation counts as spent."""
        for entry in entries:
            if entry.agent_id in self._accounts:
                self._accounts[entry.agent_id].restore(entry)
            else:
                self._beside[entry.call_id] = entry


class AgentAccount:
    """One agent's money. Implements the Account port."""

    def __init__(
        self,
        agent_id: str,
        limit: Decimal,
        record: Record,
        room: Room,
        till: Till | None = None,
        asking: asyncio.Lock | None = None,
    ) -> None:
        self.agent_id = agent_id
        self.limit = limit
        self.step = ""
        self._record, self._room = record, room
        self._till, self._asking = till, asking or asyncio.Lock()
        self._unbooked = ZERO
        self._entries: dict[str, LedgerEntry] = {}
        self._calls = 0

    @property
    def spent(self) -> Decimal:
        """Settled, plus reserved and not yet known, plus what the agent spent without asking."""
        booked = (each.amount for each in self._entries.values() if each.status != CallStatus.RELEASED)
        return sum(booked, self._unbooked)

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        """Its calls, in the order in which they were put aside."""
        return tuple(self._entries.values())

    @property
    def left(self) -> Decimal:
        """What may still be put aside. Negative where a call cost more than was put aside."""
        return self._room()

    def hear(self, told: Decimal) -> None:
        """The agent says that it has spent so much in all: what this account did not know of counts too, for good."""
        self._unbooked += max(told - self.spent, ZERO)

    def restore(self, entry: LedgerEntry) -> None:
        """Take over an entry of an earlier process. Its number is not given again, nor any before it."""
        self._entries[entry.call_id] = entry
        number = entry.call_id.rpartition("-")[2]
        self._calls = max(self._calls, int(number) if number.isdecimal() else 0)

    async def reserve(
        self, most: Decimal, *, purpose: str = "", model: str = "", priced: bool = True
    ) -> "CallReservation":
        """Put `most` dollars aside. Raises BudgetExceededError, and puts nothing aside, if it does not fit."""
        most = whole_nano(money("a reservation", most))
        async with self._asking:
            self._check(most)
            self._calls += 1
            entry = LedgerEntry(
                call_id=f"{self.agent_id}-{self._calls}",
                agent_id=self.agent_id,
                purpose=purpose,
                model=model,
                step=self.step,
                amount=most,
                priced=priced,
            )
            draw = await self._drawn(entry)
        await self.book(entry)
        return CallReservation(self, entry, draw)

    def _check(self, most: Decimal) -> None:
        if most > self.left:
            needed, left = refusing(most, max(self.left, ZERO))
            raise BudgetExceededError(
                f"The next call of {self.agent_id} may cost {needed}; {left} is left for it.",
                details={"agent_id": self.agent_id, "needed": str(most), "left": str(self.left)},
            )

    async def _drawn(self, entry: LedgerEntry) -> int | None:
        """Count the entry, and put it aside at the till; the draw's number there. What is refused does not count."""
        self._entries[entry.call_id] = entry
        try:
            return await self._till.put_aside(self.agent_id, entry.amount) if self._till else None
        except BaseException:
            del self._entries[entry.call_id]
            raise

    async def end(self, entry: LedgerEntry, draw: int | None) -> None:
        """Count what a call has come to, at the till first, and keep it. What cannot be told there stays counted there."""
        self._entries[entry.call_id] = entry
        try:
            if self._till and draw is not None:
                await self._till.amend(draw, entry.amount)
        finally:
            await self.book(entry)

    async def book(self, entry: LedgerEntry) -> None:
        """Count the entry, then keep it. If it cannot be kept the caller hears of it, and it stays counted."""
        self._entries[entry.call_id] = entry
        await self._record(entry)


class CallReservation:
    """Money put aside for one call; ended once. Implements the Reservation port."""

    def __init__(self, account: AgentAccount, entry: LedgerEntry, draw: int | None = None) -> None:
        self._account, self._entry, self._draw = account, entry, draw

    @property
    def call_id(self) -> str:
        """See the port."""
        return self._entry.call_id

    async def settle(self, amount: Decimal, *, tokens_in: int = 0, tokens_out: int = 0, tokens_cached: int = 0) -> None:
        """It cost `amount`, which may be more than was put aside: then that is what was spent, and is counted."""
        tokens = {"tokens_in": tokens_in, "tokens_out": tokens_out, "tokens_cached": tokens_cached}
        update = {"amount": whole_nano(money("a cost", amount)), "status": CallStatus.SETTLED}
        await self._end(self._entry.model_copy(update={**update, **tokens}))

    async def release(self) -> None:
        """It was certainly not billed."""
        await self._end(self._entry.model_copy(update={"amount": ZERO, "status": CallStatus.RELEASED}))

    async def _end(self, entry: LedgerEntry) -> None:
        if self._entry.status != CallStatus.RESERVED:
            raise ConflictError(f"Call {entry.call_id} was already {self._entry.status}.")
        self._entry = entry
        await self._account.end(entry, self._draw)
