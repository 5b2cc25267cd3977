"""Fitting confidence: on examples made by hand, with what is kept of it."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from agents.incident.calibration import Calibration, from_data
from bench import calibrate
from bench.calibrate import SPOILT, Example, collected, figures_told, fitted, left_out, provenance
from bench.known import known_cases
from bench.scores import brier, reliability
from tests.bench.recorded import write_known


def examples(system: str, count: int = 40, seed: int = 1) -> list[Example]:
    """Half of them loud and mostly right; the other half quiet, where nobody was the cause."""
    chance = random.Random(f"{system} {seed}")
    made = []
    for number in range(count):
        quiet = number % 2 == 1
        strengths = tuple(sorted((chance.uniform(0.2, 0.9), chance.uniform(0.05, 0.4)), reverse=True))
        right = not quiet and chance.random() < 0.9
        heard = chance.uniform(0.1, 0.8) if quiet else chance.uniform(1.5, 3.5)
        made.append(Example(system, str(number), quiet, False, strengths, (right, False), heard))
    return made


def test_what_is_loud_and_right_is_trusted_and_what_is_quiet_is_not() -> None:
    known = [*examples("a"), *examples("b")]
    by = fitted(known)
    assert min(by.strength, by.loudness, by.behind, by.other) >= 0
    faults, quiet = [e for e in known if not e.quiet], [e for e in known if e.quiet]
    right = sum(each.found for each in faults) / len(faults)
    assert sum(each.first(by) for each in faults) / len(faults) == pytest.approx(right, abs=0.1)
    assert sum(each.first(by) for each in quiet) / len(quiet) < 0.2


def test_a_weight_that_would_turn_the_order_around_stays_at_zero() -> None:
    upside_down = [
        replace(each, strengths=(0.3 if each.right[0] else 0.9, 0.05), quiet=False) for each in examples("a", 80)
    ]
    assert fitted(upside_down).strength == 0


def test_systems_weigh_alike_however_many_incidents_they_have() -> None:
    often = [replace(each, right=(False, False)) for each in examples("often", 400) if not each.quiet]
    seldom = [replace(each, right=(True, False)) for each in examples("seldom", 40) if not each.quiet]
    by = fitted([*often, *seldom])
    assert sum(each.first(by) for each in seldom) / len(seldom) == pytest.approx(0.5, abs=0.1)


def test_a_system_is_measured_by_what_was_learnt_on_the_others() -> None:
    known = [*examples("a"), *examples("b"), *[replace(each, right=(False, False)) for each in examples("odd")]]
    figures = left_out(known)
    assert set(figures) == {"a", "b", "odd", "all"}
    assert figures["odd"]["right"] == 0
    assert figures["odd"]["confidence"] > 0.5
    assert figures["all"]["incidents"] == 60


def test_what_is_kept_can_be_read_and_judged() -> None:
    known = [*examples("a"), *examples("b")]
    by = fitted(known)
    data = json.loads(json.dumps(provenance(known, by, "c0ffee", "2026-03-14")))
    assert from_data(data) == by
    assert data["systems"] == {name: {"incidents": 20, "spoilt": 0, "quiet": 20} for name in "ab"}
    assert data["commit"] == "c0ffee"
    page = figures_told(data)
    assert "| left out | incidents | right |" in page
    assert "| none, as kept | 40 |" in page


def test_nobody_is_suspected_with_no_confidence() -> None:
    assert Example("a", "1", True, False, (), (), 0.0).first(Calibration(0, 1, 1, 1, 1)) == 0.0


def test_the_share_that_was_right_is_told_by_stretches_of_confidence() -> None:
    stated = [(0.95, True), (0.87, True), (0.9, False), (1.0, True), (0.1, False)]
    assert reliability(stated).splitlines()[2:] == [
        "| 0.0 to 0.2 | 1 | 0.10 | 0 (0.00) |",
        "| 0.8 to 1.0 | 4 | 0.93 | 3 (0.75) |",
    ]
    assert brier([(1.0, True), (0.5, False)]) == 0.125


async def test_examples_are_the_cases_the_same_spoilt_and_the_quiet_time_before_each(tmp_path: Path) -> None:
    write_known(tmp_path / "case-1")
    found = await collected(known_cases(tmp_path), jobs=1)
    as_it_was, *spoilt, before = found
    assert [(each.quiet, each.spoilt, each.found) for each in (as_it_was, before)] == [
        (False, False, True),
        (True, False, False),
    ]
    assert len(spoilt) == len(SPOILT)
    assert all(each.spoilt and not each.quiet for each in spoilt)
    assert as_it_was.heard > before.heard


def test_what_is_spoilt_is_measured_and_never_learnt_from() -> None:
    torn = [replace(each, spoilt=True, right=(False, False)) for each in examples("a", 80) if not each.quiet]
    known = [*examples("a"), *examples("b")]
    assert fitted([*known, *torn]) == fitted(known)
    figures = left_out([*known, *torn])
    assert figures["all"]["incidents"] == 40
    assert figures["all, telemetry missing or torn"]["right"] == 0


def test_the_whole_is_fitted_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        write_known(tmp_path / "cases" / f"case-{number}", "b" if number == 2 else "a", f"set-{number % 2}")
    monkeypatch.setattr(calibrate, "DATA", tmp_path / "kept.json")
    arguments = ["--cases", str(tmp_path / "cases"), "--sets", "set-0", "set-1", "--jobs", "1", "--write"]
    assert calibrate.main(arguments) == 0
    data = json.loads((tmp_path / "kept.json").read_text())
    assert data["systems"]["set-0"]["incidents"] == 2
    from_data(data)
    assert "left out" in capsys.readouterr().out


def test_one_system_alone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_known(tmp_path / "case-1")
    with pytest.raises(SystemExit):
        calibrate.main(["--cases", str(tmp_path), "--sets", "small"])
    assert "two systems" in capsys.readouterr().err
