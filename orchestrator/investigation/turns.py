"""What is remembered of the turns that agents take, so that a run goes on where it stopped and pays for nothing twice."""

from collections.abc import Sequence
from typing import Protocol

from orchestrator.events import StepEnded
from orchestrator.model import LedgerEntry, Step


class Turns(Protocol):
    """The memory of one run."""

    def ended(self, step: Step) -> StepEnded | None:
        """How that turn ended, if it did, in this process or an earlier one."""
        ...

    def entries(self) -> Sequence[LedgerEntry]:
        """What an earlier process of this run had spent."""
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

    async def begin(self, step: Step) -> None:
        """Nothing to keep yet."""

    async def end(self, ended: StepEnded) -> None:
        """Keep it."""
        self._ended[ended.step] = ended

    async def spend(self, entry: LedgerEntry) -> None:
        """Keep the latest of each call."""
        self.ledger[entry.call_id] = entry
