"""One thread owns the connection; everybody else hands it work and waits for the answer.

Two threads on one connection lose committed rows silently: the second one's transaction becomes a savepoint of the
first one's. So there is one, with a queue. Work that was handed over is done, in full, in the order in which it came, also
when whoever waited for it was cancelled: a cancelled wait changes nothing about what is stored.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from sqlite_utils import Database

from storage import migrations
from storage.connection import Access, Connected, connect
from storage.errors import StorageClosedError
from storage.migrations import Migration
from storage.translate import told_of

T = TypeVar("T")


class OwnedDatabase:
    """A database and its thread. `steps` are the migrations the file is brought through when it is opened for writing."""

    def __init__(self, access: Access, steps: Sequence[Migration] = migrations.ALL) -> None:
        self._access = access
        self._steps = steps
        self._thread: ThreadPoolExecutor | None = None
        self._connected: Connected | None = None

    async def open(self) -> None:
        """Open the file; nothing happens where it is open. Raises a StorageError that says what to do."""
        if self._thread:
            return
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="compass-storage")
        self._thread = thread
        try:
            await _ask(thread, self._connect)
        except BaseException:
            # Also when the wait was cancelled: the thread closes what it may just be opening, then ends.
            self._thread = None
            thread.submit(self._disconnect)
            thread.shutdown(wait=False)
            raise

    async def aclose(self) -> None:
        """Do what was handed over, then close the file. Nothing happens where it is closed."""
        thread, self._thread = self._thread, None
        if thread:
            closed = thread.submit(self._disconnect)
            thread.shutdown(wait=False)
            await asyncio.shield(asyncio.wrap_future(closed))

    async def run(self, work: Callable[[Database], T]) -> T:
        """The result of `work(connection)`, done on the owner's thread.

        Raises what `work` raises, with failures of SQLite as a StorageError; StorageClosedError where it is not open.
        """
        if not self._thread:
            raise StorageClosedError("The store is not open.")
        return await _ask(self._thread, lambda: self._do(work))

    def _connect(self) -> None:
        self._connected = connect(self._access, self._steps)

    def _disconnect(self) -> None:
        connected, self._connected = self._connected, None
        if connected:
            with told_of(self._access.name):
                connected.close()

    def _do(self, work: Callable[[Database], T]) -> T:
        if not self._connected:
            raise StorageClosedError("The store is not open.")
        with told_of(self._access.name, read_only=self._access.read_only):
            return work(self._connected.db)


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """All of it or nothing. Takes the right to write at once, so that it never fails half-way for want of it."""
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.conn.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def breaks_uniqueness(error: sqlite3.IntegrityError) -> bool:
    """Whether the row is one that was already there, and not one that is wrong in itself."""
    return error.sqlite_errorcode in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


async def _ask(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.shield(asyncio.wrap_future(thread.submit(work)))
