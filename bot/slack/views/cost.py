"""What the run cost, agent by agent: aligned, with four decimals, because here the figures are meant to be added up."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from bot.slack import wording
from bot.slack.blocks import Message, message, mrkdwn
from bot.slack.text import code_block, joined, literal, plain
from bot.slack.times import CENT, dollars
from bot.slack.views.picture import Picture, notification, recorded
from orchestrator.model import ZERO, CostBreakdown

RULE = 21
MOST_AGENTS = 30
MOST_LABEL = 30
FOUR_DECIMALS = Decimal("0.0001")


def cost(picture: Picture) -> Message:
    """The breakdown as a code block."""
    breakdown = picture.report.cost
    head = joined([f"*{wording.COST}*", recorded(picture.incident)])
    text = wording.COST_TEXT.format(
        incident=literal(picture.incident.incident_id, 40),
        spent=dollars(breakdown.total),
        limit=dollars(breakdown.limit),
    )
    table = code_block("\n".join(breakdown_lines(breakdown, picture.titles)))
    return message(notification(text, picture.incident), {"type": "section", "text": mrkdwn(f"{head}\n{table}")})


def breakdown_lines(breakdown: CostBreakdown, titles: Mapping[str, str]) -> list[str]:
    """A line for each agent, a rule, the total against the limit, and how much of the limit that is."""
    rows = [(plain(titles.get(line.agent_id, line.agent_id), MOST_LABEL), line.amount) for line in breakdown.lines]
    rest = rows[MOST_AGENTS:]
    rows = rows[:MOST_AGENTS] + ([(f"+{len(rest)}", sum((amount for _, amount in rest), ZERO))] if rest else [])
    width = max(len(label) for label in (*(label for label, _ in rows), wording.TOTAL, wording.UTILIZATION)) + 1
    agents = [f"{label + ':':<{width}} {_exact(amount)}" for label, amount in rows]
    return [
        *agents,
        "─" * max([RULE, *(len(line) for line in agents)]),
        f"{wording.TOTAL + ':':<{width}} {_exact(breakdown.total)} / {_limit(breakdown.limit)}",
        f"{wording.UTILIZATION + ':':<{width}} {breakdown.utilization}%",
    ]


def _exact(amount: Decimal) -> str:
    return f"${amount.quantize(FOUR_DECIMALS, rounding=ROUND_HALF_UP)}"


def _limit(amount: Decimal) -> str:
    return f"${amount.quantize(CENT)}" if amount == amount.quantize(CENT) else _exact(amount)
