"""What is remembered of the turns that agents take, so that a run goes on where it stopped and pays for nothing twice."""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Protocol

from orchestrator.events import (
    BudgetNoticed,
    CallReleased,
    CallReserved,
    CallSettled,
    Event,
    InvestigationView,
    StepEnded,
    StepStarted,
)
from orchestrator.model import ZERO, CallStatus, LedgerEntry, Step


class Turns(Protocol):
    """The memory of one run."""

    def ended(self, step: Step) -> StepEnded | None:
        """How that turn ended, if it did, in this process or an earlier one."""
        ...

    def entries(self) -> Sequence[LedgerEntry]:
        """What an earlier process of this run had spent."""
        ...

    def cost_of_taken_again(self, agent_id: str) -> Decimal:
        """What that agent's turns had cost, in dollars, that are taken again because humans approved."""
        ...

    async def begin(self, step: Step) -> None:
        """That turn begins."""
        ...

    async def end(self, ended: StepEnded) -> None:
        """That turn ended. It is kept, with all that was found, before the next one begins."""
        ...

    async def spend(self, entry: LedgerEntry) -> None:
        """Money was put aside, settled or released."""
        ...


class MemoryTurns:
    """Turns of a run that lives in this process only."""

    def __init__(self) -> None:
        self._ended: dict[Step, StepEnded] = {}
        self.ledger: dict[str, LedgerEntry] = {}

    def ended(self, step: Step) -> StepEnded | None:
        """How that turn ended, if it did."""
        return self._ended.get(step)

    def entries(self) -> Sequence[LedgerEntry]:
        """Nothing was spent before this process."""
        return ()

    def cost_of_taken_again(self, agent_id: str) -> Decimal:  # noqa: ARG002 - see the port
        """Nobody approves anything here."""
        return ZERO

    async def begin(self, step: Step) -> None:
        """Nothing to keep yet."""

    async def end(self, ended: StepEnded) -> None:
        """Keep it."""
        self._ended[ended.step] = ended

    async def spend(self, entry: LedgerEntry) -> None:
        """Keep the latest of each call."""
        self.ledger[entry.call_id] = entry


class JournalTurns:
    """The memory of a run, kept in its journal. Implements Turns."""

    def __init__(
        self, view: Callable[[], InvestigationView], append: Callable[[Event], Awaitable[InvestigationView]]
    ) -> None:
        self._view, self._append = view, append
        self._noticed: set[Decimal] = set()

    def ended(self, step: Step) -> StepEnded | None:
        """How that turn ended, in whichever process."""
        found = self._view().ended(step)
        if found is None or found.outcome is None:
            return None
        return StepEnded(
            step=step,
            outcome=found.outcome,
            duration_s=found.duration_s,
            observations=found.observations,
            hypotheses=found.hypotheses,
            cost=found.cost,
            note=found.note,
            remarks=found.remarks,
            allowance=found.allowance,
            use=found.use,
        )

    def entries(self) -> Sequence[LedgerEntry]:
        """The ledger as it stands."""
        return self._view().ledger

    def cost_of_taken_again(self, agent_id: str) -> Decimal:
        """By the view."""
        return self._view().cost_of_taken_again(agent_id)

    async def begin(self, step: Step) -> None:
        """That turn begins."""
        await self._append(StepStarted(step=step))

    async def end(self, ended: StepEnded) -> None:
        """That turn ended."""
        await self._append(ended)
        await self._notice()

    async def spend(self, entry: LedgerEntry) -> None:
        """Money moved."""
        await self._append(_LEDGER_EVENTS[entry.status](entry=entry))
        await self._notice()

    async def _notice(self) -> None:
        """Say that the money comes to its end, once for each limit, however many tell of what they spent at the same time."""
        due = self._view().notice_due
        if due is not None and due.limit not in self._noticed:
            self._noticed.add(due.limit)
            await self._append(BudgetNoticed(notice=due))


_LEDGER_EVENTS: dict[CallStatus, Callable[..., CallReserved | CallSettled | CallReleased]] = {
    CallStatus.RESERVED: CallReserved,
    CallStatus.SETTLED: CallSettled,
    CallStatus.RELEASED: CallReleased,
}
