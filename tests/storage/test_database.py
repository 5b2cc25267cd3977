"""One thread owns the connection, and what was handed to it is done, whoever still waits."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.connection import Access, Synchronous
from storage.database import OwnedDatabase, transaction
from storage.errors import StorageClosedError, StorageError
from storage.sqlite import SqliteStore
from tests.storage import builders as a
from tests.storage.rows import looking_into
from tests.support.clock import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "down" / "compass.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[OwnedDatabase]:
    made = OwnedDatabase(Access(path))
    await made.open()
    yield made
    await made.aclose()


class Gate:
    """Holds the owner's thread until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, db: Database) -> None:
        self.reached.set()
        assert self.opened.wait(10)


async def reached(gate: Gate) -> None:
    assert await asyncio.to_thread(gate.reached.wait, 10)


def test_a_constructor_touches_no_file(path: Path) -> None:
    SqliteStore(path)
    assert not path.parent.exists()


async def test_the_folder_and_the_file_are_made_for_their_owner_only(database: OwnedDatabase, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_the_connection_is_safe_by_default(database: OwnedDatabase) -> None:
    def pragmas(db: Database) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await database.run(pragmas) == ["wal", 2, 1, 5000]


async def test_how_long_a_commit_waits_for_the_disk_can_be_chosen(tmp_path: Path) -> None:
    made = OwnedDatabase(Access(tmp_path / "c.db", synchronous=Synchronous.NORMAL))
    await made.open()
    assert await made.run(lambda db: db.execute("PRAGMA synchronous").fetchone()[0]) == 1
    await made.aclose()


async def test_all_work_runs_on_one_thread_that_is_not_the_event_loops(database: OwnedDatabase) -> None:
    threads = await asyncio.gather(*(database.run(lambda db: threading.get_ident()) for _ in range(10)))
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


async def test_opening_twice_opens_once(database: OwnedDatabase) -> None:
    before = await database.run(lambda db: threading.get_ident())
    await database.open()
    assert await database.run(lambda db: threading.get_ident()) == before


async def test_work_that_fails_leaves_nothing_of_its_transaction(database: OwnedDatabase) -> None:
    def fails(db: Database) -> None:
        with transaction(db):
            db.execute("CREATE TABLE half (x)")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        await database.run(fails)
    assert "half" not in await database.run(lambda db: db.table_names())


async def test_a_transaction_has_the_right_to_write_from_its_beginning(database: OwnedDatabase, path: Path) -> None:
    def work(db: Database) -> None:
        with transaction(db), looking_into(path) as shell:
            shell.execute("PRAGMA busy_timeout = 0")
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                shell.execute("BEGIN IMMEDIATE")

    await database.run(work)


async def test_a_cancelled_wait_still_stores_the_event_whole(path: Path) -> None:
    store, gate = SqliteStore(path), Gate()
    await store.open()
    held = asyncio.ensure_future(store._database.run(gate))
    await reached(gate)
    waiting = asyncio.ensure_future(store.append("T1", "r1", a.opened(), NOON))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.opened.set()
    await held
    assert [each.seq for each in await store.events("T1", "r1")] == [1]
    assert (await store.append("T1", "r1", a.moved("queued", "running"), NOON)).seq == 2
    await store.aclose()


async def test_a_wait_cancelled_while_its_work_runs_changes_nothing_about_it(database: OwnedDatabase) -> None:
    gate = Gate()

    def work(db: Database) -> None:
        with transaction(db):
            db.execute("CREATE TABLE whole (x)")
            gate(db)
            db.execute("INSERT INTO whole VALUES (1)")

    waiting = asyncio.ensure_future(database.run(work))
    await reached(gate)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.opened.set()
    assert await database.run(lambda db: db.table("whole").count) == 1


async def test_a_failure_nobody_waits_for_any_more_disturbs_nobody(database: OwnedDatabase) -> None:
    gate = Gate()
    held = asyncio.ensure_future(database.run(gate))
    await reached(gate)
    waiting = asyncio.ensure_future(database.run(lambda db: db.execute("nonsense")))
    await asyncio.sleep(0)
    waiting.cancel()
    gate.opened.set()
    await held
    assert await database.run(lambda db: 1) == 1
    assert waiting.cancelled()


async def test_closing_first_does_what_was_handed_over(path: Path) -> None:
    store, gate = SqliteStore(path), Gate()
    await store.open()
    held = asyncio.ensure_future(store._database.run(gate))
    await reached(gate)
    last = asyncio.ensure_future(store.append("T1", "r1", a.opened(), NOON))
    closing = asyncio.ensure_future(store.aclose())
    await asyncio.sleep(0)
    with pytest.raises(StorageClosedError):
        await store.unfinished()
    gate.opened.set()
    await asyncio.gather(held, closing)
    assert (await last).seq == 1
    with looking_into(path) as db:
        assert db.table("events").count == 1


async def test_an_open_that_is_cancelled_leaves_the_file_to_others(path: Path) -> None:
    first, second = OwnedDatabase(Access(path)), OwnedDatabase(Access(path))
    opening = asyncio.ensure_future(first.open())
    await asyncio.sleep(0)
    thread = first._thread
    assert thread is not None
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await asyncio.to_thread(thread.shutdown)
    with pytest.raises(StorageClosedError):
        await first.run(lambda db: 1)
    await second.open()
    await second.aclose()


async def test_work_handed_over_while_an_open_fails_is_told_that_nothing_is_open(tmp_path: Path) -> None:
    made = OwnedDatabase(Access(tmp_path))  # a folder is no file
    opening = asyncio.ensure_future(made.open())
    await asyncio.sleep(0)
    with pytest.raises(StorageClosedError):
        await made.run(lambda db: 1)
    with pytest.raises(StorageError):
        await opening


async def test_an_event_is_stored_with_its_rows_or_not_at_all(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    await store.append("T1", "r1", a.opened(), NOON)
    refuse = "CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no'); END"
    await store._database.run(lambda db: db.execute(refuse).close())
    with pytest.raises(StorageError):
        await store.append("T1", "r1", a.moved("queued", "running"), NOON)
    with pytest.raises(StorageError):
        await store.append("T1", "r2", a.opened("r2", incident_id="INC-2"), NOON)
    await store.aclose()
    with looking_into(path) as db:
        assert [(row["state"], row["last_seq"]) for row in db.table("investigations").rows] == [("queued", 1)]
        assert db.table("incidents").count == 1


async def test_a_row_that_is_wrong_in_itself_is_no_conflict(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    await store.append("T1", "r1", a.opened(), NOON)
    await store._database.run(lambda db: db.execute("CREATE UNIQUE INDEX one ON events (workspace)").close())
    with pytest.raises(StorageError) as refused:
        await store.append("T1", "r1", a.started(), NOON)
    assert isinstance(refused.value.__cause__, sqlite3.IntegrityError)
    await store.aclose()
