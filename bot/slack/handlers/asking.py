"""What is going on, what was before, and stopping by name."""

from bot.slack import wording
from bot.slack.ids import COMMAND
from bot.slack.kit import Kit
from bot.slack.parse import is_incident_id
from bot.slack.request import Request
from bot.slack.text import literal
from bot.slack.views import lists
from bot.slack.views.answers import say
from orchestrator.errors import ConflictError
from orchestrator.events import InvestigationView
from orchestrator.model import AcceptedCost, Origin

IN_HISTORY = 10


async def status(kit: Kit, request: Request, asked: str) -> None:
    """Every run that is going on, or the one that is named."""
    current, hidden = await _running(kit, request, asked)
    money = None if asked else await _money(kit, request)
    await kit.teller.tell(request, lists.status(current, hidden, asked, money))


async def history(kit: Kit, request: Request, asked: str) -> None:
    """The latest runs, of one incident where it is named."""
    newest = await kit.service.history(kit.workspace, limit=IN_HISTORY, incident_id=asked)
    past, hidden = [], 0
    for each in newest:
        view = await kit.service.view(kit.workspace, each.investigation_id)
        if await kit.may_show(each.place, request, view.investigation.origin.surface):
            link = await kit.thread_link(each.investigation_id)
            past.append(lists.Past(each, link))
        else:
            hidden += 1
    await kit.teller.tell(request, lists.history(past, hidden, kit.clock.now(), asked))


async def stop(kit: Kit, request: Request, asked: str) -> None:
    """The run that is named, or the only one there is; with several it asks which."""
    current, _ = await _running(kit, request, asked)
    if len(current) == 1:
        await stop_run(kit, request, current[0].picture.view)
    elif current:
        await kit.teller.tell(request, lists.which_one(current))
    else:
        await kit.teller.tell(request, lists.status([], 0, asked))


async def stop_run(kit: Kit, request: Request, view: InvestigationView) -> None:
    """End it with what it has, and say so to whoever asked."""
    incident = view.investigation.incident
    words = wording.STOPPED
    try:
        await kit.service.stop(kit.workspace, view.investigation.investigation_id, request.person)
    except ConflictError:
        words = wording.ENDED_ALREADY
    name = literal(incident.incident_id, 60)
    await kit.teller.tell(request, say(words.format(incident=name, command=COMMAND), is_recorded=incident.recorded))


async def _running(kit: Kit, request: Request, asked: str) -> tuple[list[lists.Current], int]:
    """The runs that may be shown here, and how many may not."""
    shown, hidden = [], 0
    for view in await kit.service.running(kit.workspace):
        if not _meant(view, asked):
            continue
        origin = view.investigation.origin
        if await kit.may_show(origin.place, request, origin.surface):
            link = await kit.thread_link(view.investigation.investigation_id)
            shown.append(lists.Current(kit.picture_of(view), link, kit.service.place_in_queue(view)))
        else:
            hidden += 1
    return shown, hidden


async def _money(kit: Kit, request: Request) -> lists.Spent:
    """What the runs that may be shown here have cost, and what is spent of today's allowances."""
    past = await kit.service.money.last_days(kit.workspace)
    origins = {(each.place, each.surface) for each in past}
    open_to_them = {each for each in origins if await kit.may_show(each[0], request, each[1])}
    told = [(each.spent, each.accepted) for each in past if (each.place, each.surface) in open_to_them]
    today = await kit.service.money.today(kit.workspace, Origin(place=str(request.place)), request.person)
    return lists.Spent(AcceptedCost.of(told), today)


def _meant(view: InvestigationView, asked: str) -> bool:
    if not asked:
        return True
    name = view.investigation.incident.incident_id if is_incident_id(asked) else view.investigation.investigation_id
    return name.lower() == asked.lower()
