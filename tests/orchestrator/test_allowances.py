"""What a day may cost is passed by no run, however many go on at once and whatever becomes of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.budget import Budget, Till
from orchestrator.errors import BudgetExceededError, ConflictError
from orchestrator.events import InvestigationView, StepEnded
from orchestrator.hub import HubRules
from orchestrator.hub.paying import AdviceAccount
from orchestrator.investigation import Investigations
from orchestrator.model import (
    Allowance,
    AllowanceKind,
    Allowances,
    Draw,
    InvestigationState,
    Mode,
    Origin,
    Shortage,
    StepOutcome,
)
from orchestrator.parameters import Parameters
from orchestrator.ports import AllowanceStore, Store
from storage import MemoryStore, SqliteStore
from storage.connection import Synchronous
from tests.orchestrator.test_money import check_rows, priced
from tests.support.agents import Call, Diary, team_of
from tests.support.builders import ANA, BEN
from tests.support.clock import NOON, ManualClock
from tests.support.world import World

DAY, CHANNEL, USER = AllowanceKind


def dollars(text: str) -> Decimal:
    return Decimal(text)


def till(
    store: AllowanceStore, day: str = "1", *, channel: str = "C1", user_id: str = "U1", clock: ManualClock | None = None
) -> Till:
    return Till(store, clock or ManualClock(), Allowances(per_day=Decimal(day)), "T1", channel, user_id)


async def spent_today(store: AllowanceStore) -> Decimal:
    return (await store.drawn("T1", NOON))[DAY]


@pytest.fixture
async def memory() -> MemoryStore:
    store = MemoryStore()
    await store.open()
    return store


async def test_a_call_that_fits_the_run_but_not_the_day_is_refused_and_nothing_stays_put_aside(
    memory: MemoryStore,
) -> None:
    one = Budget(Decimal(5), ["a"], till=till(memory)).account("a")
    other = Budget(Decimal(5), ["a"], till=till(memory)).account("a")
    await one.reserve(dollars("0.8"))
    with pytest.raises(BudgetExceededError) as refused:
        await other.reserve(dollars("0.3"))
    assert refused.value.message == (
        "The next call of a may cost $0.30; $0.80 of today's $1.00 is spent. "
        "It begins anew on 2026-03-15 at 00:00 UTC (COMPASS_BUDGET_PER_DAY)."
    )
    assert refused.value.details["allowance"] == "day"
    assert (other.spent, other.left, await spent_today(memory)) == (0, 5, dollars("0.8"))
    await other.reserve(dollars("0.2"))
    assert await spent_today(memory) == 1


async def test_a_call_that_fits_no_day_is_told_so(memory: MemoryStore) -> None:
    account = Budget(Decimal(5), ["a"], till=till(memory)).account("a")
    with pytest.raises(BudgetExceededError, match="It fits on no day"):
        await account.reserve(dollars("1.01"))


@pytest.mark.parametrize(("kind", "words"), [(CHANNEL, "of this channel"), (USER, "of whoever asked")])
async def test_a_refusal_says_whose_money_is_at_its_end(memory: MemoryStore, kind: AllowanceKind, words: str) -> None:
    limits = Allowances(**{f"per_{kind}": Decimal(1)})
    account = Budget(Decimal(5), ["a"], till=Till(memory, ManualClock(), limits, "T1", "C1", "U1")).account("a")
    await account.reserve(Decimal(1))
    with pytest.raises(BudgetExceededError, match=words) as refused:
        await account.reserve(Decimal(1))
    assert (refused.value.details["allowance"], refused.value.details["setting"][-5:]) == (
        kind,
        f"R_{kind}".upper()[-5:],
    )


async def test_what_was_settled_or_released_is_free_for_others_and_an_open_call_is_not(memory: MemoryStore) -> None:
    account = Budget(Decimal(5), ["a"], till=till(memory)).account("a")
    settled = await account.reserve(dollars("0.5"))
    released = await account.reserve(dollars("0.4"))
    await account.reserve(dollars("0.1"))
    await settled.settle(dollars("0.2"))
    await released.release()
    assert (await spent_today(memory), account.spent) == (dollars("0.3"), dollars("0.3"))


async def test_a_call_dearer_than_was_put_aside_counts_in_full_against_the_day(memory: MemoryStore) -> None:
    account = Budget(Decimal(5), ["a"], till=till(memory)).account("a")
    await (await account.reserve(dollars("0.5"))).settle(dollars("1.5"))
    assert await spent_today(memory) == dollars("1.5")
    with pytest.raises(BudgetExceededError):
        await account.reserve(Decimal(0))


async def test_money_is_of_the_day_on_which_it_was_put_aside(memory: MemoryStore) -> None:
    clock = ManualClock()
    account = Budget(Decimal(5), ["a"], till=till(memory, clock=clock)).account("a")
    late = await account.reserve(Decimal(1))
    await clock.advance(13 * 3600.0)
    await account.reserve(Decimal(1))
    await late.settle(dollars("0.4"))
    both = [(await memory.drawn("T1", NOON + timedelta(days=n)))[DAY] for n in (0, 1)]
    assert both == [dollars("0.4"), 1]


async def test_an_adviser_draws_from_the_allowances_of_who_asked(memory: MemoryStore) -> None:
    account = Budget(Decimal(5), ["a"], till=till(memory)).account("a")
    advice = AdviceAccount(account, "b")
    await advice.reserve(dollars("0.9"))
    with pytest.raises(BudgetExceededError) as refused:
        await advice.reserve(dollars("0.2"))
    assert (refused.value.details["allowance"], advice.cost) == ("day", dollars("0.9"))


class Slow(MemoryStore):
    """Gives way to others before and after each draw, and may be out of order."""

    broken = False

    async def put_aside(self, draw: Draw, allowances: Sequence[Allowance]) -> int | Shortage:
        await asyncio.sleep(0)
        if self.broken:
            raise ConflictError("the store does not take it")
        answer = await super().put_aside(draw, allowances)
        await asyncio.sleep(0)
        return answer

    async def amend(self, workspace: str, number: int, amount: Decimal) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise ConflictError("the store does not take it")
        await super().amend(workspace, number, amount)


@pytest.fixture
async def slow() -> Slow:
    store = Slow()
    await store.open()
    return store


async def test_a_call_that_is_cancelled_while_it_is_put_aside_leaves_nothing(slow: Slow) -> None:
    account = Budget(Decimal(5), ["a"], till=till(slow)).account("a")
    asking = asyncio.ensure_future(account.reserve(Decimal(1)))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (account.spent, await spent_today(slow)) == (0, 0)
    await account.reserve(Decimal(1))


async def test_a_call_that_cannot_be_put_aside_is_not_counted(slow: Slow) -> None:
    account = Budget(Decimal(5), ["a"], till=till(slow)).account("a")
    slow.broken = True
    with pytest.raises(ConflictError):
        await account.reserve(Decimal(1))
    assert account.spent == 0


async def test_a_price_that_the_store_does_not_take_leaves_what_was_put_aside(slow: Slow) -> None:
    kept: list[Any] = []

    async def keep(entry: Any) -> None:
        kept.append(entry)

    account = Budget(Decimal(5), ["a"], record=keep, till=till(slow)).account("a")
    reservation = await account.reserve(Decimal(1))
    slow.broken = True
    with pytest.raises(ConflictError):
        await reservation.settle(dollars("0.1"))
    assert (await spent_today(slow), account.spent, len(kept)) == (1, dollars("0.1"), 2)


async def test_what_an_allowance_refuses_is_in_nobodys_way(slow: Slow) -> None:
    budget = Budget(Decimal(2), ["a", "b"], till=till(slow, "0.9"))
    wanted = [budget.account("a").reserve(Decimal(1)), budget.account("a").reserve(dollars("0.9"))]
    refused, fits = await asyncio.gather(*wanted, return_exceptions=True)
    assert isinstance(refused, BudgetExceededError)
    assert not isinstance(fits, BaseException)


amounts = st.integers(1, 40).map(lambda cents: Decimal(cents) / 100)
calls = st.lists(st.tuples(amounts, st.sampled_from(["settled", "dearer", "released", "never ended"])), max_size=6)
runs = st.lists(st.tuples(st.sampled_from(["C1", "C2"]), st.sampled_from(["U1", "U2"]), calls), min_size=1, max_size=4)


class Law(Slow):
    """Checks at each answer that exactly what fits every allowance is let in."""

    async def put_aside(self, draw: Draw, allowances: Sequence[Allowance]) -> int | Shortage:
        await asyncio.sleep(0)
        spent = await self.drawn(draw.workspace, draw.at, channel=draw.channel, user_id=draw.user_id)
        fits = all(spent[each.kind] + draw.amount <= each.limit for each in allowances)
        answer = await MemoryStore.put_aside(self, draw, allowances)
        assert isinstance(answer, int) is fits
        await asyncio.sleep(0)
        return answer


@given(runs=runs, most=st.tuples(amounts, amounts, amounts), limit=amounts)
@settings(max_examples=150, deadline=None)
async def test_no_interleaving_of_runs_passes_a_limit_and_every_call_that_fits_is_sent(
    runs: Any, most: tuple[Decimal, Decimal, Decimal], limit: Decimal
) -> None:
    store, clock = Law(), ManualClock()
    await store.open()
    limits = Allowances(per_day=most[0] * 2, per_channel=most[1] * 2, per_user=most[2] * 2)
    over: dict[str, Decimal] = {"C1": Decimal(0), "C2": Decimal(0), "U1": Decimal(0), "U2": Decimal(0)}

    rightly: list[bool] = []

    async def run(channel: str, user_id: str, wanted: Any) -> Budget:
        budget = Budget(limit, ["a", "b"], till=Till(store, clock, limits, "T1", channel, user_id))

        async def call(agent_id: str, most: Decimal, end: str) -> None:
            account = budget.account(agent_id)
            try:
                reservation = await account.reserve(most)
            except BudgetExceededError as refusal:
                rightly.append("allowance" in refusal.details or most > account.left)
                return
            await asyncio.sleep(0)
            if end == "settled":
                await reservation.settle(most / 2)
            elif end == "dearer":
                over[channel] += most / 4
                over[user_id] += most / 4
                await reservation.settle(most * 5 / 4)
            elif end == "released":
                await reservation.release()

        await asyncio.gather(*(call("ab"[n % 2], *each) for n, each in enumerate(wanted)))
        return budget

    budgets = await asyncio.gather(*(run(*each) for each in runs))
    assert all(rightly)
    for channel, user_id, _ in runs:
        drawn = await store.drawn("T1", NOON, channel=channel, user_id=user_id)
        assert drawn[DAY] <= most[0] * 2 + over["C1"] + over["C2"]
        assert drawn[CHANNEL] <= most[1] * 2 + over[channel]
        assert drawn[USER] <= most[2] * 2 + over[user_id]
    assert sum(budget.spent for budget in budgets) == await spent_today(store)


@asynccontextmanager
async def sqlite(path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(path, synchronous=Synchronous.OFF)
    await store.open()
    try:
        yield store
    finally:
        await store.aclose()


async def run_of(
    service: Investigations,
    incident_id: str = "INC-1",
    *,
    place: str = "C1",
    mode: Mode = Mode.SEQUENTIAL,
    by: Any = ANA,
) -> InvestigationView:
    asked = Parameters(incident_id=incident_id, budget=Decimal(9), mode=mode)
    opened = await service.investigate(
        asked, workspace="T1", by=by, origin=Origin(surface="slack", place=place, request_id="q")
    )
    return await service.ended("T1", opened.investigation.investigation_id)


def small_world(store: Store, diary: Diary, **limits: str) -> World:
    team = team_of(*priced(diary, application=["1", "1"], database=["1"], network=["1"]))
    allowances = Allowances(**{name: Decimal(value) for name, value in limits.items()})
    return World(store, team, allowances=allowances, asking=HubRules())


@pytest.mark.parametrize("mode", Mode)
async def test_a_run_that_an_allowance_refuses_ends_with_what_it_has_and_asks_nobody(store: Store, mode: Mode) -> None:
    diary = Diary()
    async with small_world(store, diary, per_day="3").service() as service:
        view = await run_of(service, mode=mode)
    assert (view.state, view.gates, view.cost.total) == (InvestigationState.STOPPED, (), 3)
    assert "$3.00 of today's $3.00 is spent. It begins anew on 2026-03-15 at 00:00 UTC" in view.reason
    assert view.reason.endswith("Ask again then, or have the setting raised; a larger budget= would not help.")
    (missed,) = [each for each in view.steps if each.allowance]
    assert (missed.outcome, missed.allowance) == (StepOutcome.OVER_BUDGET, DAY)
    assert {"plain network"} <= {each.statement for each in view.ranked} or mode is Mode.PARALLEL
    assert len(diary.sent) == 3
    await check_rows(store, view)


async def test_what_one_run_has_spent_the_next_one_lacks_whoever_asks_in_that_channel(store: Store) -> None:
    diary = Diary()
    async with small_world(store, diary, per_channel="5").service() as service:
        first = await run_of(service, "INC-1")
        second = await run_of(service, "INC-2", place="C1/1700000000.1", by=BEN)
        third = await run_of(service, "INC-3", place="C2", by=BEN)
    assert [each.cost.total for each in (first, second, third)] == [4, 1, 4]
    assert [each.state.value for each in (first, second, third)] == ["completed", "stopped", "completed"]
    assert "of this channel" in second.reason


async def test_two_runs_at_once_share_a_day(store: Store) -> None:
    async with small_world(store, Diary(), per_day="6").service() as service:
        views = await asyncio.gather(*(run_of(service, f"INC-{n}", place=f"C{n}") for n in range(3)))
    assert sum(each.cost.total for each in views) == 6


async def test_a_limit_that_is_set_at_noon_knows_of_the_morning(store: Store) -> None:
    async with small_world(store, Diary()).service() as service:
        await run_of(service)
    async with small_world(store, Diary(), per_user="5").service() as service:
        assert (await run_of(service)).cost.total == 1


class FailsAfter:
    """Implements Listener: takes the store away once an agent's turn was refused."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.down = asyncio.Event()

    def heard(self, recorded: Any, view: InvestigationView) -> None:
        if isinstance(recorded.event, StepEnded) and recorded.event.allowance:
            self.down.set()


