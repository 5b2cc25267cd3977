"""What a series does at this time every night is its habit: told, and nobody is accused for it."""

import math
from array import array
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.analyzers.seasons import DAY_S, Season, showed, spell_of
from agents.sources.snapshot import SnapshotLibrary
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Hypothesis, Metrics, Observation, Standing
from orchestrator.ports import Lookup, Telemetry
from tests.agents.cases import CaseBuilder, InlineCompute
from tests.agents.test_incident_team import investigated, telemetry_of

Level = Callable[[float], float]
LASTS = 1200.0


def job(at: float) -> bool:
    """A batch job of twenty minutes, once a day."""
    return 0 <= at % DAY_S < LASTS


def series(level: Level, start: float, end: float, step: float = 60.0) -> "tuple[array[float], array[float]]":
    times = array("d", (start + step * n for n in range(int((end - start) / step))))
    return times, array("d", (level(at) for at in times))


def was(today: Level, earlier: Level, step: float = 60.0) -> bool | None:
    """Whether the spell of today, which begins at second 0, was there the day before."""
    spell = spell_of("cpu_percent", *series(today, -3600, 1800, step), 0.0, 20.0, 90.0)
    assert spell is not None
    return showed(spell, *series(earlier, -DAY_S - 1800, -DAY_S + 3600, step), DAY_S)


def nightly(at: float) -> float:
    return 90.0 if job(at) else 20.0


@pytest.mark.parametrize("step", [1.0, 15.0, 60.0, 300.0])
def test_what_was_there_at_the_same_time_of_the_day_before_is_seen_at_any_sampling(step: float) -> None:
    assert was(nightly, nightly, step) is True
    assert was(nightly, lambda _: 20.0, step) is False


@given(st.floats(-600.0, 600.0))
def test_a_job_that_begins_some_minutes_earlier_or_later_is_the_same_job(late: float) -> None:
    assert was(nightly, lambda at: nightly(at - late)) is True


@given(st.floats(0.0, 0.6), st.floats(0.05, 0.5))
def test_what_went_half_as_far_or_took_half_as_long_is_another_thing(far: float, long: float) -> None:
    assert was(nightly, lambda at: 20.0 + far * (nightly(at) - 20.0)) is False
    assert was(nightly, lambda at: 90.0 if 0 <= at % DAY_S < long * LASTS else 20.0) is False
    assert was(nightly, lambda at: 20.0 if nightly(at) == 20.0 else 20.0 - 70.0) is False, "the other way"


@given(st.floats(0.001, 1000.0), st.booleans())
def test_what_recurs_does_not_depend_on_the_unit(factor: float, recurs: bool) -> None:
    today, earlier = series(nightly, -3600, 1800), series(nightly if recurs else lambda _: 20.0, -DAY_S, -DAY_S + 3600)
    times, values = today
    spell = spell_of("x", times, array("d", (factor * each for each in values)), 0.0, 20.0 * factor, 90.0 * factor)
    assert spell is not None
    assert showed(spell, earlier[0], array("d", (factor * each for each in earlier[1])), DAY_S) is recurs


def test_of_a_day_that_was_not_kept_nothing_is_known() -> None:
    spell = spell_of("cpu_percent", *series(nightly, -3600, 1800), 0.0, 20.0, 90.0)
    assert spell is not None
    assert showed(spell, array("d"), array("d"), DAY_S) is None
    assert was(nightly, lambda at: nightly(at) if at > -DAY_S + 1700 else math.nan) is None


def test_what_never_went_half_of_the_way_is_no_spell() -> None:
    assert spell_of("cpu_percent", *series(lambda _: 20.0, -3600, 1800), 0.0, 20.0, 90.0) is None


def test_a_running_total_is_compared_by_its_growth() -> None:
    def total(at: float) -> float:
        return at + 9.0 * sum(min(max(at - day * DAY_S, 0.0), LASTS) for day in (-1, 0)) + 2 * DAY_S

    spell = spell_of("rows_total", *series(total, -3600, 1800), 0.0, 1.0, 10.0)
    assert spell is not None
    assert showed(spell, *series(total, -DAY_S - 1800, -DAY_S + 3600), DAY_S) is True
    assert showed(spell, *series(float, -DAY_S - 1800, -DAY_S + 3600), DAY_S) is False


def test_a_running_total_that_stood_still_on_an_earlier_day_did_not_grow_then_however_high_it_stood() -> None:
    spell = spell_of("errors_total", *series(lambda at: 5e5 + 10.0 * max(at, 0.0), -3600, 1800), 0.0, 0.0, 10.0)
    assert spell is not None
    assert showed(spell, *series(lambda _: 5e5, -DAY_S - 1800, -DAY_S + 3600), DAY_S) is False


