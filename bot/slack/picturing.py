"""From the core's view of a run to the picture that Slack's views are drawn from.

The law: an incident of a private channel is named nowhere else. An earlier one that resembles this one is shown where it
was looked into, and elsewhere only once it is known that its place is open to all.
"""

from collections.abc import Collection

from bot.slack.ids import Place
from bot.slack.people import People
from bot.slack.views.picture import Picture
from orchestrator.events import InvestigationView
from orchestrator.investigation import Investigations
from orchestrator.model import PastIncident


def picture_of(service: Investigations, view: InvestigationView, open_places: Collection[str] = ()) -> Picture:
    """The picture of this view, with the report as it stands and the names of all agents.

    `open_places`: those among the places of earlier incidents of which may be told here.
    """
    here = Place.read(view.investigation.origin.place).channel
    similar = tuple(each for each in view.similar if _channel(each) in ("", here) or each.place in open_places)
    shown = view if similar == view.similar else view.model_copy(update={"similar": similar})
    agents = (*view.investigation.agent_ids, *(step.step.agent_id for step in view.steps))
    return Picture(shown, service.report(shown), {agent_id: service.title_of(agent_id) for agent_id in agents})


async def open_places(view: InvestigationView, people: People) -> frozenset[str]:
    """The places of earlier incidents of which may be told where this run belongs."""
    here = Place.read(view.investigation.origin.place).channel
    return frozenset([each.place for each in view.similar if await people.may_see(_channel(each), here)])


def _channel(past: PastIncident) -> str:
    return Place.read(past.place).channel
