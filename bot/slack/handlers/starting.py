"""Asking for an investigation, by whichever way: a command, a mention, a form."""

from bot.slack.ids import SURFACE, Place
from bot.slack.kit import Kit
from bot.slack.request import Request
from bot.slack.views.answers import joined_run, started_run
from orchestrator.investigation import Opened
from orchestrator.model import Origin
from orchestrator.parameters import Parameters, read_words

LOOKS, LOOK_S = 40, 0.5
"""The card stands within a second, or as soon as Slack takes it; after that many looks the channel shows it anyway."""


async def investigate(kit: Kit, request: Request, text: str) -> None:
    """Start what these words ask for, or join it. The run gets a thread of its own, also where it is asked for in another."""
    zone = (await kit.people.member(request.person.user_id)).zone
    parameters = read_words(text, now=kit.clock.now(), zone=zone).sure()
    opened = await open_run(kit, request, parameters, Place(request.place.channel))
    if opened.joined:
        await tell_joined(kit, request, opened)
    elif request.place.thread_ts:
        await _tell_where(kit, request, opened)


async def begin(kit: Kit, request: Request, parameters: Parameters) -> None:
    """Start or join; who joins is told where. The thread itself is posted by the listener."""
    opened = await open_run(kit, request, parameters)
    if opened.joined:
        await tell_joined(kit, request, opened)


async def open_run(kit: Kit, request: Request, parameters: Parameters, place: Place | None = None) -> Opened:
    """Ask the core; its answer for a new run comes as events, and is shown at `place`. Raises what the core refuses."""
    kit.thread.expect(request)
    origin = Origin(surface=SURFACE, place=str(place or request.place), request_id=request.request_id)
    return await kit.service.investigate(parameters, workspace=kit.workspace, by=request.person, origin=origin)


async def tell_joined(kit: Kit, request: Request, opened: Opened) -> None:
    """Show the way to the run that is going on, and post its thread where that had been refused before."""
    investigation = opened.investigation
    kit.thread.bring(await kit.service.view(kit.workspace, investigation.investigation_id), again=True)
    shown = await kit.may_show(investigation.origin.place, request, investigation.origin.surface)
    link = await kit.thread_link(investigation.investigation_id) if shown else ""
    await kit.teller.tell(request, joined_run(investigation, link, hidden=not shown))


async def _tell_where(kit: Kit, request: Request, opened: Opened) -> None:
    """Show the way from the thread in which it was asked for, once the card stands; no word where it may not be posted."""
    for _ in range(LOOKS):
        if link := await kit.thread_link(opened.investigation.investigation_id):
            await kit.teller.tell(request, started_run(opened.investigation, link))
            return
        await kit.clock.sleep(LOOK_S)
