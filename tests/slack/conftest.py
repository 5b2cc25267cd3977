"""The real bot against the sandbox over loopback, through the real SDK; only the base URL is not Slack's."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.chart import Drawing, draw
from bot.sandbox import AppSeed, Message, SandboxServer, Workspace, small_team
from bot.sandbox.api.rates import RateLimits
from bot.slack import SlackConfig, SlackSurface
from orchestrator.hub import HubRules
from orchestrator.investigation import Investigations
from orchestrator.model import Allowances
from orchestrator.ports import TeamSpec, WordReaders
from storage.memory import MemoryStore
from tests.slack import scene
from tests.slack.manifest import app_seed
from tests.support.clock import ManualClock
from tests.support.world import InlineCompute, World

T = TypeVar("T")

CHANNEL = "inc-123-checkout"


class QuickCompute(InlineCompute):
    """Implements Compute; drawing, which takes its time, gives a picture of one line. `tests/slack/test_chart.py` draws."""

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        quick: Callable[..., Any] = _one_line if function is draw else function
        return await super().run(quick, *arguments)  # type: ignore[no-any-return]


def _one_line(drawing: Drawing) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + drawing.title.encode()


@dataclass
class House:
    """A running bot, the sandbox it talks to, and what is below it. `hold` keeps the network agent from ending."""

    sandbox: SandboxServer
    surface: SlackSurface
    service: Investigations
    world: World
    clock: ManualClock
    hold: asyncio.Event

    @property
    def store(self) -> MemoryStore:
        assert isinstance(self.world.store, MemoryStore)
        return self.world.store

    async def type(self, text: str, user: str = "ana", channel: str = CHANNEL) -> Any:
        """Type /investigate and what comes after it; return when it was acknowledged and worked on."""
        outcome = await self.sandbox.run_command(user, channel, "/investigate", text)
        await self.surface.jobs.drain()
        return outcome

    async def click(self, message: Message, action: str, user: str = "ana") -> Any:
        outcome = await self.sandbox.click_message(user, message, action)
        await self.surface.jobs.drain()
        return outcome

    async def click_in_view(self, action: str, user: str = "ana") -> Any:
        outcome = await self.sandbox.click_in_view(user, action)
        await self.surface.jobs.drain()
        return outcome

    async def submit(self, values: dict[str, Any], user: str = "ana") -> Any:
        outcome = await self.sandbox.submit_view(user, values)
        await self.surface.jobs.drain()
        return outcome

    async def run(self, text: str = "INC-123 budget=10", user: str = "ana", channel: str = CHANNEL) -> Message:
        """Type it, and wait until the thread stands complete; the parent."""
        await self.type(text, user, channel)
        return await self.whole_thread(channel)

    async def whole_thread(self, channel: str = CHANNEL) -> Message:
        """Let time pass until the cost, which comes last, stands there; the parent."""
        last = await self.until(lambda message: "*Cost*" in shown(message))
        assert last.thread_ts
        return self.sandbox.workspace.message(channel, last.thread_ts)

    async def until(self, wanted: Callable[[Message], bool]) -> Message:
        """The message that is wanted; time passes in the bot until it is there."""
        ticking = asyncio.create_task(self._tick())
        try:
            return await self.sandbox.wait_for(wanted)
        finally:
            ticking.cancel()

    async def until_true(self, holds: Callable[[], bool]) -> None:
        """Time passes until it holds."""
        ticking = asyncio.create_task(self._tick())
        try:
            async with asyncio.timeout(10):
                while not holds():
                    await asyncio.sleep(0.002)
        finally:
            ticking.cancel()

    async def _tick(self) -> None:
        while True:
            await self.clock.advance(1.0)
            await asyncio.sleep(0.005)

    def thread(self, parent: Message, channel: str = CHANNEL) -> list[Message]:
        return self.sandbox.workspace.thread(channel, parent.ts)

    def whispers(self, user: str = "ana") -> list[Message]:
        """What only this person sees, oldest first."""
        person = self.sandbox.workspace.user(user)
        seen = [each for each in self.sandbox.workspace.messages if each.ephemeral_for == person.id]
        return sorted(seen, key=lambda each: each.ts)

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.sandbox.calls)


def shown(message: Message) -> str:
    """Everything a message's blocks say."""
    return texts_of(message.blocks) or message.text


