"""From words to an investigation: nothing more is asked than was typed, and every default that was taken is named."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.clock import Clock
from orchestrator.errors import ParameterExtractionError, SourceUnavailableError
from orchestrator.investigation import Limits, Names, Opening
from orchestrator.model import Incident, Investigation, Origin, Severity
from orchestrator.parameters import Parameters, parse_since, read_words
from orchestrator.ports import Lookup, NameSource
from tests.support.agents import ScriptedAgent, team_of
from tests.support.builders import ANA, incident
from tests.support.clock import NOON, HurriedClock, ManualClock
from tests.support.world import StaticIncidents

MINUTE = timedelta(minutes=1)
TEAM = team_of(*(lambda name=name: ScriptedAgent(name) for name in ("application", "database", "network")))
RECORDED = incident(
    "INC-123",
    title="checkout 5xx",
    start_time=NOON - timedelta(days=40),
    end_time=NOON - timedelta(days=40) + 15 * MINUTE,
    baseline_start=NOON - timedelta(days=40, hours=1),
    baseline_end=NOON - timedelta(days=40) - 2 * MINUTE,
    affected_services=("gateway",),
    severity=Severity.SEV2,
    recorded=True,
)


class Catalogue:
    """Knows these names, or fails, or never answers; and counts how often it was asked."""

    def __init__(self, *names: str, clock: ManualClock | None = None, broken: bool = False) -> None:
        self._names, self._broken, self._clock = names, broken, clock
        self.asked: list[Lookup] = []

    async def read_names(self, lookup: Lookup) -> Sequence[str]:
        self.asked.append(lookup)
        if self._clock:
            await self._clock.sleep(3600)
        if self._broken:
            raise SourceUnavailableError("Prometheus does not answer.")
        return self._names


async def opened(
    *known: Incident,
    live: bool = True,
    now: datetime = NOON,
    names: NameSource | None = None,
    clock: Clock | None = None,
    **typed: Any,
) -> Investigation:
    ids = (f"inv-{n}" for n in itertools.count(1))
    opening = Opening(
        StaticIncidents(*known), TEAM, Limits(), live, lambda: next(ids), Names(names, clock or ManualClock())
    )
    return await opening.prepare(
        Parameters(**typed), workspace="T1", by=ANA, origin=Origin(surface="slack", place="C1"), now=now
    )


async def test_what_was_not_said_gets_a_default_that_is_named() -> None:
    made = await opened(incident_id="INC-9")
    assert made.incident == Incident(incident_id="INC-9", title="INC-9", start_time=NOON - 30 * MINUTE)
    assert made.assumed == ("start_time", "severity", "budget")
    assert (made.budget, made.mode, made.agent_ids) == (10, "sequential", ("application", "database", "network"))
    assert (made.workspace, made.investigation_id, made.requested_by, made.requested_at) == ("T1", "inv-1", ANA, NOON)
    assert made.origin.place == "C1"


async def test_what_was_said_is_taken_and_nothing_is_assumed() -> None:
    made = await opened(
        incident_id="INC-9",
        title="slow",
        start_time=NOON - MINUTE,
        severity=Severity.SEV3,
        affected_services=("a", "b"),
        budget=Decimal("2.50"),
        mode="sequential",
        agent_ids=("network", "application"),
    )
    assert made.incident == Incident(
        incident_id="INC-9",
        title="slow",
        start_time=NOON - MINUTE,
        severity=Severity.SEV3,
        affected_services=("a", "b"),
    )
    assert (made.budget, made.agent_ids, made.assumed) == (Decimal("2.50"), ("application", "network"), ())


@pytest.mark.parametrize(("severity", "budget"), [("SEV1", 20), ("SEV2", 10), ("unknown", 10), (None, 10)])
async def test_a_critical_incident_may_cost_twice_as_much(severity: str | None, budget: int) -> None:
    made = await opened(incident_id="INC-9", severity=severity)
    assert made.budget == budget
    assert "budget" in made.assumed


async def test_the_severity_of_a_known_incident_counts_for_its_budget() -> None:
    assert (await opened(incident("INC-9", severity=Severity.SEV1), incident_id="inc-9")).budget == 20


async def test_an_incident_without_an_id_gets_one_that_can_be_typed_again() -> None:
    made = await opened(title="checkout 5xx")
    assert made.incident.title == "checkout 5xx"
    assert read_words(made.incident.incident_id, now=NOON, zone=ZoneInfo("UTC")).parameters.incident_id == (
        made.incident.incident_id
    )


async def test_two_troubles_of_one_minute_are_two_incidents() -> None:
    moments = [NOON, NOON + timedelta(milliseconds=10), NOON + timedelta(seconds=1), NOON + MINUTE]
    ids = {(await opened(title="trouble", now=now)).incident.incident_id for now in moments}
    assert len(ids) == 4


async def test_a_known_incident_is_found_whatever_the_case_of_its_id() -> None:
    made = await opened(RECORDED, incident_id="inc-123", live=False)
    assert made.incident == RECORDED
    assert made.assumed == ("budget",)


async def test_a_persons_word_goes_before_the_records() -> None:
    made = await opened(
        RECORDED, incident_id="INC-123", title="mine", severity=Severity.SEV4, affected_services=("orders",)
    )
    assert (made.incident.title, made.incident.severity, made.incident.affected_services) == (
        "mine",
        "SEV4",
        ("orders",),
    )
    assert (made.incident.start_time, made.incident.recorded) == (RECORDED.start_time, True)


async def test_a_start_that_was_typed_replaces_what_was_known_of_the_healthy_time() -> None:
    known = incident("INC-9", baseline_end=NOON - 5 * MINUTE)
    made = await opened(known, incident_id="INC-9", start_time=NOON - 20 * MINUTE)
    assert (made.incident.start_time, made.incident.baseline_end) == (NOON - 20 * MINUTE, None)
    assert made.incident.baseline().end == NOON - 20 * MINUTE


@pytest.mark.parametrize("minutes", [-59, -2, 0, 1, 14])
async def test_a_clock_time_means_the_day_of_the_recording(minutes: int) -> None:
    meant = RECORDED.start_time + minutes * MINUTE
    typed = parse_since(f"{meant:%H:%M}Z", now=NOON, zone=ZoneInfo("UTC"))
    made = await opened(RECORDED, incident_id="INC-123", start_time=typed)
    assert made.incident.start_time == meant


async def test_an_incident_that_is_over_is_looked_at_until_its_end() -> None:
    made = await opened(incident_id="INC-9", start_time=NOON - 60 * MINUTE, end_time=NOON - 20 * MINUTE)
    assert made.incident.window(NOON).end == NOON - 20 * MINUTE
    assert made.incident.window(NOON).start == NOON - 60 * MINUTE


async def test_where_only_the_end_was_said_the_half_hour_before_it_is_looked_at() -> None:
    made = await opened(incident_id="INC-9", end_time=NOON - 20 * MINUTE)
    assert made.incident.start_time == NOON - 50 * MINUTE
    assert "start_time" in made.assumed


async def test_the_end_of_a_recording_can_be_drawn_nearer_but_not_past_what_was_recorded() -> None:
    assert RECORDED.end_time is not None
    for minutes in (1, 14, 15):
        made = await opened(RECORDED, incident_id="INC-123", end_time=RECORDED.start_time + minutes * MINUTE)
        assert made.incident.end_time == RECORDED.start_time + minutes * MINUTE
    with pytest.raises(ParameterExtractionError) as refused:
        await opened(RECORDED, incident_id="INC-123", end_time=RECORDED.end_time + MINUTE)
    assert refused.value.field == "until"


async def test_a_start_after_the_known_end_is_refused_with_one_that_works() -> None:
    known = incident("INC-9", start_time=NOON - 90 * MINUTE, end_time=NOON - 60 * MINUTE)
    with pytest.raises(ParameterExtractionError) as refused:
        await opened(known, incident_id="INC-9", start_time=NOON - 30 * MINUTE)
    assert (refused.value.field, "2026-03-14 11:00:00 UTC" in refused.value.rule) == ("since", True)
    example = parse_since(refused.value.example.removeprefix("since="), now=NOON, zone=ZoneInfo("UTC"))
    assert (await opened(known, incident_id="INC-9", start_time=example)).incident.end_time == known.end_time


async def test_a_recording_over_midnight_takes_times_of_both_days() -> None:
    midnight = NOON - timedelta(days=40, hours=12)
    over = RECORDED.model_copy(
        update={
            "start_time": midnight - 10 * MINUTE,
            "end_time": midnight + 20 * MINUTE,
            "baseline_start": midnight - 30 * MINUTE,
            "baseline_end": None,
        }
    )
    for minutes in (-9, -1, 0, 1, 19):
        meant = midnight + minutes * MINUTE
        made = await opened(over, incident_id="INC-123", start_time=meant + timedelta(days=33))
        assert made.incident.start_time == meant


@pytest.mark.parametrize("minutes", [-60, -61, 15, 16, 300])
async def test_a_time_outside_the_recording_is_refused_with_one_inside(minutes: int) -> None:
    with pytest.raises(ParameterExtractionError) as refused:
        await opened(RECORDED, incident_id="INC-123", start_time=RECORDED.start_time + minutes * MINUTE)
    assert refused.value.rule == "must lie within the recording, 11:00:00–12:15:00 UTC"
    example = refused.value.example.removeprefix("since=")
    typed = parse_since(example, now=NOON + timedelta(hours=9), zone=ZoneInfo("Asia/Kolkata"))
    made = await opened(RECORDED, incident_id="INC-123", start_time=typed)
    assert made.incident.start_time == RECORDED.start_time


@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(lambda each: each.replace(tzinfo=NOON.tzinfo)))
async def test_whatever_time_is_typed_it_lies_within_the_recording_or_is_refused(typed: datetime) -> None:
    first, last = RECORDED.baseline().start, RECORDED.end_time
    assert last is not None
    clock = typed.timetz()
    within = first.timetz() < clock < last.timetz()
    if within:
        made = await opened(RECORDED, incident_id="INC-123", start_time=typed)
        assert first < made.incident.start_time < last
        assert made.incident.start_time.timetz() == clock
    else:
        with pytest.raises(ParameterExtractionError):
            await opened(RECORDED, incident_id="INC-123", start_time=typed)


@pytest.mark.parametrize("asked", ["INC-999", None])
async def test_what_nobody_can_look_into_is_refused_with_what_is_known(asked: str | None) -> None:
    with pytest.raises(SourceUnavailableError) as refused:
        await opened(RECORDED, incident_id=asked, title="slow", live=False)
    assert (asked or "words alone") in refused.value.message
    assert refused.value.remedy == "Recorded incidents: INC-123 (checkout 5xx)."


async def test_without_any_recording_the_remedy_says_how_to_add_some() -> None:
    with pytest.raises(SourceUnavailableError) as refused:
        await opened(incident_id="INC-1", live=False)
    assert refused.value.remedy == "Add recorded incidents with COMPASS_CASES."


async def test_an_unknown_agent_is_refused_with_those_there_are() -> None:
    with pytest.raises(ParameterExtractionError) as refused:
        await opened(incident_id="INC-1", agent_ids=("application", "netwrok"))
    assert (refused.value.field, refused.value.value) == ("agents", "netwrok")
    assert refused.value.rule == "must be among application, database, network"


async def test_a_mode_that_is_not_there_is_refused() -> None:
    with pytest.raises(ParameterExtractionError, match="must be sequential or parallel"):
        await opened(incident_id="INC-1", mode="both")


async def test_agents_work_one_after_the_other_unless_they_are_asked_to_work_at_once() -> None:
    assert (await opened(incident_id="INC-1")).mode == "sequential"
    assert (await opened(incident_id="INC-1", mode="parallel")).mode == "parallel"


def test_a_window_runs_from_the_healthy_time_to_the_end_or_to_now() -> None:
    assert RECORDED.window(NOON).start == RECORDED.baseline_end
    assert RECORDED.window(NOON).end == RECORDED.end_time
    going_on = incident(start_time=NOON - 30 * MINUTE)
    assert (going_on.window(NOON).seconds, going_on.baseline().seconds) == (1800, 3600)
    assert going_on.baseline().end == going_on.window(NOON).start


moments = st.integers(-10_000, 10_000).map(lambda minutes: NOON + minutes * MINUTE)


@given(moments, st.none() | moments, st.none() | moments, st.none() | moments, moments)
def test_whatever_is_known_of_an_incident_its_windows_run_forward_and_do_not_overlap(
    start: datetime, end: datetime | None, healthy_from: datetime | None, healthy_to: datetime | None, now: datetime
) -> None:
    made = incident(start_time=start, end_time=end, baseline_start=healthy_from, baseline_end=healthy_to)
    assert made.baseline().start <= made.baseline().end == made.window(now).start <= made.window(now).end
    assert made.window(now).start <= start


async def test_a_recording_is_found_by_an_id_of_any_shape_among_the_words() -> None:
    oddly_named = RECORDED.model_copy(update={"incident_id": "night-of-the-pool"})
    typed = read_words("Night-of-the-Pool checkout fails", now=NOON, zone=ZoneInfo("UTC")).parameters
    made = await opened(oddly_named, live=False, **typed.model_dump())
    assert (made.incident.incident_id, made.incident.title) == ("night-of-the-pool", "checkout fails")


async def test_words_that_name_no_recording_are_refused_with_those_there_are() -> None:
    with pytest.raises(SourceUnavailableError) as refused:
        await opened(RECORDED, live=False, title="checkout fails")
    assert "INC-123" in refused.value.remedy


async def test_services_are_taken_under_the_names_that_the_telemetry_has_for_them() -> None:
    names = Catalogue("checkout", "orders-service", "orders-db")
    made = await opened(names=names, title="slow", affected_services=("Chekout", "orders", "nosuch"))
    assert made.incident.affected_services == ("checkout", "orders-service", "nosuch")
    assert "services" in made.assumed, "what was changed is shown"
    (asked,) = names.asked
    assert asked.window == Lookup.whole(made.incident, NOON).window


async def test_a_title_that_names_services_says_where_it_shows() -> None:
    names = Catalogue("checkout", "orders-service", "orders-db")
    made = await opened(names=names, title="checkout 5xx, orders db slow")
    assert made.incident.affected_services == ("checkout", "orders-db")
    assert "services" in made.assumed
    plain = await opened(names=names, title="everything is slow")
    assert (plain.incident.affected_services, "services" in plain.assumed) == ((), False)


async def test_what_was_typed_as_it_is_known_is_not_called_assumed() -> None:
    made = await opened(names=Catalogue("checkout"), title="slow", affected_services=("checkout",))
    assert "services" not in made.assumed


async def test_a_recording_says_itself_where_it_shows_unless_somebody_says_otherwise() -> None:
    names = Catalogue("gateway", "checkout")
    assert (
        await opened(RECORDED, names=names, incident_id="INC-123", title="checkout")
    ).incident.affected_services == ("gateway",)
    assert names.asked == []
    said = await opened(RECORDED, names=names, incident_id="INC-123", affected_services=("chekout",))
    assert said.incident.affected_services == ("checkout",)


async def test_a_catalogue_that_fails_or_is_slow_leaves_names_as_they_were_typed() -> None:
    failing, clock = Catalogue(broken=True), HurriedClock()
    for names in (failing, Catalogue("checkout", clock=clock)):
        made = await opened(names=names, clock=clock, title="slow", affected_services=("Chekout",))
        assert (made.incident.affected_services, "services" in made.assumed) == (("Chekout",), False)
        assert len(names.asked) == 1


async def test_what_comes_from_the_record_is_told_where_nobody_said_otherwise() -> None:
    known = incident("INC-7", severity=Severity.SEV2, affected_services=("orders",))
    assert dict((await opened(known, incident_id="INC-7")).told) == {
        "affected_services": "record",
        "start_time": "record",
        "severity": "record",
    }
    told = dict((await opened(known, incident_id="INC-7", severity=Severity.SEV1)).told)
    assert "severity" not in told
