"""The sandbox: the very same program, connected to a local look-alike of Slack instead of Slack.

The look-alike forgets everything when it ends, so its database starts anew each time too: an old run would point to
messages that are no more. It lies beside the one of `serve`, which is never touched.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import SecretStr

from bot.bootstrap.program import Compass
from bot.bootstrap.serving import connected, gate_rules
from bot.sandbox import (
    AppSeed,
    ChannelSeed,
    CommandSeed,
    Message,
    MessageSeed,
    SandboxServer,
    ShortcutSeed,
    WorkspaceSeed,
    message_as_text,
    small_team,
)
from bot.sandbox.workspace.changes import Change, MessageEdited, MessagePosted
from bot.settings import Mode, Settings
from bot.slack import BOT_SCOPES, COMMANDS, EVENTS, SHORTCUTS
from bot.terminal import Post
from orchestrator.clock import SystemClock, within
from orchestrator.model import InvestigationState
from storage import StorageInUseError, discard

PORT = 8765
ASKS = "ana"
TOPIC = "Checkout answers 5xx · RECORDED DATA"
PAGED = (
    MessageSeed(user="ben", text="Paged: checkout errors are above 5 %. Anybody on it?", minutes_ago=2.0),
    MessageSeed(user="ana", text="I am. Asking Compass first.", minutes_ago=1.0),
)
SLOWEST_RUN_S = 600.0
MOST_SANDBOXES = 20


async def sandbox(
    settings: Settings,
    *,
    port: int | None,
    once: bool,
    run: bool,
    channel: str,
    words: str,
    announce: Callable[[str], None],
    show: Callable[[Post], None],
) -> InvestigationState | None:
    """Serve the look-alike with the bot in it, and `run` an investigation there. With `once` end after it, with its state."""
    database = fresh_database(settings)
    async with SandboxServer(seed(channel), port=PORT if port is None else port) as server:
        program = Compass(inside(settings, server, database), asking=gate_rules(settings))
        async with connected(program) as surface:
            await server.wait_connected()
            announce(f"Compass is ready in the sandbox: {server.url}")
            announce(f"What is found is kept in {database}")
            with showing(server, show):
                state = None
                if run:
                    await server.run_command(ASKS, channel, "/investigate", words)
                    state = await within(SystemClock(), SLOWEST_RUN_S, surface.first_told())
                if once and run:
                    return state
                announce("Type /investigate in the page. Ctrl-C ends it.")
                return await asyncio.Future()


def seed(channel: str) -> WorkspaceSeed:
    """A small team whose app is declared as in a real workspace: what it may not do there it may not do here."""
    app = AppSeed(
        description="Investigates incidents. Agents look at the telemetry, people decide.",
        commands=tuple(CommandSeed(command=c.name, description=c.description, usage_hint=c.hint) for c in COMMANDS),
        shortcuts=tuple(ShortcutSeed(callback_id=s.callback_id, name=s.name) for s in SHORTCUTS),
        events=EVENTS,
        scopes=BOT_SCOPES,
    )
    others = [each for each in small_team(app).channels if each.name != channel]
    return small_team(app, (ChannelSeed(name=channel, topic=TOPIC, messages=PAGED), *others))


def inside(settings: Settings, server: SandboxServer, database: Path) -> Settings:
    """The same settings, with nothing changed but whom to talk to and where to keep it."""
    return settings.model_copy(
        update={
            "slack_bot_token": SecretStr(server.bot_token),
            "slack_app_token": SecretStr(server.app_token),
            "slack_signing_secret": SecretStr(server.signing_secret),
            "slack_api_url": server.api_url,
            "mode": Mode.SOCKET,
            "database": database,
        }
    )


def fresh_database(settings: Settings) -> Path:
    """A file of the sandbox's own, empty; another one for each sandbox that runs beside. Raises a StorageError."""
    for number in range(1, MOST_SANDBOXES):
        path = settings.database.with_name("sandbox.db" if number == 1 else f"sandbox-{number}.db")
        with suppress(StorageInUseError):
            discard(path)
            return path
    return settings.database.with_name(f"sandbox-{MOST_SANDBOXES}.db")


@contextmanager
def showing(server: SandboxServer, show: Callable[[Post], None]) -> Iterator[None]:
    """Show every message that is posted or edited, as a person would read it."""

    def hear(change: Change) -> None:
        if isinstance(change, MessagePosted | MessageEdited):
            show(post_of(server, change.message))

    leave = server.workspace.subscribe(hear)
    try:
        yield
    finally:
        leave()


def post_of(server: SandboxServer, message: Message) -> Post:
    """A message of the look-alike, for the terminal."""
    user = server.workspace.directory.get(message.user_id)
    author = user.handle if user else "compass"
    return Post(author, message_as_text(server.workspace, message), message.ts, message.thread_ts or "")
