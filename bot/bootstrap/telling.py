"""Telling changes from a terminal, into the file and out of it, also while a bot works with it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from agents.sources.changes import posted_changes
from bot.settings import Settings
from orchestrator.clock import SystemClock
from orchestrator.model import Change
from orchestrator.ports import EVERYWHERE
from storage import SqliteChanges, SqliteStore, StorageInUseError


async def tell_changes(settings: Settings, told: Sequence[Mapping[str, object]]) -> int:
    """Keep them; how many were new. Raises RefusedChangesError or a StorageError."""
    changes = posted_changes([dict(each) for each in told], SystemClock().now())
    store = await _opened(settings.database)
    try:
        return await store.keep_changes(EVERYWHERE, changes)
    finally:
        await store.aclose()


async def _opened(database: Path) -> SqliteStore | SqliteChanges:
    """The whole file, made and brought up to date, or where a bot has it, what may be written beside it."""
    store = SqliteStore(database)
    try:
        await store.open()
    except StorageInUseError:
        beside = SqliteChanges(database)
        await beside.open()
        return beside
    return store


async def known_changes(settings: Settings, looking_back: timedelta) -> Sequence[Change]:
    """What was told of that time up to now, oldest first. Raises a StorageError."""
    now = SystemClock().now()
    store = SqliteStore(settings.database, read_only=True)
    await store.open()
    try:
        return await store.changes_between(EVERYWHERE, now - looking_back, now + timedelta(minutes=10))
    finally:
        await store.aclose()
