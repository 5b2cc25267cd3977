"""A sandbox on loopback under a clock that stands still, and Slack's own SDK to talk to it."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import (
    AppSeed,
    CommandSeed,
    ManualClock,
    SandboxServer,
    ShortcutSeed,
    Workspace,
    small_team,
)

APP = AppSeed(
    commands=(
        CommandSeed(command="/investigate", description="Investigate an incident", usage_hint="INC-123 budget=10"),
        CommandSeed(command="/escaped", description="Has should_escape on", escape=True),
    ),
    shortcuts=(
        ShortcutSeed(callback_id="stop_here", name="Stop this investigation"),
        ShortcutSeed(callback_id="new_one", name="New investigation", kind="global"),
    ),
    events=("app_mention",),
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def app_seed() -> AppSeed:
    return APP


@pytest.fixture
def workspace(clock: ManualClock, app_seed: AppSeed) -> Workspace:
    return Workspace(small_team(app_seed), clock=clock, rng=random.Random(7))


@pytest.fixture
async def server(workspace: Workspace) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(workspace) as running:
        yield running


@pytest.fixture
async def slack(server: SandboxServer) -> AsyncWebClient:
    """The app's client, with no retries of its own."""
    return AsyncWebClient(token=server.bot_token, base_url=server.api_url, retry_handlers=[])


@pytest.fixture
def incident(workspace: Workspace) -> str:
    """The incident channel's id."""
    return workspace.channel("inc-123-checkout").id


Listener = Callable[[SocketModeClient, SocketModeRequest], Awaitable[None]]
Connect = Callable[[Listener], Awaitable[SocketModeClient]]


@asynccontextmanager
async def connecting(server: SandboxServer) -> AsyncIterator[Connect]:
    """Connect apps that treat each payload as their listener does; they are closed at the end."""
    clients: list[SocketModeClient] = []

    async def connect_app(listener: Listener) -> SocketModeClient:
        web = AsyncWebClient(base_url=server.api_url, retry_handlers=[])
        client = SocketModeClient(app_token=server.app_token, web_client=web, ping_interval=1000)
        client.socket_mode_request_listeners.append(listener)
        clients.append(client)
        before = server.socket.connected
        await client.connect_to_new_endpoint(force=True)
        await server.wait_connected(before + 1)
        return client

    yield connect_app
    for client in clients:
        await client.close()


@pytest.fixture
async def connect(server: SandboxServer) -> AsyncIterator[Connect]:
    async with connecting(server) as connect_app:
        yield connect_app
