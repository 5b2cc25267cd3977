"""`python -m orchestrator run`: what is printed, how it ends, and that interrupting it shows what finished."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from orchestrator.__main__ import main
from orchestrator.engine import ExecutionHeartbeat, OrchestrationPolicy
from orchestrator.engine.showing import CLEAR, Progress, as_json, plain
from orchestrator.engine.taskfile import read_tasks
from tests.docs.pages import ROOT, blocks, commands
from tests.engine.stage import failing, play, taking, task, tries
from tests.support.clock import NOON, ManualClock

HANDS = "tests.engine.hands"


def hand(name: str, **more: object) -> dict[str, object]:
    return {"agent": f"{HANDS}:{name}", **more}


def run(*tasks: object, options: tuple[str, ...] = ()) -> int:
    return main(["run", "--tasks", json.dumps(tasks), *options])


def test_tasks_in_a_file_are_run_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tasks.json"
    tasks = [hand("Greeter", id="a", prompt="hello"), hand("greet", id="b", after=["a"])]
    path.write_text(json.dumps(tasks), encoding="utf-8-sig")
    assert main(["run", "--tasks", str(path)]) == 0
    told = capsys.readouterr()
    assert "2 of 2 tasks succeeded." in told.out
    assert "a started\na succeeded after" in told.err


def test_as_json_the_result_has_what_the_tasks_made(capsys: pytest.CaptureFixture[str]) -> None:
    params = {"whom": "world"}
    tasks = [
        hand("Greeter", id="a", prompt="hello", params=params, cost=0.25),
        hand("greet", id="b", prompt="after", after=["a"]),
        hand("process", id="c", place="process"),
        hand("odd", id="d"),
    ]
    assert run(*tasks, options=("--json", "--max-concurrency", "2", "--budget", "$1")) == 0
    result = json.loads(capsys.readouterr().out)
    made = {name: each["artifacts"] for name, each in result["tasks"].items()}
    assert made["a"] == [{"said": "hello world", "where": "a"}]
    assert made["b"] == ["after 1"]
    assert made["c"] != [os.getpid()]
    assert made["d"][0]["money"] == "Decimal('0.1')"
    assert (made["d"][0]["5"], made["d"][0]["endless"]) == ([1], "inf")
    assert result["tasks"]["a"]["cost"] == "0.25"
    assert result["metrics"]["attempts"] == 4
    assert result["merged"]["summary"] == "4 of 4 tasks succeeded."


def test_one_that_does_not_succeed_is_told_with_its_reason_and_in_the_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(hand("fail", id="a"), hand("greet", id="b", after=["a"]), hand("greet", id="c")) == 1
    told = capsys.readouterr()
    assert "The agent failed (ValueError)." in told.out
    assert "It builds on a, which ended failed." in told.out
    assert "hunter2" not in told.out + told.err


def test_a_task_past_the_timeout_is_cancelled(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(hand("hang", id="a"), options=("--timeout", "0.05")) == 1
    assert "It did not end within 0.05 s." in capsys.readouterr().out
    assert run(hand("hang", id="a"), options=("--total-timeout", "0.05", "--retries", "2", "--seed", "7")) == 1
    assert "The time for the whole was over." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--tasks", "nowhere.json"], "nowhere.json: the file cannot be read (FileNotFoundError)."),
        (["--tasks", "."], ".: the file cannot be read (IsADirectoryError)."),
        (["--tasks", "[{]"], "--tasks, line 1, column 3: this is not JSON"),
        (["--tasks", '{"a": 1}'], "--tasks: the tasks are a list"),
        (["--tasks", "[]", "--max-concurrency", "0"], "max_concurrency is at least 1"),
        (["--tasks", "[]", "--timeout", "-1"], "timeout_s is a number of seconds above 0"),
        (["--tasks", "[]", "--budget", "-1"], "cost_budget is a Decimal of dollars, 0 or more"),
        (["--tasks", "[]", "--retries", "-1"], "max_attempts is at least 1"),
        (["--tasks", json.dumps([hand("greet", id="a", after=["a"])])], "in a circle: a → a."),
    ],
)
def test_what_cannot_be_run_is_told_and_ends_with_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *arguments]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["run"], ["run", "--tasks", "[]", "--budget", "x"], ["walk"]])
def test_what_is_not_understood_ends_with_2_too(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_a_file_that_is_no_text_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tasks.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert main(["run", "--tasks", str(path)]) == 2
    assert "this is no text in UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_interrupted_it_cancels_and_prints_what_finished(name: str, code: int) -> None:
    tasks = [
        hand("greet", id="quick"),
        hand("hang", id="long"),
        hand("interrupt", id="stops", params={"signal": name}, after=["quick"]),
    ]
    ended = _in_a_shell(tasks, "--json")
    assert ended.returncode == code
    result: dict[str, Any] = json.loads(ended.stdout)
    statuses = {name: each["status"] for name, each in result["tasks"].items()}
    assert statuses == {"quick": "succeeded", "long": "cancelled", "stops": "cancelled"}
    assert "Traceback" not in ended.stderr


def test_a_task_that_nothing_can_end_does_not_keep_the_command_from_ending() -> None:
    tasks = [hand("greet", id="quick"), hand("stay", id="stays")]
    impatient = (
        "import sys; from orchestrator import __main__, clock; clock.PATIENCE_S = 0.05; sys.exit(__main__.main())"
    )
    command = [sys.executable, "-c", impatient, "run", "--tasks", json.dumps(tasks), "--timeout", "0.1"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert ended.returncode == 1
    assert "1 of 2 tasks succeeded; 1 timed_out (stays)." in ended.stdout


def _in_a_shell(tasks: list[dict[str, object]], *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "orchestrator", "run", "--tasks", json.dumps(tasks), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)


def test_the_tasks_that_the_documentation_shows_are_some_that_can_be_read() -> None:
    shown = [block.text for block in blocks(ROOT / "docs" / "engine.md") if block.language == "json"]
    assert [[each.id for each in read_tasks(text, "docs")] for text in shown] == [["logs", "disks", "sum"]]


def test_the_command_that_the_documentation_shows_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    [shown] = [each for each in commands(ROOT / "docs" / "engine.md") if each.startswith("python -m orchestrator")]
    assert main(shlex.split(shown)[3:]) == 2
    assert "tasks.json: the file cannot be read" in capsys.readouterr().err


def test_signals_are_left_as_they_were() -> None:
    before = signal.getsignal(signal.SIGINT)
    run(hand("greet"))
    assert signal.getsignal(signal.SIGINT) is before


async def _shown(width: int) -> str:
    clock, written = ManualClock(), list[str]()
    tasks = [task("a", taking(clock, 2)), task("b", failing(1)), task("c", failing(9)), task("d")]
    policy = OrchestrationPolicy(max_concurrency=2, retry=tries(2))
    await play(tasks, policy, after={"d": ["c"]}, clock=clock, listeners=[Progress(written.append, width)])
    return "".join(written)


async def test_without_a_terminal_every_event_is_a_line() -> None:
    assert await _shown(0) == snapshot("""\
