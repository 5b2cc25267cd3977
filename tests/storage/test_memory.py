"""The store in dicts keeps the contract of all stores."""

import pytest

from orchestrator.ports import Store
from storage.memory import MemoryStore
from tests.storage.contract_allowances import AllowanceContract
from tests.storage.contract_calls import CallContract
from tests.storage.contract_changes import ChangeContract
from tests.storage.contract_gates import GateContract
from tests.storage.contract_hub import HubContract
from tests.storage.contract_past import PastContract
from tests.storage.contract_store import StoreContract
from tests.storage.contract_tasks import TaskContract


class TestMemoryStore(
    StoreContract, PastContract, ChangeContract, HubContract, GateContract, CallContract, AllowanceContract
):
    @pytest.fixture
    async def store(self) -> Store:
        made = MemoryStore()
        await made.open()
        return made


class TestMemoryTasks(TaskContract):
    @pytest.fixture
    async def store(self) -> MemoryStore:
        made = MemoryStore()
        await made.open()
        return made
