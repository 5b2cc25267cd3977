"""Forms: opened at once, checked before Slack is answered, acted upon after."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.slack import entered
from bot.slack.handlers.buttons import decide
from bot.slack.handlers.starting import begin, open_run, tell_joined
from bot.slack.ids import Errand, Field, Place, Target, UnreadableValueError, Words
from bot.slack.kit import Kit
from bot.slack.parse import as_typed
from bot.slack.request import Request
from bot.slack.text import plain
from bot.slack.views import forms
from orchestrator.errors import ConflictError
from orchestrator.model import Verdict
from orchestrator.parameters import Parameters, read_words


async def open_form(
    kit: Kit, request: Request, incident_id: str = "", title: str = "", filled: Mapping[Field, str] | None = None
) -> None:
    """The form of a new investigation. Meanwhile their zone is looked up, for the times they will type."""
    values = filled or {Field.INCIDENT: incident_id, Field.TITLE: title}
    form = forms.new_investigation(Errand(request.place).packed(), values)
    await kit.web.open_view(request.trigger_id, form)
    await kit.people.refusal(request)


async def other(kit: Kit, request: Request) -> None:
    """None of the choices: the form, with what was understood. It has to open at once, so nothing is looked up before."""
    typed = Words.read(request.value)
    zone = kit.people.zone_if_known(request.person.user_id)
    read = read_words(typed.text, now=kit.clock.now(), zone=zone, named=True).parameters
    await open_form(kit, request, filled=entered.filled_in(read))


async def message_shortcut(kit: Kit, request: Request) -> None:
    """ "Investigate this": the form, with the message as its title."""
    await open_form(kit, request, title=plain(as_typed(request.text), 200))


def check_new(kit: Kit, request: Request) -> None:
    """Raises EnteredError for what cannot be used."""
    _parameters(kit, request)


async def new_entered(kit: Kit, request: Request) -> None:
    """Start what was entered, where the form was asked for."""
    await begin(kit, request, _parameters(kit, request))


def check_window(kit: Kit, request: Request) -> None:
    """Raises EnteredError for what cannot be used."""
    _since(kit, request)


async def window_entered(kit: Kit, request: Request) -> None:
    """A run is the record of one question: another window is another run, and the one that is going on stops."""
    before = (await kit.service.view(kit.workspace, _target(request).investigation_id)).investigation
    parameters = entered.once_more(before, _since(kit, request))
    there = replace(request, place=Place.read(before.origin.place))
    opened = await open_run(kit, there, parameters)
    if opened.investigation.investigation_id == before.investigation_id:
        with suppress(ConflictError):
            await kit.service.stop(kit.workspace, before.investigation_id, request.person)
        opened = await open_run(kit, there, parameters)
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


def _parameters(kit: Kit, request: Request) -> Parameters:
    zone = kit.people.zone_if_known(request.person.user_id)
    return entered.new_investigation(request.fields, now=kit.clock.now(), zone=zone)


def _since(kit: Kit, request: Request) -> datetime:
    zone = kit.people.zone_if_known(request.person.user_id)
    return entered.since(request.fields, now=kit.clock.now(), zone=zone)
