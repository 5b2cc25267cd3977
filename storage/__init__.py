"""What is kept: one SQLite file, or the same in dicts.

The law: an event and every row it changes are one transaction, so that journal and rows never tell two stories. Every
key carries the workspace. One thread owns the connection, one process owns the runs of a file; changes and what is
drawn from the allowances, which belong to no run, may come from others. Money is whole nano-dollars.
Migrations are appended, never edited. Nothing outside knows that there is a database.
"""

from storage.beside import SqliteAllowances, SqliteChanges
from storage.connection import Synchronous, discard, migrate
from storage.errors import StorageError, StorageInUseError
from storage.memory import MemoryStore
from storage.sqlite import SqliteStore

__all__ = [
    "MemoryStore",
    "SqliteAllowances",
    "SqliteChanges",
    "SqliteStore",
    "StorageError",
    "StorageInUseError",
    "Synchronous",
    "discard",
    "migrate",
]
