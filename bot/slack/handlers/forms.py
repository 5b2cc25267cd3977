"""Forms: opened at once, checked before Slack is answered, acted upon after."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.slack import entered
from bot.slack.handlers.buttons import decide
from bot.slack.handlers.starting import begin, open_run, tell_joined
from bot.slack.ids import Errand, Field, Filled, Place, Target, UnreadableValueError
from bot.slack.kit import Kit
from bot.slack.parse import as_typed
from bot.slack.request import Request
from bot.slack.text import plain
from bot.slack.views import forms
from orchestrator.errors import ConflictError
from orchestrator.investigation import Understood
from orchestrator.model import Verdict
from orchestrator.parameters import Extraction, Source


async def open_form(kit: Kit, request: Request, filled: Filled) -> None:
    """The form of a new investigation. Meanwhile their zone is looked up, for the times they will type."""
    form = forms.new_investigation(Errand(request.place, run_id=filled.run_id).packed(), filled)
    await kit.web.open_view(request.trigger_id, form)
    await kit.people.refusal(request)


async def other(kit: Kit, request: Request) -> None:
    """None of the choices: the form, with what was understood when the question was asked, as it has to open at once."""
    await open_form(kit, request, Filled.read(request.value))


async def message_shortcut(kit: Kit, request: Request) -> None:
    """ "Investigate this": the form, with the message as its title."""
    title = plain(as_typed(request.text), 200)
    await open_form(kit, request, Filled({Field.TITLE: title}, {Field.TITLE: Source.SAID}))


def check_new(kit: Kit, request: Request) -> None:
    """Raises EnteredError for what cannot be used."""
    _asked_for(kit, request)


async def new_entered(kit: Kit, request: Request) -> None:
    """Start what was entered, where the form was asked for."""
    run_id = Errand.read(request.metadata).run_id
    paid = await kit.service.paid_before(kit.workspace, run_id)
    await begin(kit, request, Understood(_asked_for(kit, request), run_id, paid))


def check_window(kit: Kit, request: Request) -> None:
    """Raises EnteredError for what cannot be used."""
    _since(kit, request)


async def window_entered(kit: Kit, request: Request) -> None:
    """A run is the record of one question: another window is another run, and the one that is going on stops."""
    before = (await kit.service.view(kit.workspace, _target(request).investigation_id)).investigation
    asked = Understood(entered.once_more(before, _since(kit, request)))
    there = replace(request, place=Place.read(before.origin.place))
    opened = await open_run(kit, there, asked)
    if opened.investigation.investigation_id == before.investigation_id:
        with suppress(ConflictError):
            await kit.service.stop(kit.workspace, before.investigation_id, request.person)
        opened = await open_run(kit, there, asked)
    if opened.joined:
        await tell_joined(kit, request, opened)


async def reject_entered(kit: Kit, request: Request) -> None:
    """Record the rejection, with its reason where one was given."""
    why, list_id = entered.reason(request.fields), Errand.read(request.metadata).view_id
    await decide(kit, request, _target(request), Verdict.REJECTED, why, list_id)


def _target(request: Request) -> Target:
    target = Errand.read(request.metadata).target
    if target is None:
        raise UnreadableValueError("a form without what it is about")
    return target


def _asked_for(kit: Kit, request: Request) -> Extraction:
    zone = kit.people.zone_if_known(request.person.user_id)
    return entered.new_investigation(request.fields, now=kit.clock.now(), zone=zone)


def _since(kit: Kit, request: Request) -> datetime:
    zone = kit.people.zone_if_known(request.person.user_id)
    return entered.since(request.fields, now=kit.clock.now(), zone=zone)
