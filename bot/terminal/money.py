"""Money as the terminal tells it: two decimals in a line, four in the breakdown."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from bot.terminal.safe import safe
from orchestrator.model import CostBreakdown

_LAST = ("Total", "Utilization")


def dollars(amount: Decimal, decimals: int = 2) -> str:
    """`$1.25`, with so many decimals."""
    return f"${amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)}"


def breakdown(cost: CostBreakdown, title_of: Callable[[str], str]) -> tuple[str, ...]:
    """What each agent cost, the total against the limit, and how much of it that is, in aligned lines."""
    titles = [safe(title_of(line.agent_id)) for line in cost.lines]
    width = max(len(name) for name in (*titles, *_LAST)) + 2
    agents = [
        f"{f'{title}:':<{width}}{dollars(line.amount, 4)}" for title, line in zip(titles, cost.lines, strict=True)
    ]
    total = f"{'Total:':<{width}}{dollars(cost.total, 4)}"
    rule = "─" * (max(len(line) for line in (*agents, total)) + 1)
    utilization = f"{'Utilization:':<{width}}{cost.utilization:.1f}%"
    return (*agents, rule, f"{total} / {dollars(cost.limit)}", utilization)