4 tasks
a started
b started
b is tried again in 1.0 s: The agent failed (ValueError).
c started
c is tried again in 1.0 s: The agent failed (ValueError).
b started, attempt 2
b succeeded after 1.0 s
c started, attempt 2
c failed after 1.0 s: The agent failed (ValueError).
d skipped: It builds on c, which ended failed.
a succeeded after 2.0 s
""")


async def test_on_a_terminal_the_last_line_says_how_it_stands() -> None:
    shown = await _shown(40)
    lines = shown.split("\n")
    assert [each.rpartition(CLEAR)[2] for each in lines[:-1]] == snapshot(
        [
            "b is tried again in 1.0 s: The agent fai",
            "c is tried again in 1.0 s: The agent fai",
            "b succeeded after 1.0 s",
            "c failed after 1.0 s: The agent failed (",
            "d skipped: It builds on c, which ended f",
            "a succeeded after 2.0 s",
        ]
    )
    assert all(len(each) <= 40 for part in lines for each in part.split(CLEAR))
    assert "1 of 4 ended" in shown
    assert shown.endswith(CLEAR)


def test_a_heartbeat_is_shown_where_there_is_no_terminal() -> None:
    written: list[str] = []
    Progress(written.append)(ExecutionHeartbeat(NOON, 3, 2, 5))
    assert written == ["3 at work, 2 ready, 5 ended\n"]


def test_a_dataclass_is_shown_by_its_fields() -> None:
    assert plain(ExecutionHeartbeat(NOON, 3, 2, 5)) == {"at": repr(NOON), "running": 3, "ready": 2, "ended": 5}


def test_what_is_nested_in_itself_is_cut_off() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert "…" in json.dumps(plain(endless), ensure_ascii=False)


async def test_the_result_as_json_is_json_whatever_was_made() -> None:
    result = await play([task("a", taking(ManualClock(), 0, {"x": {1, 2}, ("y",): b"z"}))])
    assert json.loads(as_json(result))["tasks"]["a"]["artifacts"] == [{"x": [1, 2], "('y',)": "b'z'"}]
