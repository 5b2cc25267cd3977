"""From the core's view of a run to the picture that Slack's views are drawn from.

The law: an incident of a private channel is named nowhere else. An earlier one that resembles this one is shown where it
was looked into, and elsewhere only once it is known that its place is open to all.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from bot.slack.ids import Place
from bot.slack.people import People
from bot.slack.views.picture import Picture
from orchestrator.events import InvestigationView
from orchestrator.investigation import Investigations
from orchestrator.model import PastIncident

NO_NAMES: Mapping[str, str] = MappingProxyType({})


def picture_of(
    service: Investigations,
    view: InvestigationView,
    open_places: Collection[str] = (),
    names: Mapping[str, str] = NO_NAMES,
) -> Picture:
    """The picture of this view, with the report as it stands and the names of all agents.

    `open_places`: those among the places of earlier incidents of which may be told here. `names`: of people and groups.
    """
    here = Place.read(view.investigation.origin.place).channel
    similar = tuple(each for each in view.similar if _channel(each) in ("", here) or each.place in open_places)
    shown = view if similar == view.similar else view.model_copy(update={"similar": similar})
    paid = (line.agent_id for line in view.cost.lines)
    agents = (*view.investigation.agent_ids, *(step.step.agent_id for step in view.steps), *paid)
    titles = {agent_id: service.title_of(agent_id) for agent_id in agents}
    return Picture(shown, service.report(shown), titles, names)


async def approver_names(view: InvestigationView, people: People) -> Mapping[str, str]:
    """What those are called who may answer its open gates; who cannot be found out goes by their id."""
    rules = [each.approvers for each in view.open_gates]
    known = {user_id: await people.name_of(user_id) for each in rules for user_id in each.people}
    return known | {group: await people.group_name(group) for each in rules for group in each.groups}


async def open_places(view: InvestigationView, people: People) -> frozenset[str]:
    """The places of earlier incidents of which may be told where this run belongs."""
    here = Place.read(view.investigation.origin.place).channel
    return frozenset([each.place for each in view.similar if await people.may_see(_channel(each), here)])


def _channel(past: PastIncident) -> str:
    return Place.read(past.place).channel
