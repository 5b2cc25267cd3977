"""What the agents of a run spend: through their accounts, and by their own word where they have none.

The law: money counts once, in whichever process and whether or not the agent then failed. What cannot be read counts as far
as it is known; what was told before a restart is told again by nobody.
"""

from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal

from orchestrator.budget import Budget, Till, refusing
from orchestrator.errors import AgentExecutionError, BudgetExceededError
from orchestrator.events import StepEnded
from orchestrator.investigation.answers import told_cost
from orchestrator.investigation.turns import Turns
from orchestrator.model import ZERO, Phase, Step
from orchestrator.ports import Agent, Spender


class Spending:
    """The money of a run over `agents`, in the order in which they work; accounts are handed over here."""

    def __init__(
        self,
        agents: Sequence[Agent],
        limit: Decimal,
        turns: Turns,
        extended_by: Decimal = ZERO,
        till: Till | None = None,
    ) -> None:
        self._agents, self._turns = agents, turns
        self._told_before: dict[str, Decimal] = {}
        names = [agent.agent_id for agent in agents]
        self.budget = Budget(limit, names, extended_by=extended_by, record=turns.spend, till=till)
        self.budget.restore(turns.entries())
        for agent in agents:
            if isinstance(agent, Spender):
                agent.use_account(self.budget.account(agent.agent_id))
            else:
                self._told_before[agent.agent_id] = told = self._told_in_turns(agent)
                self.budget.account(agent.agent_id).hear(told)

    def begins(self, step: Step, *, inherits: bool) -> None:
        """That turn begins; where it inherits, what those before it have left is its own now."""
        self.budget.account(step.agent_id).step = str(step)
        if inherits:
            for agent in self._agents:
                if agent.agent_id == step.agent_id:
                    break
                self.budget.pass_on(agent.agent_id)

    def hear(self, agent: Agent) -> None:
        """What the agent says it has spent. Raises AgentExecutionError where that is no amount."""
        told = told_cost(agent) + self._told_before.get(agent.agent_id, ZERO)
        self.budget.account(agent.agent_id).hear(told)

    def by_agent(self) -> dict[str, Decimal]:
        """What each has spent, in dollars."""
        return {agent.agent_id: self._spent(agent) for agent in self._agents}

    def total(self) -> Decimal:
        """What all have, and what was spent beside them."""
        return sum(self.by_agent().values(), self.budget.beside)

    def of_turn(self, agent: Agent) -> Decimal:
        """All it has spent that no turn before has told, also in an earlier process that did not get to the end of it."""
        return self._spent(agent) - self._told_in_turns(agent)

    def overspent(self) -> BudgetExceededError | None:
        """That more was spent than there was, if so."""
        total, limit = self.total(), self.budget.limit
        if total <= limit:
            return None
        spent, most = refusing(total, limit)
        return BudgetExceededError(
            f"The run has spent {spent} of {most}.",
            details={"spent": str(total), "limit": str(limit)},
        )

    def _spent(self, agent: Agent) -> Decimal:
        with suppress(AgentExecutionError):
            self.hear(agent)
        return self.budget.account(agent.agent_id).spent

    def _told_in_turns(self, agent: Agent) -> Decimal:
        told = sum((turn.cost for turn in turns_of(self._turns, agent)), ZERO)
        return told + self._turns.cost_of_taken_again(agent.agent_id)


def turns_of(turns: Turns, agent: Agent) -> list[StepEnded]:
    """The turns of that agent that have ended."""
    ended = (turns.ended(Step(phase=phase, agent_id=agent.agent_id)) for phase in Phase)
    return [turn for turn in ended if turn is not None]
