"""Money as people are told of it: exact below, aligned and honest above."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.model import (
    CostBreakdown,
    CostLine,
    breakdown_lines,
    dollars,
    from_nano,
    share,
    spent_of,
    to_nano,
    whole_nano,
)


def cost(limit: str, **amounts: str) -> CostBreakdown:
    lines = tuple(CostLine(agent_id=name, amount=Decimal(amount)) for name, amount in amounts.items())
    return CostBreakdown(lines=lines, limit=Decimal(limit))


def test_the_breakdown_reads_as_it_was_designed() -> None:
    told = breakdown_lines(cost("10.00", application="1.25", database="2.35", network="0.85"), str.title)
    assert told == (
        "Application: $1.2500",
        "Database:    $2.3500",
        "Network:     $0.8500",
        "─────────────────────",
        "Total:       $4.4500 / $10.00",
        "Utilization: 44.5%",
    )


def test_a_limit_finer_than_cents_is_shown_finer() -> None:
    assert breakdown_lines(cost("0.0125", a="0"), str)[-2] == "Total:       $0.0000 / $0.0125"


def test_names_of_any_length_stay_aligned() -> None:
    *agents, rule, total, _ = breakdown_lines(cost("1", a="1", **{"a" * 40: "0"}), str)
    assert {line.index("$") for line in (*agents, total)} == {42}
    assert len(rule) == len(agents[1])


def test_a_crowd_of_agents_shares_a_line_and_no_cent_is_lost() -> None:
    crowd = {f"a{n}": "1" for n in range(33)}
    told = breakdown_lines(cost("100", **crowd), str)
    assert told[30].split() == ["+3:", "$3.0000"]
    assert told[32] == "Total:       $33.0000 / $100.00"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0", "$0.00"), ("0.000000001", "under $0.01"), ("0.005", "$0.01"), ("1.10", "$1.10"), ("1234.5", "$1234.50")],
)
def test_what_is_more_than_nothing_is_never_shown_as_nothing(amount: str, shown: str) -> None:
    assert dollars(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("spent", "limit", "told"),
    [
        ("0.4", "10", "$0.40 of $10.00"),
        ("0.0018", "10", "under $0.01 of $10.00"),
        ("0.0018", "0.002", "$0.0018 of $0.0020"),
        ("0", "0.002", "$0.0000 of $0.0020"),
        ("0.01", "0.05", "$0.01 of $0.05"),
        ("0.0018", "1.002", "under $0.01 of $1.00"),
    ],
)
def test_small_sums_beside_each_other_are_told_in_hundredths_of_a_cent(spent: str, limit: str, told: str) -> None:
    assert spent_of(Decimal(spent), Decimal(limit)) == told


@pytest.mark.parametrize(
    ("spent", "limit", "percent"),
    [("4.45", "10.00", "44.5"), ("0.0005", "1", "0.1"), ("0.00049", "1", "0.0"), ("3", "0", "0")],
)
def test_utilization_is_percent_with_one_decimal_rounded_half_up(spent: str, limit: str, percent: str) -> None:
    assert str(cost(limit, a=spent).utilization) == percent


@given(st.decimals(min_value=0, max_value=10**6, places=9))
def test_nano_dollars_and_back_lose_nothing(amount: Decimal) -> None:
    assert from_nano(to_nano(amount)) == amount
    assert whole_nano(amount) == amount


@given(st.decimals(min_value=0, max_value=10**6, places=14))
def test_what_is_kept_is_never_less_than_what_was_spent(amount: Decimal) -> None:
    assert 0 <= from_nano(to_nano(amount)) - amount < Decimal("0.000000001")
    assert whole_nano(amount) == from_nano(to_nano(amount))


@given(st.decimals(min_value=0, max_value=10**6, places=9), st.integers(1, 50))
def test_shares_never_come_to_more_than_there_is(amount: Decimal, parts: int) -> None:
    assert 0 <= amount - share(amount, parts) * parts < Decimal(parts).scaleb(-9)
