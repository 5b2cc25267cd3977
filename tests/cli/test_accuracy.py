"""The bench: figures as they are defined, quiet stretches without the fault, and a page that keeps what was not measured."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bench import accuracy
from bench.accuracy import measure_cases, measure_lab
from bench.pages import with_sections
from bench.scores import MISS, calibration_error, highest, rank_of, score, table
from tests.cli.program import Script, compass, write_case

TRUTH = {"case_id": "case-1", "root_cause_service": "Orders", "fault_type": "full_pool", "root_cause_commit": "c0ffee"}


def evaluate(cases: Path, out: Path, jobs: int) -> None:
    result = compass("evaluate", "--cases", str(cases), "--out", str(out), "--jobs", str(jobs), script=Script())
    assert result.exit_code == 0, result.output


def with_truth(folder: Path, case_id: str, **truth: Any) -> Path:
    write_case(folder, case_id, dataset="small", incident_id=case_id)
    (folder / "truth.json").write_text(json.dumps(TRUTH | {"case_id": case_id} | truth))
    return folder


def test_ranks_count_from_one_and_ignore_capitals_and_repeats() -> None:
    assert rank_of("B", ["a", "A ", "b"]) == 2
    assert rank_of("c", ["a"]) == MISS


def test_the_figures_are_those_of_their_definitions() -> None:
    truths = [
        {"case_id": str(n), "root_cause_service": "x", "root_cause_commit": "none" if n == 1 else None}
        for n in range(4)
    ]
    answers = {
        "0": {"ranked": ["x"], "confidence": [0.9], "seconds": 1.0},
        "1": {"ranked": ["a", "b", "x"], "confidence": [0.5], "seconds": 3.0, "ranked_changes": ["NONE"]},
        "2": {"ranked": ["a", "b", "c", "d", "e", "x"], "confidence": [0.1]},
    }
    figures = score(answers, truths)
    assert figures["n"] == 4
    assert (figures["AC@1"], figures["AC@3"]) == (0.25, 0.5)
    assert figures["Avg@5"] == pytest.approx((0.25 + 0.25 + 0.5 + 0.5 + 0.5) / 5)
    assert figures["MRR"] == pytest.approx((1 + 1 / 3 + 1 / 6) / 4)
    assert figures["change_AC@1"] == 1.0
    assert figures["seconds_mean"] == 2.0
    assert figures["ECE"] == pytest.approx((0.1 + 0.5 + 0.1) / 3)


def test_nothing_to_score_is_no_figure() -> None:
    assert score({}, []) == {}
    assert "seconds_mean" not in score({}, [TRUTH])


def test_confidence_that_is_right_as_often_as_it_says_has_no_error() -> None:
    assert calibration_error([(0.5, True), (0.5, False)]) == 0
    assert calibration_error([(1.0, False)]) == 1


def test_what_is_claimed_is_the_highest_of_all() -> None:
    assert highest({"confidence": [0.1, 0.4]}) == 0.4
    assert highest({}) == 0


def test_a_table_leaves_out_what_nobody_has() -> None:
    assert table({"a": {"n": 2, "AC@1": 0.5}, "b": {"n": 1, "AC@1": 1, "seconds_mean": 0.123}}) == (
        "| cases | n | AC@1 | seconds_mean |\n|---|---|---|---|\n| a | 2 | 0.500 |  |\n| b | 1 | 1.000 | 0.12 |"
    )


def test_a_folder_of_cases_is_measured_by_its_sets(tmp_path: Path) -> None:
    with_truth(tmp_path / "cases" / "a", "a")
    with_truth(tmp_path / "cases" / "b", "b", root_cause_service="payments", root_cause_commit="none")
    sections = measure_cases(tmp_path / "cases", tmp_path, 1, evaluate=evaluate)
    assert "$ compass evaluate --cases CASES --out answers.jsonl --jobs 1" in sections["cases"]
    assert "| small | 2 | 0.500 | 0.500 | 1.000 |" in sections["cases"]
    assert "| all |" not in sections["cases"]
    assert "| small: BARO | 2 |" in sections["peers"]
    assert "| none, as kept |" in sections["calibration"]
    assert str(tmp_path) not in "".join(sections.values())


def test_how_reliable_confidence_is_leaves_out_what_is_about_changes(tmp_path: Path) -> None:
    with_truth(tmp_path / "cases" / "a", "a", root_cause_commit=None)
    with_truth(tmp_path / "cases" / "b", "b")
    sections = measure_cases(tmp_path / "cases", tmp_path, 1, evaluate=evaluate)
    assert sections["reliability"].splitlines()[-1] == "| 0.8 to 1.0 | 1 | 0.80 | 1 (1.00) |"


def test_somebody_elses_evaluator_sees_the_same_answers(tmp_path: Path) -> None:
    with_truth(tmp_path / "cases" / "a", "a")
    evaluator = tmp_path / "evaluate.py"
    evaluator.write_text(
        "import sys, pathlib\n"
        "told = dict(zip(sys.argv[1::2], sys.argv[2::2]))\n"
        "pathlib.Path(told['--cases'], 'seen').write_text(pathlib.Path(told['--predictions']).read_text())\n"
    )
    measure_cases(tmp_path / "cases", tmp_path, 1, evaluator=evaluator, evaluate=evaluate)
    assert json.loads((tmp_path / "cases" / "seen").read_text())["case_id"] == "a"


def packed(recordings: Path, folder: Path) -> None:
    recordings.mkdir(exist_ok=True)
    with tarfile.open(recordings / f"{folder.name}.tar.xz", "w:xz") as archive:
        archive.add(folder, arcname=folder.name)


def test_our_recordings_are_told_one_by_one_with_what_is_claimed_where_nothing_is_wrong(tmp_path: Path) -> None:
    bounds = {"baseline_end": "2026-03-14T12:00:00Z", "incident_id": None}
    for case_id, truth in {
        "INC-1": {},
        "INC-2": {"root_cause_service": "payments", "acceptable_services": ["orders", "payments"]},
        "INC-3": {"root_cause_service": "nobody-knows"},
        "INC-130": {"root_cause_commit": None},
        "INC-129": {"root_cause_service": "none", "root_cause_commit": None},
    }.items():
        folder = write_case(tmp_path / "made" / case_id, case_id, **bounds)
        (folder / "truth.json").write_text(json.dumps(TRUTH | {"case_id": case_id} | truth))
        packed(tmp_path / "recordings", folder)
    (tmp_path / "work").mkdir()
    section = measure_lab(tmp_path / "recordings", tmp_path / "work", 1, evaluate=evaluate)["lab"]
    assert "| known to those who wrote the analysis | 3 | 0.333 |" in section
    assert "| recorded after it was written | 1 | 1.000 |" in section
    assert "| INC-1 | full pool | Orders | orders | 0.80 | 1 |" in section
    assert "| INC-2 | full pool | payments | orders (acceptable) | 0.80 | 3 |" in section
    assert "| INC-3 | full pool | nobody-knows | orders | 0.80 | missed |" in section
    assert "| INC-129 | 0.80 | NO |" in section
    assert "| INC-1-before | 0.00 | yes |" in section
    assert "INC-129-before" not in section


def test_a_page_keeps_the_sections_that_were_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = "# Accuracy\n<!-- cases -->\n<!-- end cases -->\n<!-- lab -->\n<!-- end lab -->\n"
    page = with_sections(frame, {"cases": "old cases", "lab": "old lab"})
    (tmp_path / "accuracy.md").write_text(page)
    monkeypatch.setattr(accuracy, "PAGE", tmp_path / "accuracy.md")
    monkeypatch.setattr(accuracy, "measure_lab", lambda *_: {"lab": r"new \1 lab"})
    assert accuracy.main(["--lab", "--write"]) == 0
    written = (tmp_path / "accuracy.md").read_text()
    assert "<!-- cases -->\nold cases\n<!-- end cases -->" in written
    assert "<!-- lab -->\nnew \\1 lab\n<!-- end lab -->" in written
    assert "new" in capsys.readouterr().out


def test_nothing_to_measure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        accuracy.main([])
    assert refused.value.code == 2
    assert "--lab" in capsys.readouterr().err


def test_the_page_has_a_place_for_every_section() -> None:
    page = accuracy.PAGE.read_text()
    for name in ("cases", "peers", "reliability", "calibration", "lab", "spoilt", "worth"):
        assert f"<!-- {name} -->" in page
        assert f"<!-- end {name} -->" in page


def test_what_is_spoilt_is_measured_on_the_chosen_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        with_truth(tmp_path / name, name)
    seen: list[str] = []

    def measured(cases: Any, jobs: int) -> tuple[str, str]:
        seen.extend(case.case_id for case in cases)
        return "spoilt", "worth"

    monkeypatch.setattr(accuracy.robustness, "measured", measured)
    sections = accuracy.measure_spoilt(tmp_path, lab=False, every=2, jobs=1)
    assert seen == ["a", "c"]
    assert sections["worth"].endswith("--every 2\n```\n\nworth")
