"""A team of agents that work one kind of request. Adding a team touches nothing but its own folder."""

from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.clock import Clock
from orchestrator.model import Baseline, Incident
from orchestrator.ports.agent import Agent
from orchestrator.ports.compute import Compute
from orchestrator.ports.context import ContextSource
from orchestrator.ports.language import LanguageModel, ToolSource
from orchestrator.ports.sources import Telemetry


@dataclass(frozen=True, slots=True)
class AgentKit:
    """What an agent is handed when it is made, for one investigation. Without a `model` it goes by plain analysis alone.

    `incident` is what is investigated: who is made anew in a later process does not observe again, and knows it from here.
    With `tools` the model may look closer at the telemetry, and use what else stands there; without it may look nothing up.
    """

    telemetry: Telemetry
    compute: Compute
    clock: Clock
    context: ContextSource | None = None
    model: LanguageModel | None = None
    incident: Incident | None = None
    tools: ToolSource | None = None


def everything(baseline: Baseline) -> bool:  # noqa: ARG001 - the shape of every such choice
    """Whatever it is of."""
    return True


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """One agent of a team: its id, the name people read, how to make one, and which baselines are its business.

    `agent_type` is what others ask for when they want a specialist like it; "" where that is its id.
    """

    agent_id: str
    title: str
    build: Callable[[AgentKit], Agent]
    concerns: Callable[[Baseline], bool] = everything
    agent_type: str = ""


@dataclass(frozen=True, slots=True)
class TeamSpec:
    """A team, in the order in which its agents work."""

    name: str
    agents: tuple[AgentSpec, ...]

    def title_of(self, agent_id: str) -> str:
        """The name people read, or the id of an agent that is not of this team."""
        return next((each.title for each in self.agents if each.agent_id == agent_id), agent_id)

    def type_of(self, agent_id: str) -> str:
        """What kind of specialist that agent is; its id where nothing else was said."""
        return next((each.agent_type for each in self.agents if each.agent_id == agent_id), "") or agent_id
