"""The store in a file keeps the contract of all stores."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from orchestrator.ports import Store
from storage import SqliteAllowances, SqliteChanges, migrations
from storage.connection import Access, Synchronous
from storage.database import OwnedDatabase
from storage.errors import StorageVersionError
from storage.sqlite import SqliteStore
from tests.storage.contract_allowances import AllowanceContract, draw, spent, within
from tests.storage.contract_calls import CallContract
from tests.storage.contract_changes import ChangeContract, told
from tests.storage.contract_gates import GateContract
from tests.storage.contract_hub import HubContract
from tests.storage.contract_past import PastContract
from tests.storage.contract_store import StoreContract
from tests.storage.contract_tasks import TaskContract
from tests.support.clock import NOON


class TestSqliteStore(
    StoreContract, PastContract, ChangeContract, HubContract, GateContract, CallContract, AllowanceContract
):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        made = SqliteStore(tmp_path / "compass.db", synchronous=Synchronous.OFF)
        await made.open()
        yield made
        await made.aclose()


class TestSqliteTasks(TaskContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SqliteStore]:
        made = SqliteStore(tmp_path / "compass.db", synchronous=Synchronous.OFF)
        await made.open()
        yield made
        await made.aclose()


@pytest.fixture
async def owner(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(tmp_path / "compass.db", synchronous=Synchronous.OFF)
    await made.open()
    yield made
    await made.aclose()


class TestSqliteChanges(ChangeContract):
    """All the while another one has the file."""

    @pytest.fixture
    async def store(self, owner: SqliteStore, tmp_path: Path) -> AsyncIterator[SqliteChanges]:
        made = SqliteChanges(tmp_path / "compass.db")
        await made.open()
        yield made
        await made.aclose()


class TestSqliteAllowances(AllowanceContract):
    """All the while another one has the file."""

    @pytest.fixture
    async def store(self, owner: SqliteStore, tmp_path: Path) -> AsyncIterator[SqliteAllowances]:
        made = SqliteAllowances(tmp_path / "compass.db")
        await made.open()
        yield made
        await made.aclose()


async def test_two_connections_to_one_file_draw_from_the_same_allowance(owner: SqliteStore, tmp_path: Path) -> None:
    beside = SqliteAllowances(tmp_path / "compass.db")
    await beside.open()
    try:
        both = (owner, beside)
        answers = await asyncio.gather(*(both[n % 2].put_aside(draw("0.1"), within("1")) for n in range(40)))
        numbers = [each for each in answers if isinstance(each, int)]
        assert sorted(numbers) == list(range(1, 11))
        assert [(await spent(each))[0] for each in both] == [1, 1]
    finally:
        await beside.aclose()


async def test_processes_on_one_file_never_draw_more_than_there_is(owner: SqliteStore, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.storage.drawing", str(tmp_path / "compass.db"), "0.01", "0.5"]
    drawing = [
        await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        for _ in range(3)
    ]
    told = [await each.communicate() for each in drawing]
    assert [each.returncode for each in drawing] == [0, 0, 0], told
    assert sum(int(each) for each, _ in told) > 50  # some have given back half
    total = (await spent(owner))[0]
    assert Decimal("0.49") < total <= Decimal("0.5")


async def test_changes_told_beside_each_other_are_all_kept_and_seen_by_both(owner: SqliteStore, tmp_path: Path) -> None:
    beside = SqliteChanges(tmp_path / "compass.db")
    await beside.open()
    both = [owner, beside]
    try:
        new = await asyncio.gather(*(both[n % 2].keep_changes("*", [told(f"v{n}", n)]) for n in range(40)))
        assert new == [1] * 40
        for each in both:
            found = await each.changes_between("*", NOON, NOON + timedelta(days=1))
            assert [one.change_id for one in found] == [f"v{n}" for n in range(40)]
    finally:
        await beside.aclose()


async def test_a_file_of_an_older_shape_is_not_written_beside_anybody(tmp_path: Path) -> None:
    older = OwnedDatabase(Access(tmp_path / "compass.db"), migrations.ALL[:-1])
    await older.open()
    try:
        with pytest.raises(StorageVersionError, match="older version"):
            await SqliteChanges(tmp_path / "compass.db").open()
    finally:
        await older.aclose()
