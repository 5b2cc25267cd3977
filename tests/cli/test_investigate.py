"""`compass investigate`: the same run in the terminal, with an exit status a script can read."""

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agents.llm.words import ModelReaders
from bot.cli.investigate import somebody
from orchestrator.errors import ModelUnavailableError
from tests.cli.program import Script, compass, write_case
from tests.support.models import OneModel, ScriptedModel

GERMAN = ("die", "Kasse", "ist", "seit", "zwei", "Stunden", "langsam")


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recorded INC-123 that the settings know of."""
    monkeypatch.setenv("COMPASS_CASES", str(tmp_path / "cases"))
    return write_case(tmp_path / "cases" / "one")


@pytest.mark.usefixtures("case")
def test_a_run_is_shown_to_its_end_with_its_report() -> None:
    result = compass("investigate", "inc-123", "--budget", "10")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("RECORDED DATA.")
    assert "Application: 1 unusual, 0 normal, 0 not checked" in result.stdout
    assert "Likely: orders is broken · strong (0.80)" in result.stdout
    assert "Total:       $0.0000 / $10.00" in result.stdout
    assert "\x1b" not in result.output


@pytest.mark.usefixtures("case")
def test_words_that_a_model_could_not_read_are_told_with_the_reason() -> None:
    script = Script()
    script.readers = ModelReaders(OneModel(ScriptedModel(lambda _: ModelUnavailableError("OpenAI refuses the key."))))
    result = compass("investigate", "INC-123", *GERMAN, script=script)
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    assert "The model could not read the rest of your words (OpenAI refuses the key)." in told
    assert "could not read" not in compass("investigate", "INC-123", *GERMAN).output


@pytest.mark.usefixtures("case")
def test_options_are_read_as_if_typed_behind_the_words() -> None:
    options = [
        "--services",
        "payments",
        "--severity",
        "P1",
        "--since",
        "12:00:30Z",
        "--until",
        "12:00:50Z",
        "--agents",
        "network",
    ]
    result = compass("investigate", "INC-123", "budget=3", *options, "--json")
    told = json.loads(result.stdout)
    investigation = told["investigation"]
    assert investigation["incident"]["severity"] == "SEV1"
    assert investigation["incident"]["affected_services"] == ["payments"]
    assert investigation["incident"]["start_time"] == "2026-03-14T12:00:30Z"
    assert investigation["incident"]["end_time"] == "2026-03-14T12:00:50Z"
    assert investigation["incident"]["title"] == "checkout 5xx"
    assert investigation["agent_ids"] == ["network"]
    assert investigation["budget"] == "3"
    assert investigation["workspace"] == "local"


@pytest.mark.usefixtures("case")
def test_all_agents_may_work_at_once() -> None:
    one_by_one = json.loads(compass("investigate", "INC-123", "--json").stdout)
    at_once = json.loads(compass("investigate", "INC-123", "--mode", "Parallel", "--json").stdout)
    assert [each["investigation"]["mode"] for each in (one_by_one, at_once)] == ["sequential", "parallel"]
    assert at_once["state"] == "completed"
    told = [[(each["agent_id"], each["statement"]) for each in run["hypotheses"]] for run in (one_by_one, at_once)]
    assert told[0] == told[1]
    assert " · in parallel" in compass("investigate", "INC-123", "mode=parallel").stdout


def test_a_mode_that_is_none_is_refused_with_those_that_are() -> None:
    result = compass("investigate", "INC-123", "--mode", "quantum")
    assert result.exit_code == 2
    assert "'sequential', 'parallel'" in result.stderr


@pytest.mark.usefixtures("case")
def test_json_stands_alone_on_standard_output() -> None:
    result = compass("investigate", "INC-123", "--json")
    told = json.loads(result.stdout)
    assert told["state"] == "completed"
    assert told["report"]["headline"] == "orders is broken"
    assert [each["service"] for each in told["hypotheses"]] == ["orders", "orders"]
    assert told["total_cost"] == "0"
    assert "Completed" in result.stderr


def test_a_case_needs_no_words_and_may_have_any_id(tmp_path: Path) -> None:
    case = write_case(tmp_path / "other", "some-set-01", incident_id=None, title=None)
    result = compass("investigate", "--case", str(case))
    assert result.exit_code == 0, result.output
    assert "some-set-01" in result.stdout


def test_words_beside_a_case_are_its_title(tmp_path: Path) -> None:
    case = write_case(tmp_path / "other", "some-set-01", incident_id=None)
    assert "some-set-01 paying fails" in compass("investigate", "paying", "fails", "--case", str(case)).stdout


def test_a_case_shuts_out_the_others(tmp_path: Path, case: Path) -> None:
    other = write_case(tmp_path / "other", "old-1", incident_id=None, start_time="2020-03-14T12:00:00Z")
    assert "old-1" in compass("investigate", "--case", str(other)).stdout


def test_a_case_that_cannot_be_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "case.json").write_text("{")
    result = compass("investigate", "--case", str(tmp_path / "broken"))
    assert result.exit_code == 1
    assert "case.json of broken cannot be used" in result.stderr
    assert "Traceback" not in result.output


def test_a_folder_without_a_case_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = compass("investigate", "--case", str(tmp_path / "empty"))
    assert result.exit_code == 1
    assert "holds no recorded incident" in result.stderr


@pytest.mark.usefixtures("case")
def test_an_unknown_incident_is_refused_with_the_nearest_ids() -> None:
    result = compass("investigate", "INC-132")
    assert result.exit_code == 1
    assert "No configured source can look into INC-132" in result.stderr
    assert "Did you mean INC-123?" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("case")
def test_an_unknown_incident_that_resembles_none_is_refused_with_all_ids() -> None:
    result = compass("investigate", "paying", "fails")
    assert result.exit_code == 1
    assert "Did you mean" not in result.stderr
    assert "Recorded incidents: INC-123" in result.stderr


@pytest.mark.usefixtures("case")
def test_no_words_at_all_are_refused_with_what_there_is() -> None:
    result = compass("investigate")
    assert result.exit_code == 2
    assert "recorded incidents: INC-123" in result.stderr
    assert "For example: compass investigate INC-123" in result.stderr


def test_no_words_and_no_recordings_are_refused_too() -> None:
    assert "incident: name an incident, or say what is wrong\n" in compass("investigate").stderr


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("budget", ["-5", "0", "abc", "999999999", "nan"])
def test_a_bad_budget_starts_nothing(budget: str) -> None:
    script = Script()
    result = compass("investigate", "INC-123", "--budget", budget, script=script)
    assert result.exit_code == 2
    assert "budget: must be" in result.stderr
    assert "For example: budget=10" in result.stderr
    assert "No investigation yet" in compass("history", script=script).stdout


@pytest.mark.usefixtures("case")
def test_a_run_that_could_see_nothing_has_failed() -> None:
    script = Script()
    script.breaks = True
    result = compass("investigate", "INC-123", script=script)
    assert result.exit_code == 3
    assert "Application failed (observe" in result.stdout
    assert "Failed: Nothing could be observed" in result.stdout


@pytest.mark.usefixtures("case")
def test_bad_settings_are_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_BUDGET", "free")
    result = compass("investigate", "INC-123")
    assert result.exit_code == 1
    assert "COMPASS_BUDGET: " in result.stderr
    assert "Traceback" not in result.output


@contextmanager
def pressing(hanging: asyncio.Event, times: int, sign: signal.Signals = signal.SIGINT) -> Iterator[None]:
    """Ctrl-C (or another signal) once the agents are at work, so many times; never after the command has ended."""
    over = threading.Event()

    def work() -> None:
        while not hanging.is_set():
            if over.wait(0.005):
                return
        for _ in range(times):
            os.kill(os.getpid(), sign)
            if over.wait(0.05):
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.usefixtures("case")
def test_ctrl_c_ends_the_run_with_what_it_has() -> None:
    script = Script()
    script.hangs = asyncio.Event()
    with pressing(script.hangs, 1):
        result = compass("investigate", "INC-123", script=script)
    assert result.exit_code == 4, result.output
    assert "Stop asked for by" in result.stdout
    assert "  Stopped        Stopped by" in result.stdout


@pytest.mark.usefixtures("case")
def test_a_second_ctrl_c_leaves_the_run_for_the_next_start() -> None:
    script = Script()
    script.hangs, script.stubborn = asyncio.Event(), True
    with pressing(script.hangs, 2):
        result = compass("investigate", "INC-123", script=script)
    assert result.exit_code == 130, result.output
    assert "Left unfinished." in result.stdout
    script.hangs, script.stubborn = None, False
    again = compass("investigate", "INC-123", script=script)
    assert again.exit_code == 4, again.output
    assert "Going on with inv-" in again.stdout
    assert len(compass("history", script=script).stdout.splitlines()) == 1


def test_a_user_whom_the_machine_does_not_know_is_the_terminal() -> None:
    def nobody() -> str:
        raise KeyError("uid")

    assert somebody(nobody).user_id == "terminal"
    assert somebody(lambda: "ana").user_id == "ana"


@pytest.mark.usefixtures("case")
def test_sigterm_leaves_the_run_for_the_next_start_at_once() -> None:
    script = Script()
    script.hangs = asyncio.Event()
    with pressing(script.hangs, 1, signal.SIGTERM):
        result = compass("investigate", "INC-123", script=script)
    assert result.exit_code == 130, result.output
    assert "Left unfinished" in result.stdout
