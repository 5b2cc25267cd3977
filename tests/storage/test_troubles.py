"""When the file does not do as it should, people are told what it is and what to do, in our words."""

import errno
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchestrator.errors import OrchestratorError
from storage import SqliteStore, StorageError, connection
from storage.errors import (
    StorageFullError,
    StorageInUseError,
    StorageReadOnlyError,
    StorageUnreachableError,
    StorageUnreadableError,
    StorageVersionError,
)
from storage.translate import of_sqlite, of_system, told_of
from tests.storage import builders as a
from tests.storage.rows import looking_into
from tests.support.clock import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "compass.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(path, busy_timeout_s=0)
    await made.open()
    await made.append("T1", "r1", a.opened(), NOON)
    yield made
    await made.aclose()


async def refused(path: Path, kind: type[StorageError], *, read_only: bool = False) -> StorageError:
    store = SqliteStore(path, read_only=read_only)
    with pytest.raises(kind) as told:
        await store.open()
    assert str(path.parent) not in told.value.message + told.value.remedy
    return told.value


async def tell(store: SqliteStore, statement: str) -> None:
    """Have the store's own connection do something that nobody asks of it."""
    await store._database.run(lambda db: db.execute(statement).close())


async def test_a_text_file_is_no_database_and_stays_as_it_is(path: Path) -> None:
    path.write_text("dear diary " * 500)
    told = await refused(path, StorageUnreadableError)
    assert told.message == "compass.db is damaged, or is not a database."
    assert isinstance(told.__cause__, sqlite3.DatabaseError)
    assert path.read_text() == "dear diary " * 500


async def test_somebody_elses_database_is_left_alone(path: Path) -> None:
    with looking_into(path) as db:
        db.execute("CREATE TABLE invoices (id)")
    told = await refused(path, StorageUnreadableError)
    assert told.message == "compass.db is a database, but not one of Compass's."
    with looking_into(path) as db:
        assert db.table_names() == ["invoices"]


async def test_a_folder_that_cannot_be_made_is_told_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = await refused(tmp_path / "file" / "compass.db", StorageUnreachableError)
    assert told.message == "compass.db cannot be opened, read or written."
    assert "folder" in told.remedy


async def test_a_folder_in_the_files_place_is_told(path: Path) -> None:
    path.mkdir()
    assert (await refused(path, StorageUnreachableError)).status == 503


async def test_a_full_disk_stores_nothing_and_loses_nothing(store: SqliteStore) -> None:
    await tell(store, "PRAGMA max_page_count = 1")
    long = a.moved("queued", "running", "x" * 200_000)
    with pytest.raises(StorageFullError) as told:
        await store.append("T1", "r1", long, NOON)
    assert "nothing that was stored is lost" in told.value.remedy
    assert len(await store.events("T1", "r1")) == 1
    await tell(store, "PRAGMA max_page_count = 100000")
    assert (await store.append("T1", "r1", long, NOON)).seq == 2


async def test_another_programs_transaction_is_told_and_can_be_waited_out(store: SqliteStore, path: Path) -> None:
    with looking_into(path) as shell:
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageInUseError) as told:
            await store.append("T1", "r1", a.started(), NOON)
        assert len(await store.events("T1", "r1")) == 1
        shell.execute("ROLLBACK")
    assert "compass.db" in told.value.message
    assert (await store.append("T1", "r1", a.started(), NOON)).seq == 2


async def test_a_file_of_a_newer_version_is_refused_and_left_alone(store: SqliteStore, path: Path) -> None:
    await store.aclose()
    newer = {"migration_set": "compass", "name": "9999_later", "applied_at": "2030-01-01"}
    with looking_into(path) as db:
        db.table("_sqlite_migrations").insert(newer)
    for read_only in (False, True):
        told = await refused(path, StorageVersionError, read_only=read_only)
        assert told.message == "compass.db was made by a newer version of Compass."
        assert "Update Compass" in told.remedy


async def test_an_event_of_a_newer_version_is_told_when_it_is_read(store: SqliteStore) -> None:
    await tell(store, """UPDATE events SET payload = '{"type": "moon_landed"}'""")
    with pytest.raises(StorageUnreadableError) as told:
        await store.events("T1", "r1")
    assert told.value.details == {"investigation_id": "r1"}


async def test_a_reader_looks_on_while_the_bot_works(store: SqliteStore, path: Path) -> None:
    reader = SqliteStore(path, read_only=True)
    await reader.open()
    assert len(await reader.events("T1", "r1")) == 1
    await store.append("T1", "r1", a.started(), NOON)
    assert len(await reader.events("T1", "r1")) == 2
    with pytest.raises(StorageReadOnlyError):
        await reader.append("T1", "r1", a.started(), NOON)
    with pytest.raises(StorageReadOnlyError):
        await reader.keep_post(a.post("k"))
    await reader.aclose()
    assert len(await store.events("T1", "r1")) == 2


async def test_a_reader_makes_no_file(path: Path) -> None:
    told = await refused(path, StorageUnreachableError, read_only=True)
    assert told.message == "There is no database compass.db yet."
    assert list(path.parent.iterdir()) == []


async def test_a_reader_of_an_older_file_is_told_to_migrate(path: Path) -> None:
    path.touch()
    told = await refused(path, StorageVersionError, read_only=True)
    assert told.remedy == "Bring it up to date with `compass migrate`."


async def test_a_python_whose_sqlite_is_too_old_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "OLDEST_SQLITE", (4, 0, 0))
    told = await refused(path, StorageVersionError)
    assert "SQLite" in told.remedy


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StorageInUseError),
        (sqlite3.SQLITE_FULL, StorageFullError),
        (sqlite3.SQLITE_READONLY_DIRECTORY, StorageUnreachableError),
        (sqlite3.SQLITE_IOERR_WRITE, StorageUnreachableError),
        (sqlite3.SQLITE_CORRUPT_INDEX, StorageUnreadableError),
        (sqlite3.SQLITE_TOOBIG, StorageError),
    ],
)
def test_an_extended_result_code_counts_as_its_primary_one(code: int, kind: type[StorageError]) -> None:
    error = sqlite3.OperationalError("secret")
    error.sqlite_errorcode = code
    told = of_sqlite(error, "compass.db")
    assert type(told) is kind
    assert "secret" not in told.message + told.remedy


def test_a_failure_of_python_itself_has_no_code_and_is_told_plainly() -> None:
    assert type(of_sqlite(sqlite3.ProgrammingError("secret"), "compass.db")) is StorageError


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, StorageFullError), (errno.EDQUOT, StorageFullError), (errno.EACCES, StorageUnreachableError)],
)
def test_the_file_systems_complaints_are_sorted_by_what_to_do(number: int, kind: type[StorageError]) -> None:
    with pytest.raises(kind) as told, told_of("compass.db"):
        raise OSError(number, "secret", "/secret/path")
    assert "secret" not in told.value.message + told.value.remedy
    assert type(of_system(OSError(number, "secret"), "compass.db")) is kind


def test_every_trouble_has_its_own_kind_and_a_way_out() -> None:
    kinds: list[type[StorageError]] = [StorageError, *StorageError.__subclasses__()]
    assert len({each.kind for each in kinds}) == len(kinds) == 8
    for each in kinds:
        assert issubclass(each, OrchestratorError)
        assert each.status == 503
        assert each("What happened.").remedy
