"""From the core's view of a run to the picture that Slack's views are drawn from."""

from bot.slack.views.picture import Picture
from orchestrator.events import InvestigationView
from orchestrator.investigation import Investigations


def picture_of(service: Investigations, view: InvestigationView) -> Picture:
    """The picture of this view, with the report as it stands and the names of all agents."""
    agents = (*view.investigation.agent_ids, *(step.step.agent_id for step in view.steps))
    return Picture(view, service.report(view), {agent_id: service.title_of(agent_id) for agent_id in agents})
