"""One process a file: whoever would run the investigations of a database holds this lock while it does.

SQLite's own locks let two processes take turns, which is right for a shell beside a running bot and wrong for two bots:
both would pick up the same unfinished runs and pay for them twice. What belongs to no run, such as a change, needs no
lock. The lock is the kernel's (flock), hence gone when its holder dies, however it dies. The lock's file stays where it
is; deleting it would let two processes lock two files.
"""

import fcntl
import os
import weakref
from contextlib import ExitStack
from pathlib import Path

from storage.errors import StorageInUseError


class ProcessLock:
    """An exclusive lock beside the database `path`, at `<path>.lock`, which holds the number of the process."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._path = path.with_name(path.name + ".lock")
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock, or raise StorageInUseError that names who holds it. Never waits. OSError where no file can be."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        with ExitStack() as undo:
            undo.callback(os.close, file)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise self._held_by(os.pread(file, 20, 0)) from error
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
            undo.pop_all()
        self._file = file
        _forget_in_forks(self)

    def release(self) -> None:
        """Let go; nothing happens where it is not held."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _held_by(self, written: bytes) -> StorageInUseError:
        number = written.decode("ascii", "replace").strip()
        number = number if number.isdigit() else ""
        holder = f"Process {number}" if number else "Another process"
        return StorageInUseError(
            f"{holder} is already working with {self._name}.",
            remedy="A running bot is asked in Slack. Beside it, name another file with --database or COMPASS_DATABASE.",
            details={"process": number},
        )


def _forget_in_forks(lock: ProcessLock) -> None:
    """A forked worker shares the lock and would hold it after its parent was killed; so it closes its copy at once."""
    known = weakref.ref(lock)

    def forget() -> None:
        held = known()
        if held:
            held.release()

    os.register_at_fork(after_in_child=forget)
