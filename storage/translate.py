"""SQLite's and the operating system's complaints, told in our words.

The law: the foreign text stays in `__cause__`; it may hold a path, a value or a statement that nobody outside should see.
What decides is the result code (https://sqlite.org/rescode.html), never the wording.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from storage.errors import (
    StorageError,
    StorageFullError,
    StorageInUseError,
    StorageReadOnlyError,
    StorageUnreachableError,
    StorageUnreadableError,
)

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def told_of(name: str, *, read_only: bool = False) -> Iterator[None]:
    """Whatever SQLite or the file system raises inside is raised as a StorageError about the database `name`."""
    try:
        yield
    except sqlite3.Error as error:
        raise of_sqlite(error, name, read_only=read_only) from error
    except OSError as error:
        raise of_system(error, name) from error


def of_sqlite(error: sqlite3.Error, name: str, *, read_only: bool = False) -> StorageError:
    """The answer to a failure of SQLite's; an extended result code counts as its primary one, its lowest byte."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageInUseError(
            f"Another program is writing to {name} and does not let go.",
            remedy=f"Close the program that has {name} open, such as a database shell in a transaction, and try again.",
        )
    if code == sqlite3.SQLITE_FULL:
        return StorageFullError(f"There is no room to store anything in {name}.")
    if code == sqlite3.SQLITE_READONLY and read_only:
        return StorageReadOnlyError(f"{name} was opened for reading.")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM):
        return StorageUnreachableError(f"{name} cannot be opened, read or written.")
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StorageUnreadableError(f"{name} is damaged, or is not a database.")
    return StorageError(f"The database {name} refused what it was asked.")


def of_system(error: OSError, name: str) -> StorageError:
    """The answer to a failure of the file system's."""
    if error.errno in _NO_ROOM:
        return StorageFullError(f"There is no room to store anything in {name}.")
    return StorageUnreachableError(f"{name} cannot be opened, read or written.")
