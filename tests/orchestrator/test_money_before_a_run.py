"""What is spent before there is a run is the run's all the same, and what runs like it cost is known when it begins."""

import asyncio
from decimal import Decimal

import pytest

from orchestrator.errors import BudgetExceededError
from orchestrator.events import InvestigationView, replay
from orchestrator.investigation import Investigations, Limits
from orchestrator.model import (
    AllowanceKind,
    Allowances,
    CallStatus,
    Estimate,
    InvestigationState,
    LedgerEntry,
    Mode,
    Origin,
    breakdown_lines,
)
from orchestrator.parameters import Parameters
from orchestrator.ports import Store
from tests.orchestrator.test_money import check_rows, priced
from tests.support.agents import Diary, team_of
from tests.support.builders import ANA
from tests.support.clock import NOON
from tests.support.world import World, run_to_end

HERE = Origin(surface="slack", place="C1", request_id="q")


def dollars(text: str) -> Decimal:
    return Decimal(text)


def world_of(store: Store, *, allowances: Allowances | None = None, **calls: list[str]) -> World:
    return World(store, team_of(*priced(Diary(), **calls)), allowances=allowances, limits=Limits(words=dollars("0.10")))


async def asked(
    service: Investigations, budget: str = "3", incident_id: str = "INC-1", paid: tuple[LedgerEntry, ...] = ()
) -> InvestigationView:
    parameters = Parameters(incident_id=incident_id, budget=Decimal(budget))
    opened = await service.investigate(parameters, workspace="T1", by=ANA, origin=HERE, paid=paid)
    return await service.ended("T1", opened.investigation.investigation_id)


async def test_what_reading_the_words_cost_stands_on_a_line_of_its_own_and_counts_against_the_run(store: Store) -> None:
    async with world_of(store, a=["2.95"]).service() as service:
        account = service.money.words_account(workspace="T1", by=ANA, origin=HERE)
        call = await account.reserve(dollars("0.08"), purpose="read the words", model="m")
        await call.settle(dollars("0.04"), tokens_in=900, tokens_out=40)
        await account.reserve(dollars("0.05"), model="m")  # nothing more was heard of it
        await (await account.reserve(dollars("0.01"))).release()
        view = await asked(service, paid=account.entries)
    assert [(each.call_id, each.agent_id, each.status) for each in view.ledger] == [
        ("words-1", "words", CallStatus.SETTLED),
        ("words-2", "words", CallStatus.SETTLED),
        ("words-3", "words", CallStatus.RELEASED),
    ]
    assert (view.state, view.cost.total) == (InvestigationState.STOPPED, dollars("0.09"))
    assert "$2.91 is left" in view.reason
    assert service.title_of("words") == "Words"
    assert "Words:       $0.0900" in breakdown_lines(view.cost, service.title_of)
    await check_rows(store, view)


async def test_the_words_and_the_agents_together_never_pass_the_budget(store: Store) -> None:
    async with world_of(store, a=["1", "0.96"], b=["0.94"]).service() as service:
        account = service.money.words_account(workspace="T1", by=ANA, origin=HERE)
        await account.reserve(dollars("0.06"))
        view = await asked(service, "2", paid=account.entries)
    assert (view.state, view.cost.total) == (InvestigationState.STOPPED, dollars("1.06"))
    await check_rows(store, view)


async def test_a_words_account_has_a_small_limit_of_its_own_and_less_where_less_was_typed(store: Store) -> None:
    async with world_of(store, a=[]).service() as service:
        account = service.money.words_account(workspace="T1", by=ANA, origin=HERE)
        assert account.left == dollars("0.10")
        with pytest.raises(BudgetExceededError):
            await account.reserve(dollars("0.11"))
        less = service.money.words_account(workspace="T1", by=ANA, origin=HERE, most=dollars("0.02"))
        assert less.left == dollars("0.02")


async def test_words_are_under_the_allowances_also_where_no_run_comes_of_them(store: Store) -> None:
    limits = Allowances(per_day=dollars("0.15"), per_channel=Decimal(2))
    async with world_of(store, allowances=limits, a=[]).service() as service:
        account = service.money.words_account(workspace="T1", by=ANA, origin=HERE)
        await account.reserve(dollars("0.10"))
        other = service.money.words_account(workspace="T1", by=ANA, origin=HERE)
        with pytest.raises(BudgetExceededError, match="COMPASS_BUDGET_PER_DAY"):
            await other.reserve(dollars("0.06"))
        today = await service.money.today("T1", HERE, ANA)
    assert [(each.kind, each.limit, spent) for each, spent in today] == [
        (AllowanceKind.DAY, dollars("0.15"), dollars("0.10")),
        (AllowanceKind.CHANNEL, Decimal(2), dollars("0.10")),
    ]


async def test_who_joins_a_run_does_not_change_its_ledger(store: Store) -> None:
    async with world_of(store, a=["1"]).service() as service:
        account = service.money.words_account(workspace="T1", by=ANA, origin=HERE)
        await account.reserve(dollars("0.06"))
        both = await asyncio.gather(asked(service), asked(service, paid=account.entries))
    assert both[0].investigation == both[1].investigation
    assert (await store.drawn("T1", NOON))[AllowanceKind.DAY] == dollars("1.06")
    assert {each.agent_id for each in both[0].ledger} == {"a"}


@pytest.mark.parametrize(
    ("spent", "told"),
    [
        ([], ""),
        (["1", "2"], ""),
        (["0", "0", "0"], ""),
        (["0", "0", "0.03"], "Runs like this cost $0.00, at most $0.03 in 9 of 10 (3 runs)"),
        (["3", "1", "2"], "Runs like this cost $2.00, at most $3.00 in 9 of 10 (3 runs)"),
        ([f"0.0{n}" for n in range(1, 10)] + ["7"], "Runs like this cost $0.05, at most $0.09 in 9 of 10 (10 runs)"),
    ],
)
def test_an_estimate_is_what_half_and_what_nine_of_ten_have_cost(spent: list[str], told: str) -> None:
    estimate = Estimate.of([Decimal(each) for each in spent])
    assert str(estimate or "") == told


async def test_a_run_knows_when_it_begins_what_the_ones_like_it_have_cost(store: Store) -> None:
    async with world_of(store, a=["0.30"]).service() as service:
        for number in range(3):
            view = await asked(service, incident_id=f"INC-{number}")
            assert view.investigation.estimate is None
        fourth = await asked(service, incident_id="INC-4")
        assert fourth.investigation.estimate == Estimate(runs=3, median=dollars("0.3"), most=dollars("0.3"))
        assert replay(await store.events(*fourth.key)) == fourth
        parallel = await run_to_end(service, parameters=Parameters(incident_id="INC-5", mode=Mode.PARALLEL))
        assert parallel.investigation.estimate is None
        elsewhere = await service.investigate(Parameters(incident_id="INC-6"), workspace="T2", by=ANA, origin=HERE)
        assert elsewhere.investigation.estimate is None


async def test_runs_without_a_model_tell_nothing_of_those_with_one(store: Store) -> None:
    async with world_of(store, a=[]).service() as service:
        for number in range(5):
            await asked(service, incident_id=f"INC-{number}")
    async with world_of(store, a=["0.30"]).service() as service:
        assert (await asked(service, incident_id="INC-8")).investigation.estimate is None
