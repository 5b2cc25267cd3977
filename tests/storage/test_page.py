"""The page about the database is true: its statements run and show something, and its tables are those there are."""

import re
import shlex
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils.cli import cli

from storage import SqliteStore
from storage.errors import StorageError
from storage.lock import ProcessLock
from tests.storage import builders as a
from tests.storage.rows import looking_into, tables
from tests.storage.whole_run import WHOLE_RUN, keep

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "storage.md").read_text(encoding="utf-8")
STATEMENTS = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^\$ sqlite-utils (.*)$", PAGE, re.MULTILINE)


@pytest.fixture
async def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    store = SqliteStore(tmp_path / ".compass" / "compass.db")
    await store.open()
    await keep(store, *WHOLE_RUN)
    await store.keep_post(a.post("r1:parent"))
    await store.keep_prompt("T1", a.PROMPT)
    await store.keep_call("T1", "r1", a.call("application-1"))
    await store.aclose()
    return tmp_path


@pytest.mark.parametrize("statement", [each for each in STATEMENTS if each.startswith("SELECT")])
def test_every_question_of_the_page_is_answered(folder: Path, statement: str) -> None:
    with looking_into(folder / ".compass" / "compass.db") as db:
        rows = list(db.query(statement))
    assert rows
    assert any(value is not None for value in rows[0].values())


def test_the_dollars_of_the_page_are_exact(folder: Path) -> None:
    (total,) = [each for each in STATEMENTS if "sum(nano)" in each]
    with looking_into(folder / ".compass" / "compass.db") as db:
        assert [row["dollars"] for row in db.query(total)] == ["0.748456789"]


async def test_the_backup_of_the_page_is_a_whole_store(folder: Path) -> None:
    (backup,) = [each for each in STATEMENTS if each.startswith("VACUUM")]
    with looking_into(folder / ".compass" / "compass.db") as db:
        db.conn.execute(backup)
    store = SqliteStore(folder / "compass-backup.db")
    await store.open()
    assert len(await store.events("T1", "r1")) == len(WHOLE_RUN)
    await store.aclose()


def test_what_the_page_says_of_forgetting_forgets_all(folder: Path) -> None:
    (forget,) = [each for each in STATEMENTS if "DELETE" in each]
    with looking_into(folder / ".compass" / "compass.db") as db:
        db.conn.executescript(forget)
        assert db.table("investigations").count == 1
        db.conn.executescript(forget.replace("2020", "2030"))
        left = {each.name for each in tables(db) if each.count}
    assert left == {"incidents", "prompts"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_shows_something(folder: Path, command: str) -> None:
    done = CliRunner().invoke(cli, shlex.split(command))
    assert done.exit_code == 0
    assert "ranking" in done.output or "pool" in done.output or "events" in done.output


def test_the_page_names_every_table_and_no_other(folder: Path) -> None:
    described = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    with looking_into(folder / ".compass" / "compass.db") as db:
        assert described == {each.name for each in tables(db)}
        assert all(f"`{view}`" in PAGE for view in db.view_names())


def test_the_page_quotes_what_people_are_told(folder: Path) -> None:
    lock = ProcessLock(folder / ".compass" / "compass.db")
    lock.acquire()
    with pytest.raises(StorageError) as told:
        ProcessLock(folder / ".compass" / "compass.db").acquire()
    lock.release()
    assert re.sub(r"\d+", "4711", told.value.message).rstrip(".") in PAGE


def test_sqlite_reads_the_moments_as_the_page_says(folder: Path) -> None:
    connection = sqlite3.connect(folder / ".compass" / "compass.db")
    (at,) = connection.execute("SELECT datetime(min(at)) FROM events").fetchone()
    connection.close()
    assert at == "2026-03-14 12:00:00"
