"""Opening the file: the lock, the pragmas, whose database it is, and the migrations, in that order.

Everything here blocks and runs on the thread that will own the connection. Whoever opens for reading, or beside the one
process that has the file, takes no lock and leaves the file's shape as it is.
"""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from storage import migrations
from storage.errors import StorageUnreachableError, StorageUnreadableError, StorageVersionError
from storage.lock import ProcessLock
from storage.migrations import Migration
from storage.translate import told_of

OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables (https://sqlite.org/stricttables.html)."""


class Synchronous(StrEnum):
    """How long a commit waits for the disk (https://sqlite.org/pragma.html#pragma_synchronous).

    FULL survives a loss of power; NORMAL may then lose the last commits, and OFF the file. All survive a kill.
    """

    FULL = "FULL"
    NORMAL = "NORMAL"
    OFF = "OFF"


@dataclass(frozen=True, slots=True)
class Access:
    """How a file is opened. `busy_timeout_s`: how long to wait for another program's transaction.

    `beside`: for writing, but with no lock, for what belongs to no run. Under WAL SQLite lets two processes take turns.
    """

    path: Path
    read_only: bool = False
    synchronous: Synchronous = Synchronous.FULL
    busy_timeout_s: float = 5.0
    beside: bool = False

    @property
    def as_it_is(self) -> bool:
        """Whether the file is neither made nor migrated."""
        return self.read_only or self.beside

    @property
    def name(self) -> str:
        """What people know the file by."""
        return self.path.name


class Connected:
    """An open file: its connection, the lock where it was opened for writing, and the migrations it went through now."""

    def __init__(self, db: Database, lock: ProcessLock | None = None, migrated: tuple[str, ...] = ()) -> None:
        self.db = db
        self.migrated = migrated
        self._lock = lock

    def close(self) -> None:
        """Close the file, then let others have it."""
        try:
            self.db.close()
        finally:
            if self._lock:
                self._lock.release()


def connect(access: Access, steps: Sequence[Migration] = migrations.ALL) -> Connected:
    """Open the file, for writing in its newest shape. Raises a StorageError with the way out, and leaves nothing open."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StorageVersionError(
            f"SQLite {sqlite3.sqlite_version} is too old for strict tables.",
            remedy="Use a Python with SQLite 3.37 or newer.",
        )
    with told_of(access.name, read_only=access.read_only):
        return _as_it_is(access, steps) if access.as_it_is else _as_owner(access, steps)


def migrate(path: Path) -> tuple[str, ...]:
    """Make or update the database, as a bot does when it opens it; the names of the migrations that were applied now.

    Blocks. Raises a StorageError with the way out: StorageInUseError while a bot works with the file.
    """
    connected = connect(Access(path))
    connected.close()
    return connected.migrated


def discard(path: Path) -> None:
    """Delete the database, if it is there and nobody works with it. Blocks. Raises StorageInUseError where somebody does."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = ProcessLock(path)
    with told_of(path.name, read_only=False):
        lock.acquire()
        try:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        finally:
            lock.release()


def _as_it_is(access: Access, steps: Sequence[Migration]) -> Connected:
    if not access.path.is_file():
        raise StorageUnreachableError(
            f"There is no database {access.name} yet.", remedy="Run an investigation first, or name another file."
        )
    db = _database(access)
    try:
        _check_shape(db, steps, access)
    except BaseException:
        db.close()
        raise
    return Connected(db)


def _as_owner(access: Access, steps: Sequence[Migration]) -> Connected:
    access.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = ProcessLock(access.path)
    lock.acquire()
    try:
        # Whoever may read the file reads all incidents: only its owner may, unless somebody opens it up on purpose.
        os.close(os.open(access.path, os.O_RDWR | os.O_CREAT, 0o600))
        db = _database(access)
        try:
            _check_shape(db, steps, access)
            return Connected(db, lock, migrations.apply(db, steps))
        except BaseException:
            db.close()
            raise
    except BaseException:
        lock.release()
        raise


def _database(access: Access) -> Database:
    uri = f"file:{quote(str(access.path.resolve()))}?mode={'ro' if access.read_only else 'rw'}"
    connection = sqlite3.connect(uri, uri=True, timeout=access.busy_timeout_s)
    try:
        if not access.read_only:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {access.synchronous.value}")
        connection.execute("PRAGMA foreign_keys = ON")
        return Database(connection, execute_plugins=False)
    except BaseException:
        connection.close()
        raise


def _check_shape(db: Database, steps: Sequence[Migration], access: Access) -> None:
    marked = db.execute("PRAGMA application_id").fetchone()[0] == migrations.APPLICATION_ID
    if not marked and set(db.table_names()) - {migrations.BOOK}:
        raise StorageUnreadableError(
            f"{access.name} is a database, but not one of Compass's.", remedy="Name another file for Compass."
        )
    done, known = set(migrations.applied(db)), {each.name for each in steps}
    if done - known:
        raise StorageVersionError(
            f"{access.name} was made by a newer version of Compass.",
            remedy="Update Compass, or go on with the version that made the file.",
        )
    if access.as_it_is and known - done:
        raise StorageVersionError(
            f"{access.name} was made by an older version of Compass.",
            remedy="Bring it up to date with `compass migrate`.",
        )
