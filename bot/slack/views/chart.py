"""What stands beside the picture of the decisive signal, or in its place."""

from bot.slack import wording
from bot.slack.blocks import Message
from bot.slack.text import cut, joined, literal
from bot.slack.views.answers import say
from bot.slack.views.picture import Picture, recorded
from orchestrator.model import Observation


def caption(picture: Picture, decisive: Observation) -> str:
    """The words over the picture. Safe mrkdwn, at most 300 characters."""
    what = wording.CHART.format(what=literal(decisive.summary, 200))
    return cut(joined([what, recorded(picture.incident)]), 300)


def no_chart(why: str, picture: Picture) -> Message:
    """There is no picture, and that is no error."""
    return say(why, is_recorded=picture.incident.recorded)
