"""A world for the service: fakes of everything the core asks for, and a house that can go down and come up again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from orchestrator.clock import Clock
from orchestrator.errors import AgentExecutionError, OrchestratorError
from orchestrator.events import InvestigationView, Recorded
from orchestrator.hub import HubRules
from orchestrator.investigation import Investigations, Limits
from orchestrator.model import Allowances, Incident, Origin, Person, Phase, Step, StepOutcome
from orchestrator.parameters import Parameters
from orchestrator.ports import Listener, Models, Store, TeamSpec, Telemetry, ToolSource, WordReaders
from tests.support.agents import PlainAgent, ScriptedAgent, team_of
from tests.support.builders import ANA, hypothesis, incident, observation
from tests.support.clock import NOON, ManualClock

T = TypeVar("T")


class InlineCompute:
    """Implements Compute on the spot: for functions that are quick."""

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        try:
            return function(*arguments)
        except OrchestratorError:
            raise
        except Exception as failure:
            raise AgentExecutionError(f"The analysis failed ({type(failure).__name__}).") from failure


class StaticIncidents:
    """Implements IncidentSource over a list."""

    def __init__(self, *incidents: Incident) -> None:
        self._incidents = incidents

    async def find(self, incident_id: str) -> Incident | None:
        wanted = incident_id.casefold()
        return next((each for each in self._incidents if each.incident_id.casefold() == wanted), None)

    async def known(self) -> Sequence[Incident]:
        return sorted(self._incidents, key=lambda each: each.start_time, reverse=True)


class Collector:
    """Implements Listener: keeps all it hears."""

    def __init__(self) -> None:
        self.heard_events: list[Recorded] = []
        self.views: list[InvestigationView] = []

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:
        self.heard_events.append(recorded)
        self.views.append(view)

    def types(self) -> list[str]:
        """What happened, by name."""
        return [each.event.type for each in self.heard_events]


RECORDED = incident("INC-123", recorded=True, end_time=NOON + timedelta(minutes=15))


@dataclass
class World:
    """What stays when a process ends. `service()` starts a process on it."""

    store: Store
    team: TeamSpec
    clock: Clock = field(default_factory=ManualClock)
    limits: Limits = field(default_factory=Limits)
    incidents: Sequence[Incident] = (RECORDED,)
    live: bool = True
    telemetry: Telemetry | None = None
    asking: HubRules | None = None
    models: Models | None = None
    tools: ToolSource | None = None
    allowances: Allowances | None = None
    readers: WordReaders | None = None

    def new_service(self, *listeners: Listener, store: Store | None = None) -> Investigations:
        service = Investigations(
            store=store or self.store,
            incidents=StaticIncidents(*self.incidents),
            telemetry=self.telemetry or Telemetry(live=self.live),
            team=self.team,
            compute=InlineCompute(),
            clock=self.clock,
            limits=self.limits,
            asking=self.asking,
            models=self.models,
            tools=self.tools,
            allowances=self.allowances,
            readers=self.readers,
        )
        for listener in listeners:
            service.listen(listener)
        return service

    @asynccontextmanager
    async def service(self, *listeners: Listener, store: Store | None = None) -> AsyncIterator[Investigations]:
        service = self.new_service(*listeners, store=store)
        await service.open()
        try:
            yield service
        finally:
            await service.aclose()


async def start(
    service: Investigations,
    incident_id: str = "INC-1",
    *,
    workspace: str = "T1",
    by: Person = ANA,
    parameters: Parameters | None = None,
) -> str:
    """Ask for an investigation; its id."""
    asked = parameters or Parameters(incident_id=incident_id)
    opened = await service.investigate(asked, workspace=workspace, by=by, origin=Origin(request_id="q1"))
    return opened.investigation.investigation_id


async def run_to_end(service: Investigations, incident_id: str = "INC-1", **more: object) -> InvestigationView:
    """Ask for an investigation, and wait until it has ended."""
    return await service.ended("T1", await start(service, incident_id, **more))  # type: ignore[arg-type]


def outcome(view: InvestigationView, agent_id: str, phase: Phase = Phase.HYPOTHESISE) -> StepOutcome | None:
    """How that turn went; None: it has not ended."""
    step = view.step(Step(phase=phase, agent_id=agent_id))
    return step.outcome if step else None


class Turnstile:
    """Holds agents in a turn until it is opened; tells who is inside."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.inside: list[str] = []
        self._entered = asyncio.Condition()

    def script(self, name: str, answer: Any = ()) -> Any:
        async def wait(given: Any) -> Any:
            async with self._entered:
                self.inside.append(name)
                self._entered.notify_all()
            await self.opened.wait()
            return answer

        return wait

    async def entered(self, how_many: int = 1) -> None:
        async with self._entered:
            await self._entered.wait_for(lambda: len(self.inside) >= how_many)


def one_team(**more: Any) -> TeamSpec:
    return team_of(
        lambda: ScriptedAgent("application", [observation("a fact")], [hypothesis("it is this", 0.8)], **more)
    )


def held_team(turnstile: Turnstile, phase: str = "observe") -> TeamSpec:
    """`application` waits in that phase; `database` has something to say by plain analysis."""
    facts, guesses = [observation("a fact")], [hypothesis("held up", 0.9)]

    def application() -> ScriptedAgent:
        if phase == "observe":
            return PlainAgent("application", turnstile.script("application", facts), guesses)
        return PlainAgent(
            "application", facts, turnstile.script("application", guesses), analyses=[hypothesis("plain")]
        )

    def database() -> ScriptedAgent:
        return PlainAgent("database", [observation("another", "database")], [], analyses=[hypothesis("plainer", 0.3)])

    return team_of(application, database)
