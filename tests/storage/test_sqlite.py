"""The store in a file keeps the contract of all stores."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchestrator.ports import Store
from storage.connection import Synchronous
from storage.sqlite import SqliteStore
from tests.storage.contract_changes import ChangeContract
from tests.storage.contract_past import PastContract
from tests.storage.contract_store import StoreContract


class TestSqliteStore(StoreContract, PastContract, ChangeContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        made = SqliteStore(tmp_path / "compass.db", synchronous=Synchronous.OFF)
        await made.open()
        yield made
        await made.aclose()
