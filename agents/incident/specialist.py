"""What the three specialists have in common; they differ in what they look at. They spend nothing."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from agents.incident.explaining import explain
from agents.incident.reading import read
from agents.incident.seasons import seasons_of
from agents.incident.sending import Look, looked_at
from agents.incident.territory import owner_of_metric
from orchestrator.model import Baseline, Hypothesis, Incident, Observation
from orchestrator.ports import AgentKit, AgentSpec


class Specialist:
    """An agent by plain analysis: asks its sources once, and has what they answer looked at in another process."""

    def __init__(self, agent_id: str, look: Look, kit: AgentKit) -> None:
        self._agent_id = agent_id
        self._look = look
        self._kit = kit

    @property
    def agent_id(self) -> str:
        """Who this is."""
        return self._agent_id

    @property
    def total_cost(self) -> Decimal:
        """Nothing: no model is called."""
        return Decimal(0)

    async def observe(self, incident: Incident) -> Sequence[Observation]:
        """What stands out, what is normal, and what could not be checked.

        What stands out against the hour before may be as ever at that time of the day: where earlier days say so, all is
        looked at once more with that in mind.
        Raises SourceUnavailableError if no source of telemetry answers.
        """
        telemetry, compute = self._kit.telemetry, self._kit.compute
        reading = await read(self._agent_id, telemetry, incident, self._kit.clock.now())
        facts = await looked_at(compute, self._look, reading)
        seasons = await seasons_of(reading, facts, telemetry.metrics)
        if not any(each.days for each in seasons.values()):
            return facts
        return await looked_at(compute, self._look, replace(reading, seasons=seasons))

    async def generate_hypothesis(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        """The explanations that this agent's own telemetry decides."""
        return await self.analyse(observations)

    async def analyse(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        """The same: this agent knows plain analysis only."""
        return explain(self._agent_id, observations)


def specialist(agent_id: str, title: str, look: Look) -> AgentSpec:
    """How the team makes that agent."""

    def concerns(baseline: Baseline) -> bool:
        return owner_of_metric(baseline.service, baseline.metric, "") == agent_id

    return AgentSpec(agent_id, title, lambda kit: Specialist(agent_id, look, kit), concerns)
