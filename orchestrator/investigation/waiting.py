"""Waiting for humans: what a run asks when its money is at its end, why it ends after their answer, how long it waits.

The law: a wait is a row, not a coroutine. A gate is opened and settled through the journal, so that whoever follows the run
hears of it; what is awake here is one alarm for each open gate, set anew by whoever opens the journal next.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from decimal import ROUND_UP, Decimal

from orchestrator.budget import ALLOWANCE_REMEDY
from orchestrator.clock import Clock
from orchestrator.errors import BudgetExceededError, InvestigationNotFoundError, OrchestratorError
from orchestrator.events import GateOpened, GateSettled, InvestigationView, Recorded
from orchestrator.investigation.journal import Journal, Key
from orchestrator.model import ZERO, Conclusion, Gate, GateState, Person, Report, StepOutcome, dollars, spent_of

DOLLAR = Decimal(1)
CENT = Decimal("0.01")
AGAIN_S = 30.0


class JournalGates:
    """Gates that are kept by their events. Implements GateStore."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def open_gate(self, workspace: str, investigation_id: str, gate: Gate) -> Gate:
        """See the port."""
        await self._journal.append(workspace, investigation_id, GateOpened(gate=gate))
        return gate

    async def settle_gate(
        self,
        workspace: str,
        investigation_id: str,
        gate_id: str,
        state: GateState,
        *,
        at: datetime,  # noqa: ARG002 - the journal's own clock says when; the view has it
        by: Person | None = None,
        said: str = "",
    ) -> Gate:
        """See the port."""
        settled = GateSettled(gate_id=gate_id, state=state, by=by, said=said)
        view = await self._journal.append(workspace, investigation_id, settled)
        return next(each for each in view.gates if each.gate_id == gate_id)

    async def gates_of(self, workspace: str, investigation_id: str) -> Sequence[Gate]:
        """See the port."""
        return (await self._journal.view(workspace, investigation_id)).gates


def extension(view: InvestigationView, refused: BudgetExceededError) -> Decimal:
    """What to ask humans for, in dollars: half of what they first gave, and at least what was missing, in whole dollars.

    The turn that did not fit is taken again, hence what it has cost is missing, too.
    """
    told = {
        name: Decimal(value) for name, value in refused.details.items() if name in ("needed", "left", "spent", "limit")
    }
    missing = told.get("needed", ZERO) - told.get("left", ZERO) + told.get("spent", ZERO) - told.get("limit", ZERO)
    missing += sum((each.cost for each in view.steps if each.outcome is StepOutcome.OVER_BUDGET), ZERO)
    half = (view.investigation.budget / 2).quantize(CENT, rounding=ROUND_UP)
    return max(half, missing.quantize(DOLLAR, rounding=ROUND_UP)) or DOLLAR


def used_up(view: InvestigationView) -> str:
    """Why no more of this run's money would help, in two sentences; "" where it may: an allowance is at its end."""
    short = [each for each in view.missed_steps if each.allowance]
    return f"{short[0].note} {ALLOWANCE_REMEDY}" if short else ""


def extend_words(amount: Decimal) -> str:
    """ "Extend by $5"."""
    return f"Extend by {dollars(amount).removesuffix('.00')}"


def known_so_far(view: InvestigationView, report: Report, title_of: Callable[[str], str]) -> list[str]:
    """What one has to know to answer: what was found, what is missing, what it has cost."""
    missing = dict.fromkeys(title_of(each.step.agent_id) for each in view.missed_steps)
    likely = report.conclusion == Conclusion.LIKELY
    confidence = f" ({report.groups[0].lead.initial_confidence:.2f})" if likely else ""
    return [
        f"Have: {report.headline}{confidence}",
        *([f"Missing: what {', '.join(missing)} would add"] if missing else []),
        f"Spent: {spent_of(view.cost.total, view.cost.limit)}",
    ]


def ended_by_people(view: InvestigationView) -> str:
    """Why humans ended the run, in a sentence; "" where they did not."""
    if view.stop_requested_by:
        return f"Stopped by {view.stop_requested_by}."
    for gate in view.gates:
        if gate.state is GateState.DENIED:
            said = f" {gate.said}" if gate.said else ""
            return f"{gate.by or 'Somebody'} answered “{gate.deny}” to: {gate.reason}{said}"
        if gate.state is GateState.EXPIRED:
            return f"Nobody answered in time: {gate.reason}"
    return ""


def held(view: InvestigationView) -> frozenset[str]:
    """The agents that wait for an answer, or got one that they may not go on."""
    going_on = (GateState.APPROVED, GateState.SUPERSEDED)
    return frozenset(each.agent_id for each in view.gates if each.agent_id and each.state not in going_on)


class Expiries:
    """Calls `expire` for every open gate whose time is over. Implements Listener."""

    def __init__(self, clock: Clock, expire: Callable[[Key, str], Awaitable[object]]) -> None:
        self._clock, self._expire = clock, expire
        self._alarms: dict[tuple[Key, str], asyncio.Task[None]] = {}
        self._ringing: set[tuple[Key, str]] = set()
        self._log = logging.getLogger("compass.gates")

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:
        """Set the alarm of a gate that was opened, and put off that of one that was answered."""
        if isinstance(recorded.event, GateOpened):
            self.watch(view)
        elif isinstance(recorded.event, GateSettled):
            name = ((recorded.workspace, recorded.investigation_id), recorded.event.gate_id)
            if name in self._alarms and name not in self._ringing:
                self._alarms.pop(name).cancel()

    def watch(self, view: InvestigationView) -> None:
        """Set the alarms of all its open gates."""
        for gate in view.open_gates:
            if gate.expires_at is not None and (view.key, gate.gate_id) not in self._alarms:
                alarm = self._ring(view.key, gate.gate_id, gate.expires_at)
                self._alarms[view.key, gate.gate_id] = asyncio.create_task(alarm, name=f"gate {gate.gate_id}")

    async def aclose(self) -> None:
        """Ring no more; the times stay in their rows."""
        alarms = list(self._alarms.values())
        self._alarms.clear()
        for alarm in alarms:
            alarm.cancel()
        await asyncio.gather(*alarms, return_exceptions=True)

    async def _ring(self, key: Key, gate_id: str, at: datetime) -> None:
        while (left := (at - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(left)
        try:
            while not await self._rung(key, gate_id):
                await self._clock.sleep(AGAIN_S)
        finally:
            self._alarms.pop((key, gate_id), None)

    async def _rung(self, key: Key, gate_id: str) -> bool:
        """Whether that gate needs no alarm any more. A store that is away for a moment must not let a run wait for ever."""
        self._ringing.add((key, gate_id))
        try:
            await self._expire(key, gate_id)
        except OrchestratorError as failure:
            self._log.error("gate %s could not be ended (%s)", gate_id, type(failure).__name__)
            return isinstance(failure, InvestigationNotFoundError)
        else:
            return True
        finally:
            self._ringing.discard((key, gate_id))
