"""The agents of a run, made anew whenever one begins or goes on: each with its model, and with what it was handed before."""

from dataclasses import replace

from orchestrator.context import KeptContext
from orchestrator.errors import AgentNotFoundError
from orchestrator.model import Investigation
from orchestrator.ports import Agent, AgentKit, ContextSource, ContextStore, Models, TeamSpec


class Crew:
    """Makes agents of `team` out of `kit`. `models` are what they reason with; None: plain analysis alone."""

    def __init__(self, team: TeamSpec, kit: AgentKit, store: ContextStore, models: Models | None) -> None:
        self._team, self._kit, self._store, self._models = team, kit, store, models

    def of(self, investigation: Investigation, context: ContextSource | None) -> list[Agent]:
        """Those of one run, in the order in which they work.

        Without `context` they are handed what the run has kept of it, and nothing else. Raises AgentNotFoundError for one
        that is no longer part of the team.
        """
        handed = KeptContext(investigation.key, self._store, self._kit.clock, context)
        kit = replace(self._kit, context=handed, incident=investigation.incident)
        return [self._build(each, investigation.key, kit) for each in investigation.agent_ids]

    def _build(self, agent_id: str, key: tuple[str, str], kit: AgentKit) -> Agent:
        model = self._models.model_for(*key, agent_id) if self._models else None
        for spec in self._team.agents:
            if spec.agent_id == agent_id:
                return spec.build(replace(kit, model=model))
        raise AgentNotFoundError(
            f"The agent {agent_id} is no longer part of the team.", remedy="Start the investigation again."
        )
