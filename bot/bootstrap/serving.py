"""Compass in a workspace: the program with its Slack surface, in a real one or in the look-alike."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from aiohttp.web import RouteDef
from pydantic import SecretStr

from agents.sources.wire import Switch
from bot.bootstrap.doors import door_routes, listening
from bot.bootstrap.program import Compass
from bot.settings import Settings
from bot.slack import SlackConfig, SlackSurface
from bot.telemetry import EventLog
from orchestrator.hub import HubRules
from orchestrator.model import Approvers

_PERSON = re.compile(r"[UW][A-Z0-9]{5,}", re.ASCII)


async def serve(settings: Settings, *, announce: Callable[[str], None]) -> None:
    """Work for Slack until cancelled. Announces one line with the word "ready" when it takes requests."""
    program = Compass(settings, asking=gate_rules(settings))
    doors = door_routes(settings, program.store, program.clock)
    async with connected(program, doors=doors) as surface, listening(settings, doors) as told_at:
        with switched_by_signals(program.live.switch):
            announce(f"Compass is ready in {surface.team_name}: {surface.listens_at}")
            if told_at:
                announce(f"Changes are told at {told_at}")
            await asyncio.Event().wait()


@contextmanager
def switched_by_signals(switch: Switch) -> Iterator[None]:
    """While this lasts, SIGUSR1 stops every query to telemetry servers at once, and SIGUSR2 lets them go on."""
    loop = asyncio.get_running_loop()
    handlers = {signal.SIGUSR1: switch.turn_off, signal.SIGUSR2: switch.turn_on}
    for each, handler in handlers.items():
        loop.add_signal_handler(each, handler)
    try:
        yield
    finally:
        for each in handlers:
            loop.remove_signal_handler(each)


@asynccontextmanager
async def connected(
    program: Compass, config: SlackConfig | None = None, *, doors: Sequence[RouteDef] = ()
) -> AsyncIterator[SlackSurface]:
    """The program at work in the workspace that its settings name; unfinished runs go on in their threads."""
    surface = SlackSurface(
        service=program.service,
        outbox=program.store,
        config=config or slack_config(program.settings),
        clock=program.clock,
        compute=program.compute,
        doors=doors,
    )
    async with program.opened() as service:
        service.listen(EventLog())
        await surface.open()
        try:
            await service.open()
            yield surface
        finally:
            await surface.aclose()


def gate_rules(settings: Settings) -> HubRules:
    """Who may answer in Slack when a run asks humans, and how long it waits. What is no person's id names a user group."""
    named = settings.gate_approvers
    people = tuple(each for each in named if _PERSON.fullmatch(each))
    groups = tuple(each.removeprefix("@") for each in named if each not in people)
    approvers = Approvers(people=people, groups=groups, requester=settings.gate_requester)
    return HubRules(approvers=approvers, gate_wait_s=settings.gate_wait)


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
