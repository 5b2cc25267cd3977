"""Bringing a file to its newest shape by hand, as `compass migrate` does. A bot does the same when it opens the file."""

from pathlib import Path

from storage.connection import Access, connect


def migrate(path: Path) -> tuple[str, ...]:
    """Make or update the database; returns the names of the migrations that were applied now, in their order.

    Blocks. Raises a StorageError with the way out: StorageInUseError while a bot works with the file.
    """
    connected = connect(Access(path))
    connected.close()
    return connected.migrated
