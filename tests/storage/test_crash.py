"""Killed in the middle of its work, a process leaves journal and rows that tell one story, and a file that opens again."""

import subprocess
import sys
from pathlib import Path

from orchestrator.events import replay
from storage import SqliteStore
from tests.storage.rows import looking_into, view_of

ROOT = Path(__file__).resolve().parents[2]


def run_and_kill(path: Path, after: int) -> int:
    """Let a process append, kill it once it told of `after` events; the number of the last one that it told of."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.crashing", str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child:
        told = [int(child.stdout.readline()) for _ in range(after)]
        child.kill()
        told += [int(line) for line in child.stdout if line.endswith("\n")]
    return told[-1]


async def test_a_killed_process_leaves_all_it_told_of_and_nothing_by_halves(tmp_path: Path) -> None:
    path = tmp_path / "compass.db"
    for after in (1, 8, 24):
        told = run_and_kill(path, after)
        store = SqliteStore(path)
        await store.open()
        events = await store.events("T1", "r1")
        await store.aclose()
        assert [each.seq for each in events] == list(range(1, len(events) + 1))
        assert len(events) >= told
        view = replay(events)
        assert view is not None
        with looking_into(path) as db:
            assert view_of(db, view.investigation) == view
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
