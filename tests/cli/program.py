"""The program as the commands see it, with scripted agents over real sources, a real service and a store in memory."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result

from agents.sources.catalogue import KnownService, Overview
from agents.sources.snapshot import SnapshotLibrary
from bot.bootstrap.replaying import asked_in, replayed
from bot.bootstrap.telling import known_changes, tell_changes
from bot.cli import main
from bot.doctor import Check
from bot.settings import Settings
from bot.terminal import Asked, Post, Replayed
from orchestrator.clock import SystemClock
from orchestrator.errors import AgentExecutionError, SourceUnavailableError
from orchestrator.hub import HubRules
from orchestrator.investigation import Investigations, Limits
from orchestrator.model import Change, FaultKind, Hypothesis, Incident, InvestigationState, Observation
from orchestrator.ports import Account, AgentKit, AgentSpec, Listener, TeamSpec, Telemetry, WordReaders
from storage.memory import MemoryStore

SERVICES = ("checkout", "orders", "payments")


class Inline:
    """Implements Compute on the spot."""

    async def run(self, function: Callable[..., Any], *arguments: object) -> Any:
        return function(*arguments)


class Scripted:
    """An agent that says what the script says."""

    def __init__(self, agent_id: str, script: "Script") -> None:
        self.agent_id, self.total_cost = agent_id, Decimal(0)
        self._script = script

    async def _hang(self) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if self._script.stubborn:
                await asyncio.Event().wait()
            raise

    async def observe(self, incident: Incident) -> Sequence[Observation]:
        if self._script.breaks:
            raise AgentExecutionError("said no")
        if self._script.hangs:
            self._script.hangs.set()
            await self._hang()
        return [
            Observation(
                agent_id=self.agent_id, summary=f"{self._script.service} fails", service=self._script.service, score=0.9
            )
        ]

    def use_account(self, account: Account) -> None:
        self._account = account

    async def generate_hypothesis(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        if self._script.price:
            reservation = await self._account.reserve(self._script.price)
            await reservation.settle(self._script.price)
        return [
            Hypothesis(
                agent_id=self.agent_id,
                statement=f"{self._script.service} is broken",
                initial_confidence=0.8,
                service=self._script.service,
                fault_kind=FaultKind.ERROR,
                supporting=("o1",),
                change_id="c0ffee",
            )
        ]


class Script:
    """How the agents behave, and what the commands asked for.

    `hangs`: they never answer, and say when they began. `stubborn`: nor do they end when they are told to for the first
    time. `breaks`: they fail. `price` is what each pays for its hypotheses.
    """

    def __init__(self) -> None:
        self.service = "orders"
        self.hangs: asyncio.Event | None = None
        self.breaks = self.stubborn = False
        self.price = Decimal(0)
        self.store = MemoryStore()
        self.served: list[Settings] = []
        self.played: list[dict[str, object]] = []
        self.played_state: InvestigationState | None = None
        self.readers: WordReaders | None = None
        self.problem: SourceUnavailableError | None = None

    def steps(self) -> tuple[str, ...]:
        return ("m001_first",)

    def team(self) -> TeamSpec:
        def build(agent_id: str) -> Callable[[AgentKit], Scripted]:
            return lambda _: Scripted(agent_id, self)

        return TeamSpec(
            "incident", tuple(AgentSpec(name, name.title(), build(name)) for name in ("application", "network"))
        )


class ScriptedProgram:
    """Implements Program."""

    def __init__(
        self,
        settings: Settings,
        script: Script,
        *,
        cases: Sequence[Path] = (),
        keep: bool = True,
        asking: HubRules | None = None,
    ) -> None:
        self.store = script.store if keep else MemoryStore()
        self.incidents = SnapshotLibrary([*cases, *settings.cases], Inline())
        self.service = Investigations(
            store=self.store,
            incidents=self.incidents,
            telemetry=Telemetry(
                metrics=self.incidents, logs=self.incidents, traces=self.incidents, changes=self.incidents
            ),
            team=script.team(),
            compute=Inline(),
            clock=SystemClock(),
            limits=Limits(),
            asking=asking,
            readers=script.readers,
        )

    @asynccontextmanager
    async def running(self, *listeners: Listener, workspace: str | None = None) -> AsyncIterator[Investigations]:
        await self.store.open()
        for each in listeners:
            self.service.listen(each)
        await self.service.open()
        yield self.service
        await self.service.aclose()
        await self.store.aclose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Investigations]:
        await self.store.open()
        yield self.service
        await self.store.aclose()


class FakeBootstrap:
    """Implements Bootstrap."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()

    def Compass(  # noqa: N802 - the class of that name
        self,
        settings: Settings,
        *,
        cases: Sequence[Path] = (),
        own_recordings: bool = True,
        asking: HubRules | None = None,
    ) -> ScriptedProgram:
        return ScriptedProgram(settings, self.script, cases=cases, asking=asking)

    @asynccontextmanager
    async def assembling(self, settings: Settings, jobs: int) -> AsyncIterator[Callable[[Path], ScriptedProgram]]:
        yield lambda case: ScriptedProgram(settings, self.script, cases=[case], keep=False)

    async def serve(self, settings: Settings, *, announce: Callable[[str], None]) -> None:
        self.script.served.append(settings)
        announce("ready")

    async def sandbox(
        self, settings: Settings, *, announce: Callable[[str], None], show: Callable[[Post], None], **options: object
    ) -> InvestigationState | None:
        self.script.played.append(options)
        announce("http://127.0.0.1:4100/ ready")
        show(Post("Compass", "INC-123 checkout 5xx", "1773489600.0"))
        return self.script.played_state

    def checks(self, settings: Settings) -> list[Check]:
        async def recordings() -> str:
            if self.script.problem:
                raise self.script.problem
            return "2 recorded incidents"

        return [Check("recordings", recordings)]

    async def overview(self, settings: Settings, looking_back: timedelta) -> Overview:
        return Overview(services=(KnownService(name="checkout", stores=("prometheus",)),))

    async def tell_changes(self, settings: Settings, told: Sequence[Mapping[str, object]]) -> int:
        return await tell_changes(settings, told)

    async def known_changes(self, settings: Settings, looking_back: timedelta) -> Sequence[Change]:
        return await known_changes(settings, looking_back)

    async def kept_calls(self, settings: Settings, workspace: str, investigation_id: str) -> Asked:
        await self.script.store.open()
        return await asked_in(self.script.store, workspace, investigation_id)

    async def replay_run(self, settings: Settings, workspace: str, investigation_id: str) -> Replayed:
        await self.script.store.open()
        return await replayed(self.script.store, self.script.team(), workspace, investigation_id)

    def migrate(self, settings: Settings) -> tuple[str, ...]:
        return self.script.steps()


