"""What the buttons do. Each is answered, also when somebody else was first or the button is an old one."""

from collections.abc import Callable
from contextlib import suppress

from bot.slack import wording
from bot.slack.blocks import Block
from bot.slack.entered import since_of
from bot.slack.errors import RefusedError
from bot.slack.handlers.asking import stop_run
from bot.slack.ids import COMMAND, Errand, Target
from bot.slack.kit import Kit
from bot.slack.request import Request
from bot.slack.views import forms
from bot.slack.views.answers import already_decided, say
from bot.slack.views.evidence import evidence
from bot.slack.views.facts import facts
from bot.slack.views.hypotheses import hypotheses
from bot.slack.views.ledger import ledger
from bot.slack.views.notices import loading, notice
from bot.slack.views.picture import Picture
from orchestrator.model import Verdict


async def accept(kit: Kit, request: Request) -> None:
    """Somebody believes it."""
    await decide(kit, request, Target.read(request.value), Verdict.ACCEPTED)


async def decide(
    kit: Kit, request: Request, target: Target, verdict: Verdict, reason: str = "", view_id: str = ""
) -> None:
    """Record it once; the card shows it. Whoever comes second is told who was first."""
    decided = await kit.service.decide(
        kit.workspace, target.investigation_id, target.subject, verdict, request.person, reason
    )
    picture = await kit.picture(target.investigation_id)
    if open_list := view_id or request.view_id:
        with suppress(RefusedError):  # they closed it meanwhile
            await kit.web.update_view(open_list, hypotheses(picture, target.page))
            return
    if not decided.first:
        told = already_decided(decided.decision, kit.clock.now(), is_recorded=picture.incident.recorded)
        await kit.teller.tell(request, told)


async def reject(kit: Kit, request: Request) -> None:
    """Ask why, before anything else: Slack lets a form be opened for three seconds only."""
    target = Target.read(request.value)
    errand = Errand(request.place, target, request.view_id)
    await kit.web.open_view(request.trigger_id, forms.reject(errand.packed()), on_top=bool(request.view_id))


async def show_evidence(kit: Kit, request: Request) -> None:
    """What speaks for it and against it, in a modal."""
    target = Target.read(request.value)
    await _read_in_modal(kit, request, target, lambda picture: evidence(picture, target.subject))


async def show_hypotheses(kit: Kit, request: Request) -> None:
    """All of them, in a modal."""
    target = Target.read(request.value)
    await _read_in_modal(kit, request, target, lambda picture: hypotheses(picture, target.page))


async def _read_in_modal(kit: Kit, request: Request, target: Target, view: Callable[[Picture], Block]) -> None:
    """Open a modal at once, while Slack lets it; ask and look up what to show in it after."""
    view_id = await kit.web.open_view(request.trigger_id, loading(), on_top=bool(request.view_id))
    refusal = await kit.people.refusal(request)
    shown = notice(refusal) if refusal else view(await kit.picture(target.investigation_id))
    await kit.web.update_view(view_id, shown)


async def show_facts(kit: Kit, request: Request) -> None:
    """All that one agent observed, in a modal."""
    target = Target.read(request.value)
    await _read_in_modal(kit, request, target, lambda picture: facts(picture, target.subject))


async def show_ledger(kit: Kit, request: Request) -> None:
    """What each call cost, in a modal."""
    target = Target.read(request.value)
    await _read_in_modal(kit, request, target, ledger)


async def turn_ledger(kit: Kit, request: Request) -> None:
    """Another page of the calls that are open."""
    target = Target.read(request.value)
    await _turn(kit, request, target, lambda picture: ledger(picture, target.page))


async def turn_hypotheses(kit: Kit, request: Request) -> None:
    """Another page of the list that is open."""
    target = Target.read(request.value)
    await _turn(kit, request, target, lambda picture: hypotheses(picture, target.page))


async def turn_evidence(kit: Kit, request: Request) -> None:
    """Another page of the evidence that is open."""
    target = Target.read(request.value)
    await _turn(kit, request, target, lambda picture: evidence(picture, target.subject, target.page))


async def turn_facts(kit: Kit, request: Request) -> None:
    """Another page of the facts that are open."""
    target = Target.read(request.value)
    await _turn(kit, request, target, lambda picture: facts(picture, target.subject, target.page))


async def _turn(kit: Kit, request: Request, target: Target, view: Callable[[Picture], Block]) -> None:
    await kit.web.update_view(request.view_id, view(await kit.picture(target.investigation_id)))


async def stop(kit: Kit, request: Request) -> None:
    """End the run with what it has."""
    target = Target.read(request.value)
    await stop_run(kit, request, await kit.service.view(kit.workspace, target.investigation_id))


async def change_window(kit: Kit, request: Request) -> None:
    """Ask since when, before anything else is asked of Slack."""
    target = Target.read(request.value)
    investigation = (await kit.service.view(kit.workspace, target.investigation_id)).investigation
    form = forms.change_window(Errand(request.place, target).packed(), *since_of(investigation))
    await kit.web.open_view(request.trigger_id, form)


async def outdated(kit: Kit, request: Request) -> None:
    """A button, form or shortcut that this version does not have."""
    await kit.teller.tell(request, say(wording.OUTDATED.format(command=COMMAND)))
