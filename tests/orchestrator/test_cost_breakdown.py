"""The cost breakdown is aligned, exact and complete."""

from decimal import Decimal

from orchestrator.model import CostBreakdown, CostLine, StoreUse, breakdown_lines, dollars


def lines(limit: str, **costs: str) -> list[str]:
    told = tuple(CostLine(agent_id=name, amount=Decimal(amount)) for name, amount in costs.items())
    return list(breakdown_lines(CostBreakdown(lines=told, limit=Decimal(limit)), str.capitalize))


def test_the_breakdown_reads_as_designed() -> None:
    assert lines("10", application="1.25", database="2.35", network="0.85") == [
        "Application: $1.2500",
        "Database:    $2.3500",
        "Network:     $0.8500",
        "─────────────────────",
        "Total:       $4.4500 / $10.00",
        "Utilization: 44.5%",
    ]


def test_a_long_name_moves_the_column_and_no_limit_is_no_utilization() -> None:
    assert lines("0", **{"a very long agent": "0"}) == [
        "A very long agent: $0.0000",
        "──────────────────────────",
        "Total:             $0.0000 / $0.00",
        "Utilization:       0.0%",
    ]


def test_many_agents_are_summed_up_in_one_line() -> None:
    shown = lines("1000", **{f"agent-{n}": "1" for n in range(100)})
    assert any(line.startswith("+70:") and line.endswith("$70.0000") for line in shown)
    assert shown[-1].endswith("10.0%")


def test_dollars_round_to_the_nearest_cent_and_never_to_nothing() -> None:
    assert dollars(Decimal("0.005")) == "$0.01"
    assert dollars(Decimal("0.0001")) == "under $0.01"
    assert dollars(Decimal("1234.5")) == "$1234.50"


def test_what_was_asked_of_the_telemetry_stores_stands_beside_the_money() -> None:
    told = CostBreakdown(
        lines=(CostLine(agent_id="a"),), limit=Decimal(10), use=StoreUse(queries=34, read_bytes=1_234_567)
    )
    assert breakdown_lines(told, str.upper)[-1] == "Asked:       34 queries, 1.2 MB"
    assert str(StoreUse(queries=1, read_bytes=900, refused=2)) == "1 query, 0.9 kB; 2 not sent"
    assert str(StoreUse()) == ""
