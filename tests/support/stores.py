"""Both stores, since what is told of money, questions and restarts has to hold over each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchestrator.ports import Store
from storage.memory import MemoryStore
from storage.sqlite import SqliteStore


@pytest.fixture
async def memory() -> AsyncIterator[Store]:
    store = MemoryStore()
    await store.open()
    yield store
    await store.aclose()


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "compass.db")
    await made.open()
    yield made
    await made.aclose()
