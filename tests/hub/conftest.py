"""What hubs are kept in."""

from collections.abc import AsyncIterator

import pytest

from storage.memory import MemoryStore


@pytest.fixture
async def store() -> AsyncIterator[MemoryStore]:
    made = MemoryStore()
    await made.open()
    yield made
    await made.aclose()
