"""The assembled program in the look-alike of Slack, over loopback, with the recordings that come with Compass."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.bootstrap.look_alike import inside, seed
from bot.bootstrap.program import Compass
from bot.bootstrap.serving import connected, slack_config
from bot.sandbox import Message, SandboxServer
from bot.sandbox.api.rates import RateLimits
from bot.settings import Settings, load_settings
from bot.slack import SlackSurface

CHANNEL = "inc-123-checkout"
UNHURRIED = RateLimits(enabled=False)
REPORT = "*Likely:"


@dataclass
class Office:
    """A workspace with Compass at work in it."""

    server: SandboxServer
    program: Compass
    surface: SlackSurface
    database: Path

    async def investigate(self, words: str = "INC-123 budget=10", *, user: str = "ana", channel: str = CHANNEL) -> None:
        """Type the command and wait until its thread tells all there is."""
        await self.server.run_command(user, channel, "/investigate", words)
        await self.all_told()

    async def all_told(self) -> None:
        """Wait until every run has ended and every thread shows it."""
        await self.surface.jobs.drain()
        workspace = self.workspace
        for view in await self.program.service.running(workspace):
            await self.program.service.ended(workspace, view.investigation.investigation_id)
        await self.surface.thread.settled()

    @property
    def workspace(self) -> str:
        return self.server.workspace.team_id

    def messages(self, channel: str = CHANNEL) -> list[Message]:
        """What Compass has posted in a channel for everybody, in order."""
        here = self.server.workspace.channel(channel).id
        ours = self.server.workspace.app.user_id
        found = (m for m in self.server.workspace.messages if m.channel_id == here and m.user_id == ours)
        return sorted((m for m in found if not m.ephemeral_for), key=lambda message: message.ts)

    def thread(self, channel: str = CHANNEL) -> list[Message]:
        """The replies."""
        return [message for message in self.messages(channel) if message.thread_ts]

    def report(self, channel: str = CHANNEL) -> Message:
        """The answer."""
        return next(message for message in self.thread(channel) if REPORT in str(message.blocks))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return load_settings(database=tmp_path / "compass.db")


@pytest.fixture
async def office(settings: Settings) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(SandboxServer(seed(CHANNEL), rates=UNHURRIED))
        program = Compass(inside(settings, server, settings.database))
        quick = replace(slack_config(program.settings), edit_interval_s=0.05, posts_per_second=100.0, post_burst=100)
        surface = await stack.enter_async_context(connected(program, quick))
        await server.wait_connected()
        yield Office(server, program, surface, settings.database)


@contextmanager
def rows(database: Path) -> Iterator[sqlite3.Connection]:
    """The database as somebody beside the program reads it."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
    finally:
        connection.close()
