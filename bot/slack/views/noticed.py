"""That most of the money is spent: a quiet reply, for nobody has to do anything yet."""

from bot.slack import wording
from bot.slack.blocks import Message, message, section
from bot.slack.text import joined, literal
from bot.slack.views.picture import Picture, notification, recorded
from orchestrator.model import BudgetNotice, notice_words


def noticed(picture: Picture, notice: BudgetNotice) -> Message:
    """How much of which limit, and for whom it may not do."""
    words = notice_words(notice, picture.title_of)
    text = wording.NOTICED_TEXT.format(incident=literal(picture.incident.incident_id, 40), words=words)
    return message(notification(text, picture.incident), section([joined([words, recorded(picture.incident)])]))
