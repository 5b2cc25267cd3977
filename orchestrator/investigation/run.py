"""One run: takes an investigation from where its journal left it to an end. Every step is kept before the next one starts.

It may be ended from two sides. A stop (somebody pressed it) is an event, and the run ends with what it has. A cancellation
(the process goes down) leaves the journal as it is, and the next process goes on from there. And it may wait: where humans are
asked and no turn can be taken before they answer, this run is over, and another one goes on after the answer.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opentelemetry import trace

from orchestrator.budget import Till
from orchestrator.clock import Clock, outlast
from orchestrator.engine import attempt
from orchestrator.errors import AgentExecutionError, BudgetExceededError, OrchestratorError
from orchestrator.events import (
    Consulted,
    ContextGathered,
    HypothesesRanked,
    InvestigationView,
    StopRequested,
)
from orchestrator.hub import Hub
from orchestrator.investigation.desks import Office, TurnsAtDesks
from orchestrator.investigation.journal import Journal
from orchestrator.investigation.orchestrator import Orchestrator
from orchestrator.investigation.ranking import numbered
from orchestrator.investigation.record import Record, nothing_seen
from orchestrator.investigation.states import ENDED
from orchestrator.investigation.turns import JournalTurns
from orchestrator.investigation.waiting import ended_by_people, extend_words, extension, held, used_up
from orchestrator.model import (
    Consultation,
    Gate,
    GateKind,
    InvestigationState,
    Observation,
    Person,
)
from orchestrator.ports import Account, Agent, Briefing, ContextSource

LOOK_BACK_S = 15.0
ORCHESTRATOR = "orchestrator"
BEFORE_RUNNING = (InvestigationState.QUEUED, InvestigationState.WAITING_APPROVAL)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things may take, in seconds. None: as long as the mode of the run allows."""

    agent_timeout_s: float = 120.0
    run_timeout_s: float | None = None


