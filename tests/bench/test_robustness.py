"""The robustness table: what is compared, what a bound means, and that the very program is measured."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agents.sources.snapshot import RecordedCase, read_case
from agents.sources.snapshot.files import Limits
from bench.investigating import Altered, Run, investigate_all
from bench.known import Known, chosen, known_cases
from bench.robustness import AHEAD_S, AS_IT_IS, Variant, changed, differing, skewed_reader, table, without_calls
from bench.variants import read_changed, without_metrics
from orchestrator.model import Observation
from tests.bench.recorded import START, known, write_known


class Inline:
    """Implements Compute on the spot."""

    async def run(self, function: Callable[..., Any], *arguments: object) -> Any:
        return function(*arguments)


def seen(*calls: tuple[str, str]) -> tuple[Observation, ...]:
    return (Observation(agent_id="network", summary="slow", calls=calls),)


def run_of(*ranked: str, confidence: float = 0.8, seconds: float = 1.0, case: Known | None = None, **more: Any) -> Run:
    answer = {"case_id": "case-9", "ranked": list(ranked), "confidence": [confidence], "seconds": seconds}
    return Run(case or known(), answer | more, None)


async def test_only_what_is_read_and_what_is_told_is_altered(tmp_path: Path) -> None:
    folder = write_known(tmp_path / "case-9")
    altered = Altered(Inline(), partial(read_changed, without_metrics), without_calls)
    case: RecordedCase = await altered.run(read_case, folder, Limits())
    assert case.series == ()
    assert (await altered.run(seen, ("a", "b")))[0].calls == ()
    assert await altered.run(sum, [1, 2]) == 3
    plain = Altered(Inline())
    assert (await plain.run(read_case, folder, Limits())).series
    assert (await plain.run(seen, ("a", "b")))[0].calls == (("a", "b"),)


async def test_cases_are_investigated_by_the_program_itself(tmp_path: Path) -> None:
    case = known_cases(write_known(tmp_path / "case-9").parent)[0]
    broken = replace(case, location=tmp_path / "nowhere")
    runs = await investigate_all([case, broken], jobs=1)
    assert runs[0].answer["ranked"][0] == "a"
    assert runs[0].observations
    assert not runs[0].broke
    assert runs[0].lean().observations == ()
    assert runs[1].broke
    assert runs[1].observations == ()


def test_cases_are_chosen_by_set_and_by_turns(tmp_path: Path) -> None:
    for name in ("x", "y", "z"):
        write_known(tmp_path / name)
    with chosen(tmp_path, lab=False, sets=["small"], every=2) as cases:
        assert [each.case_id for each in cases] == ["x", "z"]
        assert cases[0].candidates == ("a", "b", "c")
    with chosen(tmp_path, lab=False, sets=["other"]) as cases:
        assert cases == []
    with chosen(None, lab=True) as cases:
        assert {each.dataset for each in cases} == {"lab"}
        assert any(each.is_quiet for each in cases)


def test_the_clock_of_the_true_service_or_of_another_is_wrong(tmp_path: Path) -> None:
    case = known(location=write_known(tmp_path / "case-9"))
    own = skewed_reader(True, case)(case.location, Limits())
    assert own.series[0].times[0] == START + AHEAD_S
    assert own.series[1].times[0] == START
    assert skewed_reader(False, case)(case.location, Limits()).series[0].times[0] == START


def test_answers_are_the_same_when_only_time_differs() -> None:
    assert differing([run_of("a", seconds=1.0)], [run_of("a", seconds=9.0)]) == []
    assert differing([run_of("a")], [run_of("a", confidence=0.7999)]) == ["case-9"]
    assert differing([run_of("a", "b")], [run_of("a", "c")]) == ["case-9"]


@pytest.mark.parametrize(
    ("variant", "ranked", "told"),
    [
        (Variant("torn", most=0.1), ("a",), "| torn | 1.000 | +0.000 | 1.000 | 1.000 | 0 | 0.20 | within 0.10 |"),
        (
            Variant("torn", most=0.1),
            ("b", "a"),
            "| torn | 0.000 | +1.000 | 1.000 | 0.000 | 0 | 0.20 | NOT within 0.10 |",
        ),
        (Variant("torn", same=True), ("a",), "| 0.20 | the same in every case |"),
        (Variant("torn", same=True), ("a", "b"), "| 0.20 | NO: case-9 |"),
        (Variant("torn"), ("a",), "| 0.20 |  |"),
    ],
    ids=["holds", "fails", "same", "not the same", "unbounded"],
)
def test_a_row_says_what_it_costs_and_whether_it_holds(variant: Variant, ranked: tuple[str, ...], told: str) -> None:
    quiet = run_of("a", confidence=0.2, case=known("none"))
    runs = {AS_IT_IS.name: [run_of("a"), quiet], "torn": [run_of(*ranked), quiet]}
    assert table(runs, [variant], [known()]).splitlines()[-1].endswith(told)


def test_a_crash_is_counted() -> None:
    runs = {AS_IT_IS.name: [run_of("a")], "torn": [run_of(error="it broke")]}
    assert "| 1 |  |  |" in table(runs, [Variant("torn")], [known()])


def test_a_change_is_the_same_for_every_case(tmp_path: Path) -> None:
    folder = write_known(tmp_path / "case-9")
    assert changed(without_metrics)(known())(folder, Limits()).series == ()
