"""When most of the money is spent people are told, once for each limit, in whichever process."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from orchestrator.events import BudgetNoticed, Event, InvestigationView, Recorded
from orchestrator.investigation import Investigations
from orchestrator.model import BudgetNotice, InvestigationState, Mode, notice_words
from orchestrator.parameters import Parameters
from orchestrator.ports import Store, TeamSpec
from storage.errors import StorageClosedError
from tests.orchestrator.asking import answered, id_of, world_of
from tests.orchestrator.test_money import check_rows, priced
from tests.support.agents import Call, Diary, PricedAgent, ScriptedAgent, team_of
from tests.support.builders import observation
from tests.support.world import Collector, World, run_to_end, start


def dollars(text: str) -> Decimal:
    return Decimal(text)


async def five_dollars(service: Investigations, mode: Mode = Mode.SEQUENTIAL) -> InvestigationView:
    return await run_to_end(service, parameters=Parameters(incident_id="INC-1", budget=Decimal(5), mode=mode))


def team(*calls: str, network: str = "0.01") -> TeamSpec:
    free = lambda: ScriptedAgent("application", [observation("seen")])  # noqa: E731
    return team_of(free, *priced(Diary(), database=list(calls), network=[network]))


async def test_the_call_after_which_four_fifths_are_spent_is_told_with_who_comes_after_it(store: Store) -> None:
    collector = Collector()
    world = World(store, team_of(*priced(Diary(), application=["1.6"], database=["1.7"], network=["0.8", "0.3"])))
    async with world.service(collector) as service:
        view = await five_dollars(service)
    assert view.notices == (BudgetNotice(spent=dollars("4.1"), limit=Decimal(5)),)
    types = collector.types()
    assert types[types.index("budget_noticed") - 1] == "call_settled"
    await check_rows(store, view)


async def test_agents_whose_turn_has_not_come_are_named(store: Store) -> None:
    async with World(store, team("3.3", "0.01")).service() as service:
        view = await five_dollars(service)
    assert view.notices == ()
    dear = lambda: ScriptedAgent("a", [observation("seen")], bills=[Decimal(0), Decimal(4)])  # noqa: E731
    async with World(store, team_of(dear, lambda: ScriptedAgent("b"))).service() as service:
        view = await five_dollars(service)
    assert view.notices == (BudgetNotice(spent=Decimal(4), limit=Decimal(5), ahead=("b",)),)


async def test_a_nano_dollar_less_is_not_told(store: Store) -> None:
    calls = {"application": ["1.666666666"], "database": ["1.666666667"], "network": ["0.666666666"]}
    async with World(store, team_of(*priced(Diary(), **calls))).service() as service:
        assert (await five_dollars(service)).notices == ()


async def test_what_is_put_aside_for_a_call_is_not_told_as_spent(store: Store) -> None:
    cheap = [Call("1.6", "0.01")]
    world = World(store, team_of(*priced(Diary(), application=cheap, database=cheap, network=[Call("4.9", "0.01")])))
    async with world.service() as service:
        view = await five_dollars(service)
    assert (view.state, view.notices) == (InvestigationState.COMPLETED, ())


@pytest.mark.parametrize("mode", Mode)
async def test_it_is_told_once_however_much_is_spent_afterwards_and_by_however_many(store: Store, mode: Mode) -> None:
    world = World(store, team_of(*priced(Diary(), a=["0.4"] * 4, b=["0.4"] * 4, c=["0.4"] * 4)))
    async with world.service() as service:
        view = await five_dollars(service, mode)
    assert [each.spent for each in view.notices] == [4]


async def test_an_extended_budget_is_told_of_again_when_most_of_that_is_spent(store: Store) -> None:
    dear = lambda: PricedAgent("a", ["4.5", "2", "0.4"], observes=[observation("seen", "a")])  # noqa: E731
    async with world_of(store, team_of(dear)).service() as service:
        view = await five_dollars(service)
        await answered(service, view, approved=True)
        view = await service.ended("T1", id_of(view))
        while view.open_gates:
            await answered(service, view, approved=True)
            view = await service.ended("T1", id_of(view))
    limits = [each.limit for each in view.notices]
    assert limits[0] == 5
    assert limits == sorted(set(limits))
    assert all(each.spent >= each.limit * 4 / 5 for each in view.notices)
    assert len(limits) > 1
    await check_rows(store, view)


class Falls:
    """Stops taking events just before a notice would be kept, as a process that dies there does."""

    def __init__(self, store: Store) -> None:
        self._store, self._dead = store, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(self, workspace: str, investigation_id: str, event: Event, at: datetime) -> Recorded:
        self._dead = self._dead or isinstance(event, BudgetNoticed)
        if self._dead:
            raise StorageClosedError("The process is dead.")
        return await self._store.append(workspace, investigation_id, event, at)


async def test_where_the_process_dies_before_it_was_told_the_next_one_tells_it_and_none_tells_it_again(
    store: Store,
) -> None:
    diary = Diary()
    calls = {"a": ["1.6"], "b": ["1.7"], "c": ["0.9"]}
    world = World(store, team_of(*priced(diary, **calls)))
    falling: Any = Falls(store)
    service = world.new_service(store=falling)
    await service.open()
    asked = await start(service, parameters=Parameters(incident_id="INC-1", budget=Decimal(5)))
    await service.ended("T1", asked)
    await service.aclose()
    for _ in range(2):
        async with world.service() as again:
            view = await again.ended("T1", asked)
    assert [each.spent for each in view.notices] == [dollars("4.2")]


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        ((), "80 % of $5.00 is spent: $4.02."),
        (("network",), "80 % of $5.00 is spent: $4.02. What is left may not cover Network."),
        (("a", "b"), "80 % of $5.00 is spent: $4.02. What is left may not cover A and B."),
        (("a", "b", "c"), "80 % of $5.00 is spent: $4.02. What is left may not cover A, B and C."),
        (tuple("abcde"), "80 % of $5.00 is spent: $4.02. What is left may not cover A, B, C and 2 more."),
    ],
)
def test_it_says_how_much_of_what_and_for_whom_it_may_not_do(ahead: tuple[str, ...], words: str) -> None:
    assert notice_words(BudgetNotice(spent=dollars("4.02"), limit=Decimal(5), ahead=ahead), str.title) == words