def texts_of(value: Any) -> str:
    if isinstance(value, str):
        return ""
    if isinstance(value, dict):
        own = value["text"] if isinstance(value.get("text"), str) else ""
        return "\n".join(part for part in [own, *(texts_of(each) for each in value.values())] if part)
    return (
        "\n".join(part for part in (texts_of(each) for each in value or ()) if part)
        if isinstance(value, list | tuple)
        else ""
    )


def config_of(sandbox: SandboxServer, **more: Any) -> SlackConfig:
    return SlackConfig(
        **{
            "bot_token": sandbox.bot_token,
            "app_token": sandbox.app_token,
            "signing_secret": sandbox.signing_secret,
            "api_url": sandbox.api_url,
            "port": 0,
            "posts_per_second": 100.0,
            "post_burst": 100,
            "edits_per_minute": 6000.0,
            "edit_burst": 100,
            **more,
        }
    )


MakeHouse = Callable[..., Awaitable[House]]


@pytest.fixture
def seed() -> AppSeed:
    return app_seed(Path(__file__).parents[2] / "manifest.yml")


@pytest.fixture
async def sandbox(seed: AppSeed) -> AsyncIterator[SandboxServer]:
    workspace = Workspace(small_team(seed), rng=random.Random(7))
    async with SandboxServer(workspace, rates=RateLimits(enabled=False)) as server:
        yield server


@pytest.fixture
async def make_house(sandbox: SandboxServer) -> AsyncIterator[MakeHouse]:
    """Open a bot on the sandbox; a second call is a second process over what the first one kept."""
    opened: list[House] = []

    async def make(
        *,
        team: TeamSpec | None = None,
        before: House | None = None,
        held: bool = False,
        live: bool = True,
        on: SandboxServer | None = None,
        patient: bool = False,
        drawn: bool = False,
        asking: HubRules | None = None,
        allowances: Allowances | None = None,
        readers: WordReaders | None = None,
        **config: Any,
    ) -> House:
        clock = before.clock if before else ManualClock()
        hold = asyncio.Event()
        if not held:
            hold.set()
        world = (
            replace(before.world) if before else World(MemoryStore(), scene.team(), clock, incidents=(scene.INCIDENT,))
        )
        world.live, world.asking = live, asking or world.asking
        world.allowances = allowances or world.allowances
        world.readers = readers or world.readers
        world.team = team or scene.team(hold=hold)
        await world.store.open()
        service = world.new_service()
        server = on or sandbox
        compute = InlineCompute() if drawn else QuickCompute()
        surface = SlackSurface(service, world.store, config_of(server, **config), clock, compute)
        await service.open()
        await (patiently(clock, surface.open()) if patient else surface.open())
        if config.get("mode") == "http":
            await server.deliver_over_http(f"http://127.0.0.1:{surface.port}/slack/events")
        house = House(server, surface, service, world, clock, hold)
        opened.append(house)
        return house

    yield make
    for house in reversed(opened):
        await close(house)


async def patiently(clock: ManualClock, opening: Coroutine[Any, Any, None]) -> None:
    """Await it, and let time pass meanwhile."""
    task = asyncio.create_task(opening)
    while not task.done():
        await clock.advance(1.0)
        await asyncio.sleep(0.002)
    await task


async def close(house: House) -> None:
    """The process ends."""
    await house.surface.aclose()
    await house.service.aclose()


@pytest.fixture
async def house(make_house: MakeHouse) -> House:
    return await make_house()
