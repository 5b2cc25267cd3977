"""Compass in a workspace: the program with its Slack surface, in a real one or in the look-alike."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pydantic import SecretStr

from bot.bootstrap.program import Compass
from bot.settings import Settings
from bot.slack import SlackConfig, SlackSurface
from bot.telemetry import EventLog


async def serve(settings: Settings, *, announce: Callable[[str], None]) -> None:
    """Work for Slack until cancelled. Announces one line with the word "ready" when it takes requests."""
    async with connected(Compass(settings)) as surface:
        announce(f"Compass is ready in {surface.team_name}: {surface.listens_at}")
        await asyncio.Event().wait()


@asynccontextmanager
async def connected(program: Compass, config: SlackConfig | None = None) -> AsyncIterator[SlackSurface]:
    """The program at work in the workspace that its settings name; unfinished runs go on in their threads."""
    surface = SlackSurface(
        service=program.service,
        outbox=program.store,
        config=config or slack_config(program.settings),
        clock=program.clock,
        compute=program.compute,
    )
    async with program.opened() as service:
        service.listen(EventLog())
        await surface.open()
        try:
            await service.open()
            yield surface
        finally:
            await surface.aclose()


def slack_config(settings: Settings) -> SlackConfig:
    """What the Slack surface has to be told."""
    return SlackConfig(
        bot_token=_plain(settings.slack_bot_token),
        app_token=_plain(settings.slack_app_token),
        signing_secret=_plain(settings.slack_signing_secret),
        api_url=settings.slack_api_url,
        mode=settings.mode.value,
        host=settings.host,
        port=settings.port,
        allow_guests=settings.allow_guests,
        allow_shared_channels=settings.allow_shared_channels,
    )


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
