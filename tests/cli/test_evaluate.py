"""`compass evaluate`: a line a case; a broken case costs no other."""

import json
import tarfile
from pathlib import Path
from typing import Any

from bot.evaluation import Case, Examined, answer_of, evaluate, find_cases
from bot.evaluation.examine import WORKSPACE, examine
from bot.settings import load_settings
from orchestrator.events import InvestigationView
from orchestrator.model import Hypothesis, Observation, Phase, Step
from tests.cli.program import FakeBootstrap, compass, write_case
from tests.support.clock import ManualClock
from tests.terminal.builders import events, told


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_case_gets_its_line(tmp_path: Path) -> None:
    write_case(tmp_path / "cases" / "set" / "b", "case-b")
    write_case(tmp_path / "cases" / "a", "case-a")
    result = compass("evaluate", "--cases", str(tmp_path / "cases"), "--out", str(tmp_path / "new" / "out.jsonl"))
    assert result.exit_code == 0, result.output
    first, second = lines(tmp_path / "new" / "out.jsonl")
    assert [first["case_id"], second["case_id"]] == ["case-a", "case-b"]
    assert first["ranked"] == ["orders", "checkout", "payments"]
    assert first["confidence"] == [0.8, 0.0, 0.0]
    assert first["ranked_changes"] == ["c0ffee", "none"]
    assert first["state"] == "completed"
    assert first["seconds"] >= 0
    assert "ranked_fault_types" not in first
    assert "2/2 case-b: orders (0.80)" in result.stderr
    assert "2 answered, 0 not" in result.stderr


def test_a_broken_case_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    write_case(tmp_path / "cases" / "good", "good")
    (tmp_path / "cases" / "bad").mkdir()
    (tmp_path / "cases" / "bad" / "case.json").write_text('{"case_id": "bad"}')
    (tmp_path / "cases" / "worse").mkdir()
    (tmp_path / "cases" / "worse" / "case.json").write_text("not json")
    out = tmp_path / "out.jsonl"
    result = compass("evaluate", "--cases", str(tmp_path / "cases"), "--out", str(out), "--jobs", "1")
    assert result.exit_code == 0
    by_id = {each["case_id"]: each for each in lines(out)}
    assert set(by_id) == {"good", "bad", "worse"}
    assert by_id["bad"]["ranked"] == []
    assert "case_id and start_time" in by_id["bad"]["error"]
    assert "1 answered, 2 not" in result.stderr
    assert "Traceback" not in result.output


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    result = compass("evaluate", "--cases", str(tmp_path), "--out", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "no folder below it has a case.json" in result.stderr


def test_where_none_could_be_answered_the_status_says_so(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "case.json").write_text("[]")
    assert compass("evaluate", "--cases", str(tmp_path), "--out", str(tmp_path / "out")).exit_code == 3


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    write_case(tmp_path / "cases" / "a")
    (tmp_path / "file").touch()
    result = compass("evaluate", "--cases", str(tmp_path / "cases"), "--out", str(tmp_path / "file" / "out"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_the_truth_is_never_opened(tmp_path: Path) -> None:
    case = write_case(tmp_path / "cases" / "a")
    (case / "truth.json").mkdir()  # opening it would fail
    assert compass("evaluate", "--cases", str(tmp_path / "cases"), "--out", str(tmp_path / "out")).exit_code == 0


def test_archives_are_cases_too(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "full-pool.tar.xz", "w:xz") as archive:
        archive.add(write_case(tmp_path / "cases" / "a"), arcname="full-pool")
    assert find_cases(tmp_path / "full-pool.tar.xz") == [Case("full-pool", tmp_path / "full-pool.tar.xz")]
    assert [each.case_id for each in find_cases(tmp_path)] == ["case-1", "full-pool"]
    out = tmp_path / "out"
    compass("evaluate", "--cases", str(tmp_path / "full-pool.tar.xz"), "--out", str(out))
    assert lines(out)[0]["ranked"][0] == "orders"


def view_with(*services: tuple[str, float], seen: tuple[tuple[str, float], ...] = ()) -> InvestigationView:
    view = told(events()[:5])[-1][1]
    guesses = tuple(
        Hypothesis(agent_id="network", statement="x", initial_confidence=confidence, service=service)
        for service, confidence in services
    )
    facts = tuple(Observation(agent_id="network", summary="x", service=name, score=score) for name, score in seen)
    step = view.steps[0].model_copy(
        update={"step": Step(phase=Phase.OBSERVE, agent_id="network"), "observations": facts}
    )
    return view.model_copy(update={"ranked": guesses, "steps": (step,)})


def test_named_services_come_first_then_the_noticed_then_all_others() -> None:
    view = view_with(("b", 0.6), ("", 0.5), ("B", 0.4), ("a", 0.3), seen=(("c", 0.2), ("d", 0.9), ("a", 1.0)))
    answer = answer_of("x", Examined(view, ("a", "b", "c", "d", "e")), 1.23456)
    assert answer["ranked"] == ["b", "a", "d", "c", "e"]
    assert answer["confidence"] == [0.6, 0.3, 0.0, 0.0, 0.0]
    assert answer["seconds"] == 1.235
    assert "ranked_changes" not in answer


def test_services_among_which_the_cause_is_not_sought_come_last() -> None:
    view = view_with(("host-7", 0.9), ("Orders", 0.6))
    assert answer_of("x", Examined(view, ("checkout", "orders")), 0)["ranked"] == ["orders", "checkout", "host-7"]
    assert answer_of("x", Examined(view), 0)["ranked"] == ["host-7", "Orders"]


def test_where_nobody_blames_a_change_none_is_blamed() -> None:
    assert answer_of("x", Examined(view_with(("a", 0.2)), changes_recorded=True), 0)["ranked_changes"] == ["none"]
    assert answer_of("x", Examined(view_with(), changes_recorded=True), 0)["ranked_changes"] == ["none"]


async def test_a_bug_in_one_case_is_an_answer_without_its_text() -> None:
    async def broken(case: Case) -> Examined:
        raise ZeroDivisionError("hunter2")

    written: list[dict[str, Any]] = []
    outcome = await evaluate([Case("x", Path("x"))], broken, clock=ManualClock(), jobs=1, write=written.append)
    assert outcome.failed == {"x": "it broke (ZeroDivisionError)"}
    assert written[0]["ranked"] == []
    assert outcome.mean_seconds == 0


async def test_nothing_to_do_takes_no_time() -> None:
    async def never(case: Case) -> Examined:
        raise AssertionError

    outcome = await evaluate([], never, clock=ManualClock(), jobs=1, write=list[dict[str, Any]]().append)
    assert (outcome.answered, outcome.mean_seconds) == (0, 0.0)


async def test_a_case_leaves_nothing_behind(tmp_path: Path) -> None:
    bootstrap = FakeBootstrap()
    async with bootstrap.assembling(load_settings(), 1) as assemble:
        examined = await examine(assemble(write_case(tmp_path / "case")))
    assert examined.candidates == ("checkout", "orders", "payments")
    assert examined.changes_recorded
    await bootstrap.script.store.open()
    assert await bootstrap.script.store.recent(WORKSPACE) == []