async def test_a_run_that_was_refused_before_a_restart_asks_nobody_afterwards(store: Store) -> None:
    diary = Diary()
    world = small_world(store, diary, per_day="3")
    watching = FailsAfter(store)
    service = world.new_service(watching)
    await service.open()
    opened = await service.investigate(
        Parameters(incident_id="INC-1", budget=Decimal(9)), workspace="T1", by=ANA, origin=Origin(place="C1")
    )
    await watching.down.wait()
    await service.aclose()
    async with world.service() as again:
        view = await again.ended("T1", opened.investigation.investigation_id)
    assert (view.state, view.gates, len(diary.sent)) == (InvestigationState.STOPPED, (), 3)
    assert "COMPASS_BUDGET_PER_DAY" in view.reason
    assert "a larger budget= would not help" in view.reason


async def test_an_open_call_of_a_process_that_died_counts_against_the_day(tmp_path: Path) -> None:
    path = tmp_path / "compass.db"
    async with sqlite(path) as store:
        await Budget(Decimal(5), ["a"], till=till(store)).account("a").reserve(dollars("0.7"))
    async with sqlite(path) as store:
        account = Budget(Decimal(5), ["a"], till=till(store)).account("a")
        with pytest.raises(BudgetExceededError):
            await account.reserve(dollars("0.4"))
        await account.reserve(dollars("0.3"))


@pytest.mark.parametrize("call", [Call("1", refused=True)])
async def test_a_refused_call_is_free_for_the_next_run(store: Store, call: Call) -> None:
    team = team_of(*priced(Diary(), application=[call] * 5))
    async with World(store, team, allowances=Allowances(per_day=Decimal(1))).service() as service:
        view = await run_of(service)
    assert (view.state, view.cost.total) == (InvestigationState.COMPLETED, 0)


def test_what_comes_from_no_channel_or_from_nobody_has_the_days_limit_alone() -> None:
    limits = Allowances(per_day=Decimal(3), per_channel=Decimal(2), per_user=Decimal(1))
    assert [each.kind for each in limits.that_bind("", "")] == [DAY]
    assert [each.kind for each in limits.that_bind("C1", "U1")] == [DAY, CHANNEL, USER]
    assert Allowances().that_bind("C1", "U1") == ()
