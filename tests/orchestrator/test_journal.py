"""An event is stored, then folded, then told; cancelled callers, broken listeners and crowds change nothing of that."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from orchestrator.errors import ConflictError, InvestigationNotFoundError
from orchestrator.events import (
    Event,
    Heartbeat,
    InvestigationOpened,
    InvestigationView,
    Recorded,
    StateChanged,
    StopRequested,
    replay,
)
from orchestrator.investigation import journal as journal_module
from orchestrator.investigation.journal import Journal
from orchestrator.model import InvestigationState
from orchestrator.ports import Store
from storage.memory import MemoryStore
from tests.support.builders import ANA, incident, investigation
from tests.support.clock import NOON, ManualClock, settle
from tests.support.world import Collector

OPENED = InvestigationOpened(investigation=investigation())
RUNNING = StateChanged(before=InvestigationState.QUEUED, after=InvestigationState.RUNNING)


class SlowStore(MemoryStore):
    """Takes its time with every event once `slow` is set, and tells how many wait. It can be made to fail."""

    def __init__(self) -> None:
        super().__init__()
        self.slow: asyncio.Event | None = None
        self.waiting = 0
        self.reads = 0
        self.failure: Exception | None = None

    async def append(self, workspace: str, investigation_id: str, event: Event, at: datetime) -> Recorded:
        if self.slow:
            self.waiting += 1
            await self.slow.wait()
        if self.failure:
            raise self.failure
        return await super().append(workspace, investigation_id, event, at)

    async def events(self, workspace: str, investigation_id: str, after: int = 0) -> Sequence[Recorded]:
        self.reads += 1
        await asyncio.sleep(0)
        return await super().events(workspace, investigation_id, after)


@pytest.fixture
async def slow() -> SlowStore:
    store = SlowStore()
    await store.open()
    return store


async def test_what_is_told_was_stored_before_and_folded(store: Store) -> None:
    journal = Journal(store, ManualClock())
    collector = Collector()
    journal.listen(collector)
    view = await journal.append("T1", "inv-1", OPENED)
    after = await journal.append("T1", "inv-1", RUNNING)
    stored = await store.events("T1", "inv-1")
    assert list(stored) == collector.heard_events
    assert collector.views == [view, after]
    assert replay(stored) == after == await journal.view("T1", "inv-1")
    assert [each.at for each in stored] == [NOON, NOON]


async def test_nobody_hears_of_an_event_before_it_is_stored(slow: SlowStore) -> None:
    journal, collector = Journal(slow, ManualClock()), Collector()
    journal.listen(collector)
    slow.slow = asyncio.Event()
    opening = asyncio.create_task(journal.append("T1", "inv-1", OPENED))
    await settle()
    assert (slow.waiting, collector.types()) == (1, [])
    slow.slow.set()
    await opening
    assert collector.types() == ["investigation_opened"]


async def test_an_event_the_store_refuses_has_not_happened(store: Store) -> None:
    journal, collector = Journal(store, ManualClock()), Collector()
    journal.listen(collector)
    before = await journal.append("T1", "inv-1", OPENED)
    with pytest.raises(ConflictError):
        await journal.append("T1", "inv-1", OPENED)
    with pytest.raises(InvestigationNotFoundError):
        await journal.append("T1", "inv-9", Heartbeat())
    assert await journal.view("T1", "inv-1") == before
    assert collector.types() == ["investigation_opened"]
    assert (await journal.append("T1", "inv-1", Heartbeat())).seq == 2


async def test_a_caller_cancelled_while_an_event_is_stored_tears_nothing_apart(slow: SlowStore) -> None:
    journal, collector = Journal(slow, ManualClock()), Collector()
    journal.listen(collector)
    await journal.append("T1", "inv-1", OPENED)
    slow.slow = asyncio.Event()
    appending = asyncio.create_task(journal.append("T1", "inv-1", RUNNING))
    await settle()
    appending.cancel()
    await settle()
    assert not appending.done()
    slow.slow.set()
    with pytest.raises(asyncio.CancelledError):
        await appending
    assert collector.types() == ["investigation_opened", "state_changed"]
    assert (await journal.view("T1", "inv-1")).state == InvestigationState.RUNNING
    assert (await journal.append("T1", "inv-1", Heartbeat())).seq == 3


async def test_a_failure_behind_a_cancelled_caller_is_not_left_lying_about(
    slow: SlowStore, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(slow, ManualClock())
    await journal.append("T1", "inv-1", OPENED)
    slow.slow, slow.failure = asyncio.Event(), ConflictError("no")
    appending = asyncio.create_task(journal.append("T1", "inv-1", RUNNING))
    await settle()
    appending.cancel()
    slow.slow.set()
    with pytest.raises(asyncio.CancelledError):
        await appending
    slow.failure = None
    assert (await journal.append("T1", "inv-1", Heartbeat())).seq == 2
    assert caplog.records == []


class Broken:
    """Raises at every event."""

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:
        raise RuntimeError("token=hunter2")


async def test_a_broken_listener_hurts_nobody_and_is_logged_by_its_type(
    memory: Store, caplog: pytest.LogCaptureFixture
) -> None:
    journal, first, last = Journal(memory, ManualClock()), Collector(), Collector()
    for listener in (first, Broken(), last):
        journal.listen(listener)
    with caplog.at_level(logging.WARNING, "compass.journal"):
        await journal.append("T1", "inv-1", OPENED)
        await journal.append("T1", "inv-1", Heartbeat())
    assert first.types() == last.types() == ["investigation_opened", "heartbeat"]
    assert [each.getMessage() for each in caplog.records] == ["listener Broken failed (RuntimeError)"] * 2


class Passing:
    """Does its I/O in a task of its own, as a listener should, and never gets to its end."""

    def __init__(self, behind: asyncio.Event) -> None:
        self._behind = behind
        self.tasks: list[asyncio.Task[bool]] = []

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:
        self.tasks.append(asyncio.create_task(self._behind.wait()))


async def test_a_slow_listener_holds_up_nobody(memory: Store) -> None:
    journal, behind = Journal(memory, ManualClock()), asyncio.Event()
    slow_one = Passing(behind)
    journal.listen(slow_one)
    await journal.append("T1", "inv-1", OPENED)
    assert (await journal.append("T1", "inv-1", Heartbeat())).seq == 2
    assert [each.done() for each in slow_one.tasks] == [False, False]
    behind.set()
    await asyncio.gather(*slow_one.tasks)


class Replying:
    """Answers an event with another one, from a task of its own."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.tasks: list[asyncio.Task[InvestigationView]] = []

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:
        if recorded.event.type == "investigation_opened":
            self.tasks.append(asyncio.create_task(self._journal.append("T1", "inv-1", StopRequested(by=ANA))))


