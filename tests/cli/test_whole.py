"""The command as anybody starts it: another process, the real program, a file in the folder."""

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.program import write_case

ROOT = Path(__file__).parents[2]


def compass(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bot.cli", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=50, check=False)


def test_a_run_is_kept_and_can_be_looked_at_again(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    done = compass(tmp_path, "investigate", "--case", str(case), "--budget", "2", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["state"], told["investigation"]["budget"]) == ("completed", "2")
    assert "Completed" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert (tmp_path / ".compass" / "compass.db").is_file()
    kept = compass(tmp_path, "show", told["investigation"]["investigation_id"])
    assert kept.stdout.startswith("RECORDED DATA.")
    assert "/ $2.00\n" in kept.stdout


def test_many_cases_are_ranked(tmp_path: Path) -> None:
    write_case(tmp_path / "cases" / "one", "one")
    done = compass(tmp_path, "evaluate", "--cases", "cases", "--out", "answers.jsonl")
    assert done.returncode == 0, done.stderr
    (line,) = (tmp_path / "answers.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["ranked"]) == ["checkout", "orders", "payments"]
    assert not (tmp_path / ".compass").exists()
