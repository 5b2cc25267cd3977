"""Every file anybody ever had comes to the newest shape with all that was in it, or stays as it was."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

import storage.migrations
from orchestrator.events import replay
from orchestrator.model import Feature
from storage import SqliteStore, StorageError, migrate
from storage.connection import Access, connect
from storage.migrations import ALL, Migration
from tests.storage import builders as a
from tests.storage.rows import looking_into, view_of
from tests.storage.shapes import restore, schema, shapes
from tests.storage.whole_run import WHOLE_RUN, keep
from tests.support.clock import NOON

NAMES = [each.name for each in ALL]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "compass.db"


def test_every_migration_is_one_file_and_is_called_by_its_name() -> None:
    files = sorted(each.stem for each in Path(storage.migrations.__file__).parent.glob("m*.py"))
    assert [f"m{name}" for name in NAMES] == files
    assert [int(name[:4]) for name in NAMES] == list(range(1, len(NAMES) + 1))


def test_every_earlier_shape_is_written_down() -> None:
    assert [each.stem for each in shapes()] == NAMES[:-1]


def test_no_migration_calls_on_the_program_of_its_day() -> None:
    for file in Path(storage.migrations.__file__).parent.glob("m*.py"):
        imports = re.findall(r"^(?:from|import) (\S+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(imports) <= {"sqlite_utils"}, file.name


def test_a_new_file_goes_through_all_of_them_once(path: Path) -> None:
    assert migrate(path) == tuple(NAMES)
    before = schema(path)
    assert migrate(path) == ()
    assert schema(path) == before


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.stem)
def test_a_released_migration_still_makes_the_shape_that_it_made(path: Path, shape: Path, tmp_path: Path) -> None:
    restore(shape, path)
    made = tmp_path / "made.db"
    connect(Access(made), ALL[: NAMES.index(shape.stem) + 1]).close()
    assert schema(made) == schema(path)


def journal_of(path: Path) -> list[dict[str, Any]]:
    with looking_into(path) as db:
        return list(db.query("SELECT * FROM events ORDER BY workspace, investigation_id, seq"))


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.stem)
async def test_an_old_file_comes_to_the_newest_shape_with_all_that_was_in_it(path: Path, shape: Path) -> None:
    restore(shape, path)
    written = journal_of(path)
    assert migrate(path) == tuple(NAMES[NAMES.index(shape.stem) + 1 :])
    assert journal_of(path) == written
    store = SqliteStore(path)
    await store.open()
    events = await store.events("T1", "r1")
    assert [each.event.type for each in events] == [row["type"] for row in written]
    assert [each.key for each in await store.posts_of("T1", "r1")] == ["r1:parent"]
    assert (await store.recent("T1"))[0].leading == "v412 filled the pool"
    [remembered] = await store.resembling("T1", [Feature(kind="service", name="checkout")])
    assert remembered.past.statement == "v412 filled the pool"
    await store.append("T1", "r2", a.opened("r2"), NOON)
    await store.aclose()
    view = replay(events)
    assert view is not None
    with looking_into(path) as db:
        assert view_of(db, view.investigation) == view
        assert [row["verdict"] for row in db.query("SELECT verdict FROM ranking ORDER BY rank")] == [
            "accepted",
            "rejected",
        ]
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.stem)
def test_an_old_file_ends_in_the_same_shape_as_a_new_one(path: Path, shape: Path, tmp_path: Path) -> None:
    restore(shape, path)
    migrate(path)
    migrate(tmp_path / "new.db")
    assert schema(path) == schema(tmp_path / "new.db")


def breaks(db: Database) -> None:
    db.execute("CREATE TABLE half (x)")
    db.execute("DELETE FROM events")
    db.execute("this is no SQL")


async def test_a_migration_that_fails_leaves_nothing_of_itself(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    await keep(store, *WHOLE_RUN)
    await store.aclose()
    before = schema(path)
    with pytest.raises(StorageError) as told:
        connect(Access(path), (*ALL, Migration("9999_breaks", breaks)))
    assert isinstance(told.value.__cause__, sqlite3.OperationalError)
    assert schema(path) == before
    assert migrate(path) == ()
    await store.open()
    assert len(await store.events("T1", "r1")) == len(WHOLE_RUN)
    await store.aclose()


def test_a_first_migration_that_fails_leaves_a_file_that_can_still_be_made(path: Path) -> None:
    with pytest.raises(StorageError):
        connect(Access(path), (Migration("0001_first", breaks),))
    assert migrate(path) == tuple(NAMES)


def test_what_was_applied_before_a_failure_stays_and_is_not_applied_again(path: Path) -> None:
    with pytest.raises(StorageError):
        connect(Access(path), (ALL[0], Migration("0002_breaks", breaks)))
    assert migrate(path) == tuple(NAMES[1:])
