"""Killed in the middle of a graph, a process leaves every result it told of; the next one runs only what is left."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator import execute_graph
from orchestrator.engine import Assignment
from orchestrator.model import TaskStatus
from storage import SqliteStore
from tests.storage.executing import LAYERS, WIDTH, layered

ROOT = Path(__file__).resolve().parents[2]


def run_and_kill(path: Path, last: str, after: int) -> list[str]:
    """Let a process run the graph up to a task that hangs; kill it once `after` tasks have ended. Which it told of."""
    command = [sys.executable, "-m", "tests.storage.executing", str(path), last]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child:
        told = [child.stdout.readline().strip() for _ in range(after)]
        child.kill()
        told += [line.strip() for line in child.stdout if line.endswith("\n")]
    assert child.returncode == -signal.SIGKILL
    return told


@pytest.mark.parametrize(("last", "after"), [("0.2", 1), ("1.4", 9), ("3.0", 18)])
async def test_what_a_killed_process_told_of_is_not_run_again(tmp_path: Path, last: str, after: int) -> None:
    path, did = tmp_path / "compass.db", []

    async def work(assignment: Assignment) -> dict[str, int]:
        did.append(assignment.task_id)
        return {"built on": len(assignment.inputs)}

    told = run_and_kill(path, last, after)
    store = SqliteStore(path)
    await store.open()
    try:
        journal = store.task_journal("T1", "e1")
        kept = {each.id for each in await journal.kept()}
        ended = await execute_graph(layered(work), journal=journal)
        again = await execute_graph(layered(work), journal=journal)
    finally:
        await store.aclose()
    assert set(told) <= kept
    assert last in did
    assert sorted([*did, *kept]) == sorted(ended.tasks)
    assert {each.status for each in ended.tasks.values()} == {TaskStatus.SUCCEEDED}
    assert {each.artifacts[0]["built on"] for each in ended.tasks.values()} == {0, WIDTH}  # type: ignore[index]
    assert len(ended.tasks) == LAYERS * WIDTH
    assert dict(again.tasks) == dict(ended.tasks)
