"""One process a file: the second is told which process to stop, and the lock dies with its holder."""

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from storage import SqliteStore, discard, migrate
from storage.errors import StorageInUseError
from storage.lock import ProcessLock
from tests.storage import builders as a
from tests.support.clock import NOON

ROOT = Path(__file__).resolve().parents[2]

HOLDER = """
import sys
from pathlib import Path
from storage.lock import ProcessLock
lock = ProcessLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


WAY_OUT = "A running bot is asked in Slack. Beside it, name another file with --database or COMPASS_DATABASE."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "compass.db"


async def test_a_second_process_is_told_who_works_there_until_that_one_dies(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == b"held\n"
        store = SqliteStore(path)
        with pytest.raises(StorageInUseError) as refused:
            await store.open()
        holder.send_signal(signal.SIGKILL)
    assert refused.value.message == f"Process {holder.pid} is already working with compass.db."
    assert refused.value.remedy == WAY_OUT
    assert refused.value.details == {"process": str(holder.pid)}
    await store.open()
    await store.aclose()


async def test_two_stores_of_one_process_cannot_have_one_file_either(path: Path) -> None:
    first, second = SqliteStore(path), SqliteStore(path)
    await first.open()
    with pytest.raises(StorageInUseError, match=str(os.getpid())):
        await second.open()
    with pytest.raises(StorageInUseError):
        migrate(path)
    await first.append("T1", "r1", a.opened(), NOON)
    await first.aclose()
    await second.open()
    assert len(await second.events("T1", "r1")) == 1
    await second.aclose()


def test_a_lock_that_does_not_say_whose_it_is_still_holds(path: Path) -> None:
    lock = ProcessLock(path)
    lock.acquire()
    path.with_name("compass.db.lock").write_text("?")
    with pytest.raises(StorageInUseError) as refused:
        ProcessLock(path).acquire()
    lock.release()
    assert refused.value.message == "Another process is already working with compass.db."
    assert refused.value.remedy == WAY_OUT


def test_letting_go_twice_does_nothing(path: Path) -> None:
    lock = ProcessLock(path)
    lock.acquire()
    lock.release()
    lock.release()
    lock.acquire()
    with pytest.raises(StorageInUseError):
        ProcessLock(path).acquire()
    lock.release()


def test_a_forked_worker_does_not_hold_the_lock_after_its_parent_let_go(path: Path) -> None:
    lock = ProcessLock(path)
    lock.acquire()
    hold_on, let_go = os.pipe()
    ready, say_ready = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of forks beside threads
        child = os.fork()
    if child == 0:
        os.close(let_go)
        os.write(say_ready, b"!")
        os.read(hold_on, 1)
        os._exit(0)
    assert os.read(ready, 1) == b"!"
    lock.release()
    again = ProcessLock(path)
    again.acquire()
    again.release()
    for end in (let_go, hold_on, ready, say_ready):
        os.close(end)
    assert os.waitpid(child, 0)[1] == 0


async def test_a_file_is_discarded_whole_but_never_while_somebody_works_with_it(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    await store.append("T1", "r1", a.opened(), NOON)
    with pytest.raises(StorageInUseError):
        discard(path)
    assert len(await store.events("T1", "r1")) == 1
    await store.aclose()

    discard(path)

    assert [each.name for each in path.parent.iterdir()] == ["compass.db.lock"]
    discard(path)
