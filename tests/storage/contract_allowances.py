"""What every store must keep of draws: together they pass no allowance of their day, whoever comes when."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from orchestrator.model import Allowance, AllowanceKind, Allowances, Draw, Shortage
from orchestrator.ports import AllowanceStore
from storage.errors import StorageClosedError
from tests.support.clock import NOON

DAY, CHANNEL, USER = AllowanceKind
NANO = Decimal("1E-9")


def draw(
    amount: str | Decimal, channel: str = "C1", user_id: str = "U1", *, at: datetime = NOON, workspace: str = "T1"
) -> Draw:
    return Draw(workspace=workspace, channel=channel, user_id=user_id, at=at, amount=Decimal(amount))


def within(day: str | None = None, channel: str | None = None, user: str | None = None) -> tuple[Allowance, ...]:
    limits = [None if each is None else Decimal(each) for each in (day, channel, user)]
    allowances = Allowances(per_day=limits[0], per_channel=limits[1], per_user=limits[2])
    return allowances.that_bind("some channel", "somebody")


async def spent(store: AllowanceStore, *, at: datetime = NOON, workspace: str = "T1") -> list[Decimal]:
    """In the workspace, for C1 and for U1."""
    return list((await store.drawn(workspace, at, channel="C1", user_id="U1")).values())


class AllowanceContract:
    async def test_draws_are_numbered_and_summed_for_the_day_the_channel_and_the_person(
        self, store: AllowanceStore
    ) -> None:
        assert await spent(store) == [0, 0, 0]
        for one in (draw("1"), draw("0.2", "C2"), draw("0.04", user_id="U2"), draw("0.008", "", "")):
            assert isinstance(await store.put_aside(one, ()), int)
        assert await store.drawn("T1", NOON, channel="C1", user_id="U1") == {
            DAY: Decimal("1.248"),
            CHANNEL: Decimal("1.04"),
            USER: Decimal("1.2"),
        }

    async def test_exactly_the_limit_fits_and_a_nano_dollar_more_does_not(self, store: AllowanceStore) -> None:
        limits = within("5")
        assert isinstance(await store.put_aside(draw("4"), limits), int)
        refused = await store.put_aside(draw(1 + NANO), limits)
        assert refused == Shortage(allowance=limits[0], spent=Decimal(4))
        assert isinstance(await store.put_aside(draw("1"), limits), int)
        assert isinstance(await store.put_aside(draw(NANO), limits), Shortage)
        assert isinstance(await store.put_aside(draw("0"), limits), int)

    async def test_what_one_allowance_refuses_counts_against_none(self, store: AllowanceStore) -> None:
        limits = within("10", "10", "1")
        refused = await store.put_aside(draw("2"), limits)
        assert refused == Shortage(allowance=limits[2], spent=Decimal(0))
        assert await spent(store) == [0, 0, 0]

    async def test_the_first_of_several_that_it_does_not_fit_is_named(self, store: AllowanceStore) -> None:
        limits = within("3", "1", "1")
        await store.put_aside(draw("1"), ())
        refused = await store.put_aside(draw("1"), limits)
        assert isinstance(refused, Shortage)
        assert refused.allowance.kind is CHANNEL

    async def test_each_channel_and_person_has_money_of_its_own(self, store: AllowanceStore) -> None:
        limits = within(None, "1", "1")
        assert isinstance(await store.put_aside(draw("1", "C1", "U1"), limits), int)
        assert isinstance(await store.put_aside(draw("1", "C2", "U2"), limits), int)
        assert isinstance(await store.put_aside(draw("1", "C2", "U3"), limits), Shortage)
        assert isinstance(await store.put_aside(draw("1", "C3", "U2"), limits), Shortage)

    async def test_each_workspace_has_days_of_its_own(self, store: AllowanceStore) -> None:
        assert await store.put_aside(draw("1"), within("1")) == await store.put_aside(
            draw("1", workspace="T2"), within("1")
        )
        assert await spent(store, workspace="T2") == [1, 1, 1]

    async def test_the_day_is_that_of_utc_and_of_the_moment_of_the_draw(self, store: AllowanceStore) -> None:
        midnight = datetime(2026, 3, 15, tzinfo=UTC)
        late = midnight - timedelta(microseconds=1)
        in_tokyo = late.astimezone(timezone(timedelta(hours=9)))
        number = await store.put_aside(draw("1", at=late), within("1"))
        assert isinstance(number, int)
        assert isinstance(await store.put_aside(draw("1", at=in_tokyo), within("1")), Shortage)
        assert isinstance(await store.put_aside(draw("0.7", at=midnight), within("1")), int)
        await store.amend("T1", number, Decimal("0.4"))  # its call ended after midnight
        assert [(await spent(store, at=at))[0] for at in (late, midnight)] == [Decimal("0.4"), Decimal("0.7")]

    async def test_what_a_call_did_cost_is_free_again_or_missing(self, store: AllowanceStore) -> None:
        cheaper = await store.put_aside(draw("1"), within("1"))
        assert isinstance(cheaper, int)
        await store.amend("T1", cheaper, Decimal("0.25"))
        dearer = await store.put_aside(draw("0.75"), within("1"))
        assert isinstance(dearer, int)
        await store.amend("T1", dearer, Decimal("1.5"))
        assert (await spent(store))[0] == Decimal("1.75")
        assert isinstance(await store.put_aside(draw("0"), within("1")), Shortage)
        await store.amend("T1", dearer, Decimal(0))
        assert isinstance(await store.put_aside(draw("0.75"), within("1")), int)

    async def test_a_limit_finer_than_a_nano_dollar_is_not_passed(self, store: AllowanceStore) -> None:
        limits = within("1.0000000009")
        assert isinstance(await store.put_aside(draw("1"), limits), int)
        assert isinstance(await store.put_aside(draw(NANO), limits), Shortage)

    async def test_of_many_at_once_so_many_fit_as_there_is_money_for(self, store: AllowanceStore) -> None:
        answers = await asyncio.gather(*(store.put_aside(draw("0.3"), within("2")) for _ in range(20)))
        assert sum(isinstance(each, int) for each in answers) == 6
        assert (await spent(store))[0] == Decimal("1.8")

    async def test_no_amount_that_cannot_be_kept_is_put_aside(self, store: AllowanceStore) -> None:
        with pytest.raises(ValueError, match="9 billion"):
            await store.put_aside(draw("10000000000"), ())
        assert await spent(store) == [0, 0, 0]

    async def test_nothing_is_drawn_from_a_store_that_is_closed(self, store: AllowanceStore) -> None:
        await store.aclose()  # type: ignore[attr-defined]
        with pytest.raises(StorageClosedError):
            await store.put_aside(draw("1"), ())
