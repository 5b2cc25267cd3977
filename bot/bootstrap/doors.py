"""The doors at which changes are told, put together over the store: beside Slack's, or with a server of their own."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web
from pydantic import SecretStr

from agents.sources.changes import Repository, change_of_webhook, posted_changes
from bot.http import CHANGES_PATH, ChangesDoor, Listening
from bot.settings import Mode, Settings
from orchestrator.clock import Clock
from orchestrator.model import Change
from orchestrator.ports import EVERYWHERE, ChangeStore


def door_routes(settings: Settings, store: ChangeStore, clock: Clock) -> list[web.RouteDef]:
    """The doors that the settings give a secret; none without."""

    async def keep(changes: Sequence[Change]) -> int:
        return await store.keep_changes(EVERYWHERE, changes)

    services = {each.name.lower(): each.service for each in repositories(settings)}
    return ChangesDoor(
        keep,
        clock,
        posted=posted_changes,
        delivered=partial(change_of_webhook, services=services),
        token=_plain(settings.changes_token),
        webhook_secret=_plain(settings.github_webhook_secret),
        request_ids=partial(secrets.token_hex, 8),
    ).routes()


@asynccontextmanager
async def listening(settings: Settings, routes: Sequence[web.RouteDef]) -> AsyncIterator[str]:
    """In Socket Mode a server for the doors, if there are any; where it listens, "" where nothing does."""
    if not routes or settings.mode is Mode.HTTP:
        yield ""
        return
    server = Listening(routes, settings.host, settings.port)
    await server.open()
    try:
        yield f"http://{settings.host}:{server.port}{CHANGES_PATH}"
    finally:
        await server.aclose()


def repositories(settings: Settings) -> tuple[Repository, ...]:
    """The repositories whose deployments are asked for, each with the service that it is deployed as."""
    parts = [each.partition("=") for each in settings.github_repos]
    return tuple(
        Repository(name.strip(), service.strip() or name.strip().partition("/")[2]) for name, _, service in parts
    )


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
