"""`compass history` and `compass show`: what was kept, for people and for machines."""

import json
from pathlib import Path

import pytest

from tests.cli.program import Script, compass, write_case


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """A script after one run."""
    made = Script()
    assert compass("investigate", "--case", str(write_case(tmp_path / "case")), script=made).exit_code == 0
    return made


def run_id(script: Script) -> str:
    (line,) = compass("history", script=script).stdout.splitlines()
    return line.split()[0]


def test_a_history_is_one_line_a_run(script: Script) -> None:
    (line,) = compass("history", script=script).stdout.splitlines()
    assert line.startswith("inv-")
    assert "INC-123  completed" in line
    assert line.endswith("orders is broken (0.80) · RECORDED DATA")


def test_a_history_of_another_incident_or_workspace_is_empty(script: Script) -> None:
    assert "No investigation yet" in compass("history", "INC-9", script=script).stdout
    assert "No investigation yet" in compass("history", "--workspace", "T1", script=script).stdout
    assert json.loads(compass("history", "inc-123", "--json", script=script).stdout)[0]["incident_id"] == "INC-123"


def test_a_report_is_shown_again(script: Script) -> None:
    result = compass("show", run_id(script), script=script)
    assert result.exit_code == 0
    assert result.stdout.startswith("RECORDED DATA.")
    assert "Likely: orders is broken" in result.stdout
    assert "Application: $0.0000" in result.stdout
    assert json.loads(compass("show", run_id(script), "--json", script=script).stdout)["state"] == "completed"


def test_an_unknown_run_is_refused_with_the_way_out(script: Script) -> None:
    result = compass("show", "inv-0", script=script)
    assert result.exit_code == 1
    assert result.stderr == "No investigation inv-0 in this workspace.\nList them with `compass history`.\n"
    assert "Traceback" not in result.output
