"""What the run cost, agent by agent: aligned, with four decimals, because here the figures are meant to be added up."""

from bot.slack import wording
from bot.slack.blocks import Message, message, mrkdwn
from bot.slack.text import code_block, joined, literal, plain
from bot.slack.views.ledger import to_ledger
from bot.slack.views.picture import Picture, notification, recorded
from orchestrator.model import breakdown_lines, side_by_side

MOST_LABEL = 30


def cost(picture: Picture) -> Message:
    """The breakdown as a code block, and a way to what each call cost."""
    breakdown = picture.report.cost

    def title_of(agent_id: str) -> str:
        return plain(picture.titles.get(agent_id, agent_id), MOST_LABEL)

    head = joined([f"*{wording.COST}*", recorded(picture.incident)])
    spent, limit = side_by_side(breakdown.total, breakdown.limit)
    text = wording.COST_TEXT.format(
        incident=literal(picture.incident.incident_id, 40),
        spent=spent,
        limit=limit,
    )
    table = code_block("\n".join(breakdown_lines(breakdown, title_of)))
    shown = {"type": "section", "text": mrkdwn(f"{head}\n{table}")}
    return message(notification(text, picture.incident), shown, to_ledger(picture))