def compass(*arguments: str, script: Script | None = None) -> Result:
    """What the command line answers."""
    return CliRunner().invoke(main, list(arguments), obj=FakeBootstrap(script), prog_name="compass")


def write_case(folder: Path, case_id: str = "case-1", **sheet: object) -> Path:
    """A recorded case: ten quiet minutes, then one bad one; a deploy in between."""
    folder.mkdir(parents=True)
    told = {
        "case_id": case_id,
        "incident_id": "INC-123",
        "title": "checkout 5xx",
        "severity": "SEV2",
        "start_time": "2026-03-14T12:00:00Z",
        "baseline_start": "2026-03-14T11:50:00Z",
        "end_time": "2026-03-14T12:01:00Z",
        "affected_service": "checkout",
        "candidate_services": list(SERVICES),
    }
    (folder / "case.json").write_text(json.dumps(told | sheet))
    rows = "".join(f"2026-03-14T11:5{minute}:00Z,1,1\n" for minute in range(10))
    (folder / "metrics.csv").write_text(f"timestamp,checkout__errors,orders__errors\n{rows}2026-03-14T12:00:00Z,9,9\n")
    deploy = {"sha": "c0ffee", "timestamp": "2026-03-14T11:59:00Z", "service": "orders", "message": "pool of 5"}
    (folder / "changes.json").write_text(json.dumps({"deploys": [deploy]}))
    return folder


def command_names() -> list[str]:
    """All commands there are."""
    return main.list_commands(click.Context(main))