async def test_a_listener_may_answer_with_an_event(memory: Store) -> None:
    journal = Journal(memory, ManualClock())
    replying = Replying(journal)
    journal.listen(replying)
    await journal.append("T1", "inv-1", OPENED)
    await asyncio.gather(*replying.tasks)
    assert (await journal.view("T1", "inv-1")).stop_requested_by == ANA


async def test_appends_of_many_tasks_are_heard_in_the_order_of_their_numbers(store: Store) -> None:
    journal, collector = Journal(store, ManualClock()), Collector()
    journal.listen(collector)
    await journal.append("T1", "inv-1", OPENED)
    views = await asyncio.gather(*(journal.append("T1", "inv-1", Heartbeat()) for _ in range(30)))
    assert sorted(each.seq for each in views) == list(range(2, 32))
    assert [each.seq for each in collector.heard_events] == list(range(1, 32))
    assert [each.seq for each in collector.views] == list(range(1, 32))
    assert (await journal.view("T1", "inv-1")).seq == 31


async def test_a_slow_run_does_not_hold_up_another(slow: SlowStore) -> None:
    journal = Journal(slow, ManualClock())
    other = investigation("inv-2", incident=incident("INC-2"))
    await journal.append("T1", "inv-1", OPENED)
    await journal.append("T1", "inv-2", InvestigationOpened(investigation=other))
    slow.slow = asyncio.Event()
    waiting = asyncio.create_task(journal.append("T1", "inv-1", RUNNING))
    await settle()
    released, slow.slow = slow.slow, None
    assert (await journal.append("T1", "inv-2", RUNNING)).state == InvestigationState.RUNNING
    assert not waiting.done()
    released.set()
    await waiting


async def test_a_new_journal_reads_what_an_earlier_one_wrote(store: Store) -> None:
    before = await Journal(store, ManualClock()).append("T1", "inv-1", OPENED)
    later = Journal(store, ManualClock())
    assert await later.view("T1", "inv-1") == before
    assert (await Journal(store, ManualClock()).append("T1", "inv-1", RUNNING)).seq == 2


async def test_an_unknown_investigation_is_not_found_and_not_remembered(slow: SlowStore) -> None:
    journal = Journal(slow, ManualClock())
    for number in range(3):
        with pytest.raises(InvestigationNotFoundError) as refused:
            await journal.view("T1", f"inv-{number}")
    assert refused.value.message == "No investigation inv-2 in this workspace."
    assert not journal._locks
    assert not journal._views
    assert (await journal.append("T1", "inv-1", OPENED)).seq == 1


async def test_one_id_in_two_workspaces_is_two_views(store: Store) -> None:
    journal = Journal(store, ManualClock())
    await journal.append("T1", "inv-1", OPENED)
    await journal.append("T2", "inv-1", InvestigationOpened(investigation=investigation(workspace="T2")))
    await journal.append("T2", "inv-1", RUNNING)
    assert (await journal.view("T1", "inv-1")).state == InvestigationState.QUEUED
    assert (await journal.view("T2", "inv-1")).state == InvestigationState.RUNNING


async def test_the_views_longest_unused_are_forgotten_and_read_again(
    slow: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "KEPT_VIEWS", 2)
    journal = Journal(slow, ManualClock())
    for n in range(4):
        opened = investigation(f"inv-{n}", incident=incident(f"INC-{n}"))
        await journal.append("T1", f"inv-{n}", InvestigationOpened(investigation=opened))
    assert [key[1] for key in journal._views] == ["inv-2", "inv-3"]
    assert not journal._locks
    reads = slow.reads
    await journal.view("T1", "inv-2")
    assert slow.reads == reads
    assert (await journal.append("T1", "inv-0", RUNNING)).seq == 2
    assert slow.reads == reads + 1
    assert [key[1] for key in journal._views] == ["inv-2", "inv-0"]


async def test_a_crowd_on_forgotten_views_is_still_numbered_without_a_gap(
    slow: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "KEPT_VIEWS", 1)
    journal = Journal(slow, ManualClock())
    for n in range(3):
        opened = investigation(f"inv-{n}", incident=incident(f"INC-{n}"))
        await journal.append("T1", f"inv-{n}", InvestigationOpened(investigation=opened))

    async def work(n: int) -> Any:
        await journal.view("T1", f"inv-{(n + 1) % 3}")
        return await journal.append("T1", f"inv-{n % 3}", Heartbeat())

    await asyncio.gather(*(work(n) for n in range(30)))
    for n in range(3):
        assert (await journal.view("T1", f"inv-{n}")).seq == 11
    assert len(journal._views) == 1