@pytest.mark.parametrize(
    ("days", "known", "habit"),
    [
        ((1, 2), (1, 2), True),
        ((1, 2, 7, 14), (1, 2, 7, 14), True),
        ((7, 14), (1, 2, 7, 14), True),
        ((1,), (1,), False),
        ((1, 2), (1, 2, 7), False),
        ((7,), (1, 2, 7), False),
        ((), (1, 2), False),
        ((), (), False),
    ],
)
def test_a_habit_comes_every_day_that_is_known_or_every_week(
    days: tuple[int, ...], known: tuple[int, ...], habit: bool
) -> None:
    assert Season(days, known).habit is habit


def three_days(level: Level, trouble: Level = lambda _: 40.0) -> CaseBuilder:
    """A store whose CPU follows `level`, beside a service whose latency follows `trouble`."""
    case = CaseBuilder(
        sheet={"dependencies": [["gateway", "orders-db"]], "candidate_services": ["gateway", "orders-db"]}
    )
    for at in range(int(-2 * DAY_S) - 3600, 601, 60):
        wobble = 1.0 + 0.02 * math.sin(at)
        case.metric("orders-db", "cpu_percent", at, round(level(at) * wobble, 3))
        case.metric("gateway", "latency_p95_ms", at, round(trouble(at) * wobble, 3))
    case.sheet["baseline_start"] = case.at(-3600).isoformat()
    return case


async def told_of(
    folder: Path, case: CaseBuilder, telemetry: Callable[[SnapshotLibrary], Telemetry] = telemetry_of
) -> tuple[list[Observation], list[Hypothesis]]:
    library = SnapshotLibrary([case.write(folder)], InlineCompute())
    incident = await library.find("INC-7")
    assert incident is not None
    return await investigated(telemetry(library), incident)


async def test_a_nightly_job_is_told_as_usual_at_this_time_and_nobody_is_accused(tmp_path: Path) -> None:
    observations, hypotheses = await told_of(tmp_path / "case", three_days(nightly))
    (fact,) = [each for each in observations if each.signal_name == "cpu_percent"]
    assert fact.standing is Standing.NORMAL
    assert fact.summary.endswith("since 12:00, was 20 %; usual at this time: also 1 and 2 days ago")
    assert hypotheses == []


async def test_the_same_on_one_day_only_is_accused(tmp_path: Path) -> None:
    _, hypotheses = await told_of(tmp_path / "case", three_days(lambda at: 90.0 if 0 <= at < LASTS else 20.0))
    assert hypotheses[0].service == "orders-db"


async def test_what_was_so_on_one_earlier_day_only_is_accused_and_that_day_is_told(tmp_path: Path) -> None:
    case = three_days(lambda at: nightly(at) if at > -1.5 * DAY_S else 20.0)
    observations, hypotheses = await told_of(tmp_path / "case", case)
    (fact,) = [each for each in observations if each.signal_name == "cpu_percent"]
    assert fact.standing is Standing.UNUSUAL
    assert fact.summary.endswith("was 20 %; also at this time yesterday")
    assert hypotheses[0].service == "orders-db"


async def test_what_is_new_beside_a_nightly_job_is_still_found(tmp_path: Path) -> None:
    case = three_days(nightly, trouble=lambda at: 900.0 if at >= 120 else 40.0)
    observations, _ = await told_of(tmp_path / "case", case)
    unusual = [each.signal_name for each in observations if each.standing is Standing.UNUSUAL]
    assert unusual == ["latency_p95_ms"]


class Forgetful:
    """Metrics of a store that cannot read earlier days."""

    def __init__(self, inner: SnapshotLibrary) -> None:
        self._inner = inner
        self.asked: list[Lookup] = []

    async def read_metrics(self, lookup: Lookup) -> Metrics:
        if lookup.metrics:
            self.asked.append(lookup)
            raise SourceUnavailableError("blocks of that day cannot be read.")
        return await self._inner.read_metrics(lookup)


async def test_earlier_days_that_cannot_be_read_change_nothing(tmp_path: Path) -> None:
    doors: list[Forgetful] = []

    def forgetful(library: SnapshotLibrary) -> Telemetry:
        doors.append(Forgetful(library))
        return replace(telemetry_of(library), metrics=doors[0])

    observations, _ = await told_of(tmp_path / "case", three_days(nightly), forgetful)
    (fact,) = [each for each in observations if each.signal_name == "cpu_percent"]
    assert fact.standing is Standing.UNUSUAL
    asked = doors[0].asked
    assert [noon - each.window.start for noon in (CaseBuilder().start,) for each in asked] == [
        timedelta(days=days, minutes=15) for days in (1, 2, 7, 14)
    ], "each earlier day once, and only around the time of the spell"
    assert {each.metrics for each in asked} == {("cpu_percent",)}
