"""What every store must keep of the changes that people tell it."""

from datetime import timedelta

import pytest

from orchestrator.model import Change
from orchestrator.ports import Store
from storage.errors import StorageClosedError
from tests.support.clock import NOON

DAY = timedelta(days=1)


def told(change_id: str, minutes: float = 0, service: str = "orders", kind: str = "deploy", **more: str) -> Change:
    return Change(change_id, NOON + timedelta(minutes=minutes), kind, service, **more)  # type: ignore[arg-type]


class ChangeContract:
    async def test_changes_come_back_as_they_were_told_in_the_order_of_time(self, store: Store) -> None:
        whole = Change("v2", NOON, "deploy", "orders", "v2: ü", "ana", ("a.py", "b.py"), "-x\n+y", "prod")
        assert await store.keep_changes("*", [told("v3", 5), whole]) == 2
        assert list(await store.changes_between("*", NOON - DAY, NOON + DAY)) == [whole, told("v3", 5)]

    async def test_a_change_told_again_is_one_change_with_the_last_words_and_the_first_time(self, store: Store) -> None:
        assert await store.keep_changes("*", [told("v2"), told("v2")]) == 1
        assert await store.keep_changes("*", [told("v2", 1, summary="v2: done")]) == 0
        assert list(await store.changes_between("*", NOON, NOON + DAY)) == [told("v2", summary="v2: done")]
        await store.keep_changes("*", [told("v2", -1)])
        assert list(await store.changes_between("*", NOON - DAY, NOON + DAY)) == [told("v2", -1)]

    async def test_one_id_of_another_service_kind_or_environment_is_another_change(self, store: Store) -> None:
        same = [told("v2"), told("v2", service="stock"), told("v2", kind="flag"), told("v2", environment="staging")]
        assert await store.keep_changes("*", same) == 4
        assert len(await store.changes_between("*", NOON, NOON + DAY)) == 4

    async def test_the_start_belongs_to_the_time_asked_for_and_the_end_does_not(self, store: Store) -> None:
        await store.keep_changes("*", [told("a"), told("b", 1)])
        assert [each.change_id for each in await store.changes_between("*", NOON, NOON + timedelta(minutes=1))] == ["a"]

    async def test_each_workspace_has_changes_of_its_own(self, store: Store) -> None:
        await store.keep_changes("T1", [told("a")])
        assert list(await store.changes_between("T2", NOON, NOON + DAY)) == []

    async def test_only_so_many_are_kept_and_the_oldest_go(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in ("storage.changes", "storage.memory"):
            monkeypatch.setattr(f"{module}.MOST_CHANGES", 2)
        await store.keep_changes("*", [told("c", 3), told("a", 1), told("b", 2)])
        assert [each.change_id for each in await store.changes_between("*", NOON, NOON + DAY)] == ["b", "c"]

    async def test_nothing_is_told_to_a_store_that_is_closed(self, store: Store) -> None:
        await store.aclose()
        with pytest.raises(StorageClosedError):
            await store.keep_changes("*", [told("a")])
