"""The breakdown, aligned to the character."""

from decimal import Decimal

from inline_snapshot import snapshot

from bot.slack.views.cost import breakdown_lines, cost
from orchestrator.model import CostBreakdown, CostLine
from tests.slack.pictures import TITLES, finished, paid
from tests.slack.reading import as_read

AS_DESIGNED = """\
Application: $1.2500
Database:    $2.3500
Network:     $0.8500
─────────────────────
Total:       $4.4500 / $10.00
Utilization: 44.5%"""


def breakdown(*amounts: str, limit: str = "10") -> CostBreakdown:
    lines = tuple(
        CostLine(agent_id=name, amount=Decimal(amount)) for name, amount in zip(TITLES, amounts, strict=False)
    )
    return CostBreakdown(lines=lines, limit=Decimal(limit))


def test_the_breakdown_is_as_designed() -> None:
    assert "\n".join(breakdown_lines(breakdown("1.25", "2.35", "0.85"), TITLES)) == AS_DESIGNED


def test_long_names_keep_the_columns() -> None:
    wide = breakdown_lines(breakdown("1", "22.5", limit="100.125"), {**TITLES, "database": "Databases and caches"})
    assert wide == snapshot(
        [
            "Application:          $1.0000",
            "Databases and caches: $22.5000",
            "──────────────────────────────",
            "Total:                $23.5000 / $100.1250",
            "Utilization:          23.5%",
        ]
    )
    assert len({line.index("$") for line in wide if "$" in line}) == 1


def test_many_agents_are_summed_up_in_one_line() -> None:
    lines = tuple(CostLine(agent_id=f"agent-{n}", amount=Decimal(1)) for n in range(100))
    shown = breakdown_lines(CostBreakdown(lines=lines, limit=Decimal(1000)), {})
    assert any(line.startswith("+70:") and line.endswith("$70.0000") for line in shown)
    assert shown[-1].endswith("10.0%")


def test_the_message_says_the_sum_in_its_text() -> None:
    shown = as_read(cost(finished(paid("application", "1.25"), paid("database", "2.35"), paid("network", "0.85"))))
    assert shown.startswith("INC-123: cost $4.45 of $10.00 · RECORDED DATA\n")
    assert AS_DESIGNED in shown
