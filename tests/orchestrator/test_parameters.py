"""What people type becomes parameters or a refusal that names the field, the rule and an example; nothing else."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestrator.errors import MOST_SHOWN, ParameterExtractionError
from orchestrator.model import Severity
from orchestrator.parameters import (
    MOST_BUDGET,
    Parameters,
    parse_budget,
    parse_names,
    parse_severity,
    parse_since,
    parse_until,
    read_words,
)
from tests.support.clock import NOON

HOUR = timedelta(hours=1)


def read(text: str) -> Parameters:
    return read_words(text, now=NOON, zone=UTC).sure()


GOOD: list[tuple[str, dict[str, Any]]] = [
    ("INC-123", {"incident_id": "INC-123"}),
    ("inc-123", {"incident_id": "INC-123"}),
    ("#INC-123", {"incident_id": "INC-123"}),
    ("checkout 5xx since 30 minutes", {"title": "checkout 5xx", "start_time": NOON - timedelta(minutes=30)}),
    ("since 11:15 orders fail, badly", {"title": "orders fail, badly", "start_time": NOON - timedelta(minutes=45)}),
    ("orders fail since 2h ago.", {"title": "orders fail", "start_time": NOON - timedelta(hours=2)}),
    ("orders fail since 11:30 since=30m", {"title": "orders fail", "start_time": NOON - HOUR / 2}),
    ("orders fail since the deploy", {"title": "orders fail since the deploy", "start_time": None}),
    ("INC-123: checkout is slow", {"incident_id": "INC-123", "title": "checkout is slow"}),
    ("checkout is slow (INC-123)", {"incident_id": "INC-123", "title": "checkout is slow"}),
    ("`INC-123`", {"incident_id": "INC-123"}),
    ("*INC-123*, please!", {"incident_id": "INC-123"}),
    ("“INC-123”", {"incident_id": "INC-123"}),
    ("INC-123 SHA-256 fails on node-4", {"incident_id": "INC-123", "title": "SHA-256 fails on node-4"}),
    ("INC-123 budget=10", {"incident_id": "INC-123", "budget": Decimal(10)}),
    ("INC-123 budget = 10", {"incident_id": "INC-123", "budget": Decimal(10)}),
    ("INC-123 BUDGET=$2.50", {"incident_id": "INC-123", "budget": Decimal("2.50")}),
    ("INC-123 budget=“10”", {"incident_id": "INC-123", "budget": Decimal(10)}),
    ("budget=10 INC-123", {"incident_id": "INC-123", "budget": Decimal(10)}),
    ("INC-123 budget=0.000000001", {"incident_id": "INC-123", "budget": Decimal("1E-9")}),
    ("INC-123 budget=1000", {"incident_id": "INC-123", "budget": Decimal(1000)}),
    ("INC-123 services=checkout,payments", {"incident_id": "INC-123", "affected_services": ("checkout", "payments")}),
    (
        'INC-123 services="checkout, payments"',
        {"incident_id": "INC-123", "affected_services": ("checkout", "payments")},
    ),
    ("INC-123 services=a,,a,", {"incident_id": "INC-123", "affected_services": ("a",)}),
    ("INC-123 services=支払い", {"incident_id": "INC-123", "affected_services": ("支払い",)}),
    (f"INC-123 services={'s' * 100}", {"incident_id": "INC-123", "affected_services": ("s" * 100,)}),
    ("INC-123 agents=Network,DATABASE", {"incident_id": "INC-123", "agent_ids": ("network", "database")}),
    ("INC-123 mode=Sequential", {"incident_id": "INC-123", "mode": "sequential"}),
    ("INC-123 severity=critical", {"incident_id": "INC-123", "severity": Severity.SEV1}),
    ("INC-123 severity=P2", {"incident_id": "INC-123", "severity": Severity.SEV2}),
    ("INC-123 sev3", {"incident_id": "INC-123", "severity": Severity.SEV3}),
    ("INC-123 SEV-1 checkout", {"incident_id": "INC-123", "severity": Severity.SEV1, "title": "checkout"}),
    ("INC-123 sev0", {"incident_id": "INC-123", "severity": Severity.SEV1}),
    ("p1 checkout 5xx", {"title": "checkout 5xx", "severity": Severity.SEV1}),
    ("INC-123 p4 severity=low", {"incident_id": "INC-123", "severity": Severity.SEV4}),
    ("INC-123 service=a", {"incident_id": "INC-123", "affected_services": ("a",)}),
    ("INC-123 budgte=1", {"incident_id": "INC-123", "budget": Decimal(1)}),
    ("INC-123 foo=1", {"incident_id": "INC-123", "title": "foo=1"}),
    ("INC-123 since=2w", {"incident_id": "INC-123", "start_time": NOON - timedelta(days=14)}),
    ("INC-123 since=30m", {"incident_id": "INC-123", "start_time": NOON - HOUR / 2}),
    ('INC-123 since="2 hours ago"', {"incident_id": "INC-123", "start_time": NOON - 2 * HOUR}),
    ("INC-123 since=11:30", {"incident_id": "INC-123", "start_time": NOON - HOUR / 2}),
    ("INC-123 since=23:50", {"incident_id": "INC-123", "start_time": NOON - 12 * HOUR - timedelta(minutes=10)}),
    (
        "INC-123 since=2026-03-13T14:00Z until=2026-03-13T14:45Z",
        {
            "incident_id": "INC-123",
            "start_time": datetime(2026, 3, 13, 14, tzinfo=UTC),
            "end_time": datetime(2026, 3, 13, 14, 45, tzinfo=UTC),
        },
    ),
    ("INC-123 until=11:30", {"incident_id": "INC-123", "end_time": NOON - HOUR / 2}),
    ("checkout 5xx", {"title": "checkout 5xx"}),
    ("what's wrong with checkout", {"title": "what's wrong with checkout"}),
    ("what’s wrong with “checkout”", {"title": 'what\'s wrong with "checkout"'}),
    ('"checkout is slow"', {"title": "checkout is slow"}),
    ("<!channel> 🧭 κόσμε 注文が遅い", {"title": "<!channel> 🧭 κόσμε 注文が遅い"}),
    ("שלום INC-5", {"incident_id": "INC-5", "title": "שלום"}),
    ("see https://example.test/?budget=3 now", {"title": "see https://example.test/?budget=3 now"}),
    ("INC-123/4 INC-1234567890123", {"title": "INC-123/4 INC-1234567890123"}),
    ("INC-１２３", {"title": "INC-１２３"}),
    ("a\u00a0b\tc\nd", {"title": "a b c d"}),
    ("x" * 4000, {"title": "x" * 300}),
    ("INC-7 " + "very " * 1000 + "slow", {"incident_id": "INC-7", "title": ("very " * 60).strip()}),
]


@pytest.mark.parametrize(("text", "expected"), GOOD)
def test_what_is_understood(text: str, expected: dict[str, Any]) -> None:
    assert read(text) == Parameters(**expected)


REFUSED: list[tuple[str, str, str]] = [
    ("", "incident", "name an incident"),
    ("   \n\t ", "incident", "name an incident"),
    ("budget=10", "incident", "name an incident"),
    ("''", "incident", "name an incident"),
    ("INC-1 budget=-5", "budget", "must be more than $0"),
    ("INC-1 budget=-0", "budget", "must be more than $0"),
    ("INC-1 budget=0", "budget", "must be more than $0"),
    ("INC-1 budget=0.00", "budget", "must be more than $0"),
    ("INC-1 budget=1000.01", "budget", "must be at most $1000"),
    ("INC-1 budget=999999999999", "budget", "must be at most $1000"),
    ("INC-1 budget=1e9", "budget", "must be an amount of dollars"),
    ("INC-1 budget=NaN", "budget", "must be an amount of dollars"),
    ("INC-1 budget=Infinity", "budget", "must be an amount of dollars"),
    ("INC-1 budget=-Infinity", "budget", "must be an amount of dollars"),
    ("INC-1 budget=ten", "budget", "must be an amount of dollars"),
    ("INC-1 budget=10€", "budget", "must be an amount of dollars"),
    ("INC-1 budget=10,50", "budget", "must be an amount of dollars"),
    ("INC-1 budget=1_000", "budget", "must be an amount of dollars"),
    ("INC-1 budget=１０", "budget", "must be an amount of dollars"),
    ("INC-1 budget=0.0000000001", "budget", "must be an amount of dollars"),
    ("INC-1 budget=" + "9" * 3000, "budget", "must be an amount of dollars"),
    ("INC-1 budget=", "budget", "has no value"),
    ('INC-1 budget=""', "budget", "has no value"),
    ('INC-1 budget="10', "budget", "has no value"),
    ("INC-1 budget=1 budget=2", "budget", "may mean one of $1, $2"),
    ("INC-1 budgte=much", "budget", "must be an amount of dollars"),
    ("INC-1 INC-2", "incident", "may mean one of INC-1, INC-2"),
    ("INC-1 p1 severity=low", "severity", "may mean one of SEV4, SEV1"),
    ("orders fail since 11:15 since=11:30", "since", "may mean one of"),
    ("INC-1 severity=urgent", "severity", "must be SEV1 to SEV4"),
    ("INC-1 severity=SEV5", "severity", "must be SEV1 to SEV4"),
    ("INC-1 services=,", "services", "must name at least one"),
    ("INC-1 agents=,,", "agents", "must name at least one"),
    ("INC-1 services=" + ",".join(f"s{n}" for n in range(51)), "services", "must be at most 50 names"),
    ("INC-1 services=" + "s" * 101, "services", "must be at most 50 names"),
    ("INC-1 since=tomorrow", "since", "must not lie in the future"),
    ("INC-1 since=25:00", "since", "must be a time such as"),
    ("INC-1 since=12:60", "since", "must be a time such as"),
    ("INC-1 since=1month", "since", "must be a time such as"),
    ('INC-1 since="3 moons"', "since", "must be a time such as"),
    ('INC-1 since="5 sheep"', "since", "must be a time such as"),
    ("INC-1 since=999999d", "since", "must not lie more than 90 days ago"),
    ("INC-1 since=91d", "since", "must not lie more than 90 days ago"),
    ("INC-1 since=0001-01-01T00:00+14:00", "since", "must be a time such as"),
    ("INC-1 since=0001-01-02", "since", "must not lie more than 90 days ago"),
    ("INC-1 since=9999-12-31T23:59-14:00", "since", "must be a time such as"),
    ("INC-1 since=2026-03-14T12:00:01Z", "since", "must not lie in the future"),
    ("INC-1 until=soon", "until", "must be a time such as"),
    ("INC-1 until=2026-03-14T12:00:01Z", "until", "must not lie in the future"),
    ("INC-1 since=30m until=31m", "until", "must lie after since, 2026-03-14 11:30 UTC"),
    ("INC-1 since=30m until=30m", "until", "must lie after since"),
]


@pytest.mark.parametrize(("text", "field", "rule"), REFUSED)
def test_what_is_refused_says_which_field_which_rule_and_what_would_work(text: str, field: str, rule: str) -> None:
    with pytest.raises(ParameterExtractionError) as refused:
        read(text)
    error = refused.value
    assert (error.field, error.status) == (field, 400)
    assert rule in error.rule
    assert len(error.value) <= MOST_SHOWN
    assert error.example in error.remedy
    if field != "incident" and "once" not in error.example:
        first = error.example.split(" or ")[0]
        assert read(f"INC-1 {first}").incident_id == "INC-1"


words = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["INC-1", "budget=", "since=", "=", '"', "“", "services=", "sev1", "-", "\ud800", "14:00", "1e9"]),
)


@given(st.lists(words, max_size=8).map(" ".join) | st.text(alphabet=st.characters(), max_size=60))
def test_no_text_whatever_raises_anything_but_a_refusal(text: str) -> None:
    with suppress(ParameterExtractionError):
        found = read(text)
        assert found.incident_id or found.title
        assert Parameters.model_validate_json(found.model_dump_json().encode()) == found


@given(st.text(max_size=50))
def test_every_parser_answers_or_refuses(text: str) -> None:
    for parse in (
        parse_budget,
        parse_severity,
        lambda given: parse_names("services", given),
        lambda given: parse_since(given, now=NOON, zone=ZoneInfo("Europe/Berlin")),
        lambda given: parse_until(given, now=NOON, zone=ZoneInfo("Europe/Berlin")),
    ):
        with suppress(ParameterExtractionError):
            assert parse(text) is not None


@given(st.decimals(min_value=Decimal("0.000000001"), max_value=MOST_BUDGET, places=9))
def test_every_amount_within_bounds_is_read_to_its_last_digit(amount: Decimal) -> None:
    assert parse_budget(f"{amount:f}") == amount
    assert parse_budget(f"${amount:f}") == amount


def test_the_same_words_at_the_same_moment_mean_the_same() -> None:
    text = "INC-9 since=14:00 checkout “slow” budget=3"
    assert read(text) == read(text)


@pytest.mark.parametrize("budget", ["NaN", "Infinity", "-1", "0", "1000.01"])
def test_no_other_door_lets_in_a_budget_that_is_none(budget: str) -> None:
    with pytest.raises(ValidationError):
        Parameters(budget=Decimal(budget))


# ── since ────────────────────────────────────────────────────────────────────────────────────────────────────────────

BERLIN, LONDON, KOLKATA, LORD_HOWE, APIA = (
    ZoneInfo(name) for name in ("Europe/Berlin", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "zone", "now", "expected"),
    [
        ("23:50", UTC, "2026-03-14T00:10", "2026-03-13T23:50"),
        ("00:10", UTC, "2026-03-14T00:10", "2026-03-14T00:10"),
        ("00:10:01", UTC, "2026-03-14T00:10", "2026-03-13T00:10:01"),
        ("0:05", UTC, "2026-03-14T00:10", "2026-03-14T00:05"),
        ("14:00", BERLIN, "2026-03-14T14:30", "2026-03-14T13:00"),
        ("14:00Z", BERLIN, "2026-03-14T14:30", "2026-03-14T14:00"),
        ("23:50", KOLKATA, "2026-03-14T18:40", "2026-03-14T18:20"),
        ("00:05", KOLKATA, "2026-03-14T18:40", "2026-03-14T18:35"),
        # Clocks were put forward at 01:00 UTC: 02:30 was not shown that day.
        ("01:59", BERLIN, "2026-03-29T01:10", "2026-03-29T00:59"),
        ("03:05", BERLIN, "2026-03-29T01:10", "2026-03-29T01:05"),
        ("02:30", BERLIN, "2026-03-29T01:40", "2026-03-28T01:30"),
        # Clocks were put back at 01:00 UTC: 02:30 was shown twice.
        ("02:30", BERLIN, "2026-10-25T00:40", "2026-10-25T00:30"),
        ("02:30", BERLIN, "2026-10-25T01:10", "2026-10-25T00:30"),
        ("02:30", BERLIN, "2026-10-25T01:40", "2026-10-25T01:30"),
        ("23:30", BERLIN, "2026-10-25T23:00", "2026-10-25T22:30"),
        ("01:45", LONDON, "2026-10-25T01:20", "2026-10-25T00:45"),
        ("01:40", LORD_HOWE, "2026-04-04T15:15", "2026-04-04T15:10"),
        ("12:00", APIA, "2011-12-30T10:30", "2011-12-29T22:00"),
        ("30m", BERLIN, "2026-03-29T01:10", "2026-03-29T00:40"),
        ("90 minutes ago", UTC, "2026-03-14T12:00", "2026-03-14T10:30"),
        ("-2h", UTC, "2026-03-14T12:00", "2026-03-14T10:00"),
        ("3days", UTC, "2026-03-14T12:00", "2026-03-11T12:00"),
        ("45 SEC", UTC, "2026-03-14T12:00", "2026-03-14T11:59:15"),
        ("0m", UTC, "2026-03-14T12:00", "2026-03-14T12:00"),
        ("2026-03-14T09:00", BERLIN, "2026-03-14T12:00", "2026-03-14T08:00"),
        ("2026-03-14T09:00+05:30", BERLIN, "2026-03-14T12:00", "2026-03-14T03:30"),
        ("2026-03-14 09:00Z", BERLIN, "2026-03-14T12:00", "2026-03-14T09:00"),
        ("2026-03-14", BERLIN, "2026-03-14T12:00", "2026-03-13T23:00"),
        (" 11:00 ", UTC, "2026-03-14T12:00", "2026-03-14T11:00"),
    ],
)
def test_a_time_is_the_last_one_that_a_clock_there_showed(typed: str, zone: Any, now: str, expected: str) -> None:
    assert parse_since(typed, now=at(now), zone=zone) == at(expected)


zones = st.sampled_from([UTC, BERLIN, LONDON, KOLKATA, LORD_HOWE, ZoneInfo("America/New_York")])
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda each: each.replace(tzinfo=UTC))


@given(moments, zones, st.integers(0, 23), st.integers(0, 59))
def test_a_clock_time_is_shown_there_then_and_never_lies_in_the_future(
    now: datetime, zone: Any, hour: int, minute: int
) -> None:
    found = parse_since(f"{hour}:{minute:02d}", now=now, zone=zone)
    assert now - timedelta(hours=50) <= found <= now
    assert (found.astimezone(zone).hour, found.astimezone(zone).minute) == (hour, minute)
    assert found.utcoffset() == timedelta(0)


@given(moments, zones, st.integers(0, 90 * 24 * 60))
def test_so_many_minutes_ago_is_so_many_minutes_ago_in_every_zone(now: datetime, zone: Any, minutes: int) -> None:
    assert parse_since(f"{minutes}m", now=now, zone=zone) == now - timedelta(minutes=minutes)


@pytest.mark.parametrize("spelling", ["SEV1", "sev-1", "P1", "p0", "Critical", " critical "])
def test_sev1_p1_and_critical_mean_the_same(spelling: str) -> None:
    assert parse_severity(spelling) == Severity.SEV1


def test_there_are_enough_examples_to_trust_the_grammar() -> None:
    assert len(GOOD) + len(REFUSED) >= 60
