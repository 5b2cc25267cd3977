"""The latest picture of one investigation, folded from its events. Surfaces show views; they keep no state of their own."""

from decimal import Decimal

from orchestrator.model import (
    ZERO,
    AllowanceKind,
    BudgetNotice,
    CallStatus,
    Consultation,
    CostBreakdown,
    CostLine,
    Decision,
    Frozen,
    Gate,
    GateState,
    Hypothesis,
    Investigation,
    InvestigationState,
    LedgerEntry,
    Moment,
    Observation,
    PastIncident,
    Person,
    Phase,
    Question,
    Step,
    StepOutcome,
    StoreUse,
)

NOTICED_FROM = Decimal("0.8")
"""The part of the budget from which on people are told that it comes to its end."""


class StepView(Frozen):
    """One agent's turn. `outcome` is None while it runs."""

    step: Step
    started_at: Moment
    outcome: StepOutcome | None = None
    duration_s: float = 0.0
    observations: tuple[Observation, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    cost: Decimal = ZERO
    note: str = ""
    remarks: tuple[str, ...] = ()
    allowance: AllowanceKind | None = None
    use: StoreUse = StoreUse()


class InvestigationView(Frozen):
    """An investigation as it stands after `seq` events. `ranked` is empty until the ranking is made.

    `similar` are earlier incidents that resemble this one; `unknown` has a line for each service of it that nobody knows.
    `taken_again` has what turns had cost that were forgotten when humans approved: money is never forgotten.
    """

    investigation: Investigation
    seq: int
    updated_at: Moment
    state: InvestigationState = InvestigationState.QUEUED
    reason: str = ""
    steps: tuple[StepView, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    similar: tuple[PastIncident, ...] = ()
    unknown: tuple[str, ...] = ()
    ranked: tuple[Hypothesis, ...] = ()
    decisions: tuple[Decision, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    gates: tuple[Gate, ...] = ()
    taken_again: tuple[CostLine, ...] = ()
    notices: tuple[BudgetNotice, ...] = ()
    stop_requested_by: Person | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None

    def step(self, step: Step) -> StepView | None:
        """That turn, if it has begun."""
        return next((each for each in self.steps if each.step == step), None)

    def ended(self, step: Step) -> StepView | None:
        """That turn, if it has ended."""
        found = self.step(step)
        return found if found and found.outcome else None

    @property
    def running_steps(self) -> tuple[StepView, ...]:
        """The turns that are going on, in the order in which they began: one at most, or in parallel several."""
        return tuple(each for each in self.steps if each.outcome is None)

    @property
    def missed_steps(self) -> tuple[StepView, ...]:
        """The turns that humans are asked for, if they are: what did not fit the budget, and what did not run for it."""
        return tuple(each for each in self.steps if each.outcome in (StepOutcome.OVER_BUDGET, StepOutcome.NOT_RUN))

    @property
    def key(self) -> tuple[str, str]:
        """The workspace and the investigation."""
        return self.investigation.key

    @property
    def observations(self) -> tuple[Observation, ...]:
        """All that was observed, in the order of the steps."""
        return tuple(one for each in self.steps for one in each.observations)

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """The ranking, or what was formed so far."""
        return self.ranked or tuple(one for each in self.steps for one in each.hypotheses)

    def asked_by(self, agent_id: str) -> tuple[Consultation, ...]:
        """What that agent asked others in its own turns, each question once: the answer where one came, else the latest try.

        What an adviser asked on the way is part of its answer, and of that answer's cost.
        """
        asked: dict[tuple[str, Question], Consultation] = {}
        for each in self.consultations:
            key = (each.specialist, each.question)
            if each.asker == agent_id and each.depth == 1 and not (key in asked and asked[key].is_answered):
                asked[key] = each
        return tuple(asked.values())

    def decision(self, hypothesis_id: str) -> Decision | None:
        """What was decided of that hypothesis, if anything was."""
        return next((each for each in self.decisions if each.hypothesis_id == hypothesis_id), None)

    @property
    def open_gates(self) -> tuple[Gate, ...]:
        """What humans are asked and have not answered."""
        return tuple(each for each in self.gates if each.is_open)

    def gate(self, gate_id: str) -> Gate | None:
        """That gate, if there is one."""
        return next((each for each in self.gates if each.gate_id == gate_id), None)

    @property
    def extended_by(self) -> Decimal:
        """What humans have added to the budget, in dollars."""
        return sum((each.extend_by for each in self.gates if each.state is GateState.APPROVED), ZERO)

    @property
    def done_agents(self) -> int:
        """How many agents have ended the turn in the phase that is going on."""
        phase = self.steps[-1].step.phase if self.steps else Phase.OBSERVE
        return sum(1 for each in self.steps if each.step.phase == phase and each.outcome)

    @property
    def cost(self) -> CostBreakdown:
        """What was spent or is put aside, by agent in their order, against the limit.

        An agent that spends without an account is counted by what its turns say they cost.
        """
        billed = [each for each in self.ledger if each.status != CallStatus.RELEASED]
        names = dict.fromkeys([*self.investigation.agent_ids, *(each.agent_id for each in billed)])
        lines = tuple(CostLine(agent_id=name, amount=max(self._booked(name), self._told(name))) for name in names)
        use = sum((each.use for each in self.steps), StoreUse())
        limit, unpriced = self.investigation.budget + self.extended_by, sum(not each.priced for each in billed)
        return CostBreakdown(lines=lines, limit=limit, use=use, unpriced=unpriced)

    @property
    def notice_due(self) -> BudgetNotice | None:
        """What is to be said of the money just now, if anything is. What is put aside for a call is not spent yet."""
        cost = self.cost
        on_its_way = sum((each.amount for each in self.ledger if each.status is CallStatus.RESERVED), ZERO)
        spent = cost.total - on_its_way
        if not 0 < cost.limit * NOTICED_FROM <= spent or any(each.limit == cost.limit for each in self.notices):
            return None
        begun = {each.step.agent_id for each in self.steps if each.step.phase is Phase.HYPOTHESISE}
        ahead = tuple(each for each in self.investigation.agent_ids if each not in begun)
        return BudgetNotice(spent=spent, limit=cost.limit, ahead=ahead)

    def cost_of_taken_again(self, agent_id: str) -> Decimal:
        """What that agent said its turns had cost which were taken again after humans had approved."""
        return sum((each.amount for each in self.taken_again if each.agent_id == agent_id), ZERO)

    def _booked(self, agent_id: str) -> Decimal:
        billed = (e for e in self.ledger if e.agent_id == agent_id and e.status != CallStatus.RELEASED)
        return sum((each.amount for each in billed), ZERO)

    def _told(self, agent_id: str) -> Decimal:
        told = sum((each.cost for each in self.steps if each.step.agent_id == agent_id), ZERO)
        return told + self.cost_of_taken_again(agent_id)
