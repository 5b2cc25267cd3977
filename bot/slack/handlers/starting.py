"""Asking for an investigation, by whichever way: a command, a mention, a form."""

from contextlib import suppress

from bot.slack.entered import filled_in
from bot.slack.errors import SlackTrouble
from bot.slack.ids import SURFACE, Place, Words
from bot.slack.kit import Kit
from bot.slack.request import Request
from bot.slack.views.answers import joined_run, started_run
from bot.slack.views.question import question
from orchestrator.investigation import Asked, Opened, Understood
from orchestrator.model import Origin

LOOKS, LOOK_S = 40, 0.5
"""The card stands within a second, or as soon as Slack takes it; after that many looks the channel shows it anyway."""


async def investigate(kit: Kit, request: Request, text: str, answers: tuple[str, ...] = (), run_id: str = "") -> None:
    """Start what these words ask for, or join it; ask back where they fit several, and start nothing until that is answered.

    The run gets a thread of its own, also where it is asked for in another.
    """
    zone = (await kit.people.member(request.person.user_id)).zone
    place = Place(request.place.channel)
    asked = Asked(text, zone, kit.workspace, request.person, _origin(request, place), answers, run_id)
    understood = await kit.service.understand(asked)
    if understood.extraction.questions:
        await _ask(kit, request, understood, Words(text, answers, understood.run_id))
        return
    opened = await open_run(kit, request, understood, place)
    if opened.joined:
        await tell_joined(kit, request, opened)
    elif request.place.thread_ts:
        await _tell_where(kit, request, opened)


async def _ask(kit: Kit, request: Request, understood: Understood, typed: Words) -> None:
    """The first question; the others follow with its answer. Words too long for a button are refused with what to add."""
    first = understood.extraction.questions[0]
    try:
        asked = question(first, typed, filled_in(understood))
    except ValueError:
        raise first.refusal() from None
    await kit.teller.tell(request, asked)


async def chosen(kit: Kit, request: Request) -> None:
    """Somebody answered a question: the words are read again, with the answer before all they say of its field."""
    typed = Words.read(request.value)
    with suppress(SlackTrouble):
        await kit.web.retract(request.response_url)
    await investigate(kit, request, typed.text, typed.answers, typed.run_id)


async def begin(kit: Kit, request: Request, understood: Understood) -> None:
    """Start or join; who joins is told where. The thread itself is posted by the listener."""
    opened = await open_run(kit, request, understood)
    if opened.joined:
        await tell_joined(kit, request, opened)


async def open_run(kit: Kit, request: Request, understood: Understood, place: Place | None = None) -> Opened:
    """Ask the core; its answer for a new run comes as events, and is shown at `place`. Raises what the core refuses."""
    kit.thread.expect(request)
    origin = _origin(request, place or request.place)
    return await kit.service.investigate(
        understood.extraction.parameters,
        workspace=kit.workspace,
        by=request.person,
        origin=origin,
        paid=understood.paid,
        read=understood.extraction.read,
        run_id=understood.run_id,
        unread=understood.extraction.unread,
    )


def _origin(request: Request, place: Place) -> Origin:
    return Origin(surface=SURFACE, place=str(place), request_id=request.request_id)


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