class Run:
    """One investigation on its way.

    `told` says what humans have to know when they are asked; None: nobody is there who could answer, and nothing waits.
    """

    def __init__(
        self,
        view: InvestigationView,
        agents: Sequence[Agent],
        journal: Journal,
        clock: Clock,
        pace: Pace,
        office: Office,
        context: ContextSource | None = None,
        *,
        told: Callable[[InvestigationView], Sequence[str]] | None = None,
        till: Till | None = None,
    ) -> None:
        self._record = Record(view, journal)
        self.key = view.key
        self._clock, self._context = clock, context
        self._stopped_by: Person | None = view.stop_requested_by
        self._asking: asyncio.Task[None] | None = None
        self.begun = False
        self._told, self._gates = told, office.gates(self.key)
        self._open_gates: tuple[Gate, ...] = ()
        self._desks = office.desks(self.key, agents, self._consulted, self._brief)
        self._orchestrator = Orchestrator(
            agents,
            view.investigation.budget,
            clock=clock,
            turns=TurnsAtDesks(JournalTurns(lambda: self._view, self._record.append), self._desks),
            mode=view.investigation.mode,
            agent_timeout_s=pace.agent_timeout_s,
            run_timeout_s=pace.run_timeout_s,
            extended_by=view.extended_by,
            held=lambda: held(self._view) if self._told else (),
            till=till,
        )

    @property
    def _view(self) -> InvestigationView:
        return self._record.view

    @property
    def hub(self) -> Hub:
        """The hub of this run."""
        return self._desks.hub

    async def stop(self, by: Person) -> None:
        """End it with what it has. One that comes second or too late changes nothing; nor does one that cannot be stored."""
        if self._stopped_by is not None or self._view.state in ENDED:
            return
        self._stopped_by = by
        try:
            await self._record.look()
            if self._view.stop_requested_by is None:  # else it was pressed while this run was being taken up
                await self._record.append(StopRequested(by=by))
            self._stopped_by = self._view.stop_requested_by
        except OrchestratorError:
            self._stopped_by = None
            raise
        if self._asking:
            self._asking.cancel()

    async def go(self) -> InvestigationView:
        """Run to the end; the view then."""
        self.begun = True
        tracer = trace.get_tracer("compass.orchestrator")
        names = {"compass.workspace": self.key[0], "compass.investigation": self.key[1]}
        with tracer.start_as_current_span(
            "investigation", attributes=names, record_exception=False, set_status_on_exception=False
        ) as span:
            if self._view.state in BEFORE_RUNNING and not self._ended_by_people:
                await self._record.change(InvestigationState.RUNNING)
            heart = asyncio.create_task(self._record.beat(self._clock))
            try:
                await self._desks.open(self._orchestrator.budget, self._view.consultations)
                await self._investigate()
            finally:
                heart.cancel()
                await asyncio.wait([heart])
            span.set_attribute("compass.state", self._view.state)
        return self._view

    async def _investigate(self) -> None:
        """Ask the agents; then wait for humans, or come to an end. At the end of an allowance their yes would not help."""
        refused = None if self._ended_by_people else await self._asked()
        await self._record.look()
        in_vain = used_up(self._view)
        if self._told and not self._ended_by_people and ((refused and not in_vain) or self._open_gates):
            await self._wait(None if in_vain else refused)
        else:
            over = in_vain or (f"{refused.message} {refused.remedy}" if refused else "")
            await self._conclude(self._ended_by_people or over)

    @property
    def _ended_by_people(self) -> str:
        """Why, in a sentence; "" where they did not. Who pressed Stop is known before it is stored."""
        return f"Stopped by {self._stopped_by}." if self._stopped_by else ended_by_people(self._view)

    async def _asked(self) -> BudgetExceededError | None:
        """Ask the agents. What did not fit the budget, if that ended it early."""
        self._asking = asyncio.create_task(self._ask())
        try:
            await self._asking
        except BudgetExceededError as refused:
            return refused
        except asyncio.CancelledError:
            if _cancelled_from_outside():
                self._asking.cancel()
                await outlast(self._asking)
                raise
            if self._stopped_by is None:
                raise AgentExecutionError("The run was cancelled, and nobody asked for it.") from None
        return None

    async def _ask(self) -> None:
        observations = await self._orchestrator.observe(self._view.investigation.incident)
        await self._look_back(observations)
        waiting = None
        while waiting is None or waiting - held(self._view):  # who was let go meanwhile has a turn to take
            waiting = held(self._view)
            await self._orchestrator.generate_hypotheses(observations)
            await self._record.look()
        self._open_gates = self._view.open_gates

    async def _wait(self, refused: BudgetExceededError | None) -> None:
        """Leave it to humans. What plain analysis has to say of the turns that wait is there when they are asked."""
        await self._orchestrator.conclude("waits for an answer")
        if self._stopped_by:
            await self._conclude(self._ended_by_people)
            return
        if refused and self._told and not any(each.kind is GateKind.BUDGET for each in self._view.open_gates):
            amount, told = extension(self._view, refused), self._told(self._view)
            words = extend_words(amount)
            await self._gates.open(GateKind.BUDGET, refused.message, told, approve=words, extend_by=amount)
            await self._record.look()
        reasons = [each.reason for each in self._view.open_gates]
        await self._record.change(InvestigationState.WAITING_APPROVAL, " ".join(reasons[:1]))

    async def _look_back(self, observations: Sequence[Observation]) -> None:
        """Has this been seen before, and is what was reported known at all? Without an answer the run goes on as well."""
        if self._context is None or self._view.similar or self._view.unknown:
            return
        asked = self._context.assemble(ORCHESTRATOR, self._view.investigation.incident, observations)
        known = (await attempt(self._clock, LOOK_BACK_S, asked)).value
        if known is not None and (known.similar or known.unknown):
            await self._record.append(ContextGathered(similar=known.similar, unknown=known.unknown))

    async def _conclude(self, early: str) -> None:
        for gate in self._view.open_gates:
            await self._gates.supersede(gate.gate_id)
        await self._record.look()
        if early:
            await self._orchestrator.conclude("did not get to the end of its turn")
        ranked = numbered(self._orchestrator.hypotheses)
        if not self._view.ranked and ranked:
            await self._record.append(HypothesesRanked(hypotheses=ranked))
        if early:
            await self._record.change(InvestigationState.STOPPED, early)
        elif blind := nothing_seen(self._view):
            await self._record.change(InvestigationState.FAILED, blind)
        else:
            await self._record.change(InvestigationState.COMPLETED)

    async def _consulted(self, consultation: Consultation) -> None:
        await self._record.append(Consulted(consultation=consultation))

    def _brief(self, account: Account) -> Briefing:
        return Briefing(account, self._view.investigation.incident, self._view.observations)


def _cancelled_from_outside() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def has_ended(view: InvestigationView) -> bool:
    """Nothing happens any more in that run."""
    return view.state in ENDED
