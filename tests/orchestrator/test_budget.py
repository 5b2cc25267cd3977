"""Money is put aside before it is spent; nothing passes the limit, and every digit adds up."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.budget import MOST_MONEY, Budget
from orchestrator.errors import AgentNotFoundError, BudgetExceededError, ConflictError
from orchestrator.model import CallStatus, LedgerEntry, from_nano, to_nano
from orchestrator.ports import Account

THREE = ["application", "database", "network"]

nano_dollars = st.integers(min_value=0, max_value=10**13).map(lambda nano: Decimal(nano).scaleb(-9))
names = st.integers(min_value=1, max_value=7).map(lambda n: [f"a{i}" for i in range(n)])


def total_of_limits(budget: Budget, agent_ids: list[str]) -> Decimal:
    return sum((budget.account(name).limit for name in agent_ids), Decimal(0))


class Book:
    """Keeps entries as a store would, and gives way to others in between."""

    def __init__(self) -> None:
        self.entries: list[LedgerEntry] = []

    async def __call__(self, entry: LedgerEntry) -> None:
        await asyncio.sleep(0)
        self.entries.append(entry)


async def refuse(entry: LedgerEntry) -> None:
    raise ConflictError("the store does not take it")


@given(limit=nano_dollars, agent_ids=names)
def test_shares_are_equal_and_the_remainder_goes_to_the_last(limit: Decimal, agent_ids: list[str]) -> None:
    budget = Budget(limit, agent_ids)
    shares = [budget.account(name).limit for name in agent_ids]
    assert sum(shares) == limit
    assert len(set(shares[:-1])) <= 1
    assert 0 <= shares[-1] - shares[0] < Decimal(len(agent_ids)).scaleb(-9)


def test_ten_dollars_for_three_are_three_and_a_third_each_to_the_last_digit() -> None:
    budget = Budget(Decimal("10.00"), THREE)
    assert [str(budget.account(name).limit) for name in THREE] == ["3.333333333", "3.333333333", "3.333333334"]


@given(
    limit=nano_dollars,
    agent_ids=names,
    wanted=st.lists(st.tuples(st.integers(0, 6), nano_dollars), max_size=12),
    handed=st.lists(st.integers(0, 6), max_size=12),
)
async def test_passing_on_never_makes_or_loses_money(
    limit: Decimal, agent_ids: list[str], wanted: list[tuple[int, Decimal]], handed: list[int]
) -> None:
    budget = Budget(limit, agent_ids)
    for (who, most), giver in zip(wanted, [*handed, *[0] * len(wanted)], strict=False):
        account = budget.account(agent_ids[who % len(agent_ids)])
        if most <= account.left:
            await account.reserve(most)
        budget.pass_on(agent_ids[giver % len(agent_ids)])
        assert total_of_limits(budget, agent_ids) == limit
        assert budget.spent <= limit


def test_what_the_last_one_has_left_stays_with_it() -> None:
    budget = Budget(Decimal(10), THREE)
    budget.pass_on("network")
    assert budget.account("network").left == Decimal("3.333333334")


async def test_what_is_left_goes_to_the_next_and_not_what_was_spent() -> None:
    budget = Budget(Decimal(9), THREE)
    await (await budget.account("application").reserve(Decimal(2))).settle(Decimal("0.5"))
    budget.pass_on("application")
    assert budget.account("application").left == 0
    assert budget.account("database").left == Decimal("5.5")


async def test_an_account_overdrawn_by_a_dear_call_passes_nothing_on() -> None:
    budget = Budget(Decimal(9), THREE)
    await (await budget.account("application").reserve(Decimal(3))).settle(Decimal(5))
    budget.pass_on("application")
    assert budget.account("application").left == -2
    assert budget.account("database").limit == 3


async def test_a_call_that_does_not_fit_is_refused_and_nothing_is_put_aside() -> None:
    book = Book()
    account = Budget(Decimal("10.00"), THREE, record=book).account("application")
    for _ in range(3):
        await (await account.reserve(Decimal("1.10"))).settle(Decimal("1.10"))
    with pytest.raises(BudgetExceededError) as refused:
        await account.reserve(Decimal("1.10"))
    assert refused.value.message == "The next call of application may cost $1.10; $0.03 is left for it."
    assert refused.value.details == {"agent_id": "application", "needed": "1.10", "left": "0.033333333"}
    assert account.spent == Decimal("3.30")
    assert len(book.entries) == 6


async def test_a_refusal_never_reads_as_if_it_would_fit() -> None:
    account = Budget(Decimal("0.0041"), ["a"]).account("a")
    with pytest.raises(BudgetExceededError, match=r"may cost \$0\.0042; \$0\.0041 is left"):
        await account.reserve(Decimal("0.0042"))


async def test_the_last_nano_dollar_can_be_spent_and_not_one_more() -> None:
    account = Budget(Decimal("0.000000002"), ["a"]).account("a")
    await account.reserve(Decimal("0.000000001"))
    await account.reserve(Decimal("0.000000001"))
    with pytest.raises(BudgetExceededError):
        await account.reserve(Decimal("0.000000001"))
    await account.reserve(Decimal(0))
    assert account.left == 0


async def test_an_amount_finer_than_a_nano_dollar_is_rounded_up_as_it_is_kept() -> None:
    book = Book()
    account = Budget(Decimal(1), ["a"], record=book).account("a")
    await (await account.reserve(Decimal("0.1000000001"))).settle(Decimal("0.0500000000000001"))
    assert [str(each.amount) for each in book.entries] == ["0.100000001", "0.050000001"]
    assert account.spent == from_nano(to_nano(account.spent))


async def test_settling_frees_what_was_put_aside_too_much() -> None:
    account = Budget(Decimal(10), ["a"]).account("a")
    reservation = await account.reserve(Decimal(9))
    assert (account.spent, account.left) == (9, 1)
    await reservation.settle(Decimal("1.25"), tokens_in=10, tokens_out=2)
    assert (account.spent, account.left) == (Decimal("1.25"), Decimal("8.75"))


async def test_releasing_frees_all_of_it_and_keeps_the_entry() -> None:
    book = Book()
    account = Budget(Decimal(10), ["a"], record=book).account("a")
    await (await account.reserve(Decimal(9), purpose="p", model="m")).release()
    assert (account.spent, account.left) == (0, 10)
    assert [(each.status, each.amount, each.purpose) for each in book.entries] == [
        (CallStatus.RESERVED, 9, "p"),
        (CallStatus.RELEASED, 0, "p"),
    ]


@pytest.mark.parametrize("first", ["settle", "release"])
@pytest.mark.parametrize("second", ["settle", "release"])
async def test_a_reservation_ends_once(first: str, second: str) -> None:
    account = Budget(Decimal(10), ["a"]).account("a")
    reservation = await account.reserve(Decimal(3))

    async def end(how: str) -> None:
        await (reservation.settle(Decimal(2)) if how == "settle" else reservation.release())

    await end(first)
    before = account.spent
    with pytest.raises(ConflictError):
        await end(second)
    assert account.spent == before


async def test_of_two_who_end_a_reservation_at_once_one_is_refused() -> None:
    account = Budget(Decimal(10), ["a"], record=Book()).account("a")
    reservation = await account.reserve(Decimal(3))
    ends = await asyncio.gather(reservation.settle(Decimal(2)), reservation.release(), return_exceptions=True)
    assert sum(isinstance(each, ConflictError) for each in ends) == 1
    assert account.spent == 2


async def test_a_call_dearer_than_its_reservation_counts_in_full_and_closes_the_door_for_everybody() -> None:
    budget = Budget(Decimal(10), ["a", "b"])
    await (await budget.account("a").reserve(Decimal(5))).settle(Decimal(9))
    assert budget.spent == 9
    with pytest.raises(BudgetExceededError):
        await budget.account("b").reserve(Decimal("1.01"))
    await budget.account("b").reserve(Decimal(1))
    assert budget.spent == 10


async def test_what_an_agent_spent_without_asking_is_not_spent_twice() -> None:
    budget = Budget(Decimal(9), THREE)
    budget.account("application").hear(Decimal("2.50"))
    budget.pass_on("application")
    assert budget.account("database").left == Decimal("3.50")
    assert budget.spent == Decimal("2.50")


async def test_an_agents_word_counts_once_beside_its_account() -> None:
    account = Budget(Decimal(9), ["a"]).account("a")
    await account.reserve(Decimal(2))
    account.hear(account.spent)
    account.hear(Decimal(3))
    account.hear(Decimal(3))
    account.hear(Decimal(1))
    assert account.spent == 3


async def test_an_agent_that_repeats_its_accounts_word_during_a_call_is_not_held_to_the_reservation() -> None:
    account = Budget(Decimal(9), ["a"]).account("a")
    reservation = await account.reserve(Decimal(5))
    account.hear(account.spent)
    await reservation.settle(Decimal(1))
    account.hear(account.spent)
    assert account.spent == 1


@given(
    seed=st.randoms(use_true_random=False),
    calls=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4 * 10**9), st.booleans()), max_size=25),
)
@settings(max_examples=60)
async def test_no_interleaving_of_tasks_passes_the_limit(seed: object, calls: list[tuple[int, int, bool]]) -> None:
    budget = Budget(Decimal("10.00"), THREE, record=Book())
    worst = Decimal(0)

    async def call(who: int, nano: int, billed: bool) -> None:
        nonlocal worst
        for _ in range(seed.randrange(4)):  # type: ignore[attr-defined]
            await asyncio.sleep(0)
        if seed.randrange(5) == 0:  # type: ignore[attr-defined]
            budget.pass_on(THREE[who])
        try:
            reservation = await budget.account(THREE[who]).reserve(from_nano(nano))
        except BudgetExceededError:
            return
        worst = max(worst, budget.spent)
        await asyncio.sleep(0)
        await (reservation.settle(from_nano(nano // 2)) if billed else reservation.release())

    await asyncio.gather(*(call(*each) for each in calls))
    assert worst <= Decimal("10.00")
    assert budget.spent <= Decimal("10.00")
    assert total_of_limits(budget, THREE) == Decimal("10.00")


async def test_many_tasks_that_want_a_dollar_at_once_get_ten_of_them() -> None:
    account = Budget(Decimal(10), ["a"], record=Book()).account("a")
    answers = await asyncio.gather(*(account.reserve(Decimal(1)) for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(each, BudgetExceededError) for each in answers) == 40
    assert account.spent == 10


async def test_what_cannot_be_recorded_is_told_and_stays_counted() -> None:
    account = Budget(Decimal(10), ["a"], record=refuse).account("a")
    with pytest.raises(ConflictError):
        await account.reserve(Decimal(4))
    assert account.spent == 4


async def test_a_restart_takes_over_what_was_spent_and_counts_open_calls_in_full() -> None:
    book = Book()
    before = Budget(Decimal(9), THREE, record=book)
    account = before.account("database")
    await (await account.reserve(Decimal(1))).settle(Decimal("0.25"))
    await (await account.reserve(Decimal(1))).release()
    await account.reserve(Decimal("0.5"))
    latest = {each.call_id: each for each in book.entries}
    after = Budget(Decimal(9), THREE, record=book)
    after.restore([*latest.values(), LedgerEntry(call_id="x-1", agent_id="somebody else", amount=Decimal(5))])
    assert (after.account("database").spent, after.beside, after.spent) == (Decimal("0.75"), 5, Decimal("5.75"))
    await after.account("database").reserve(Decimal(1))
    assert len({each.call_id for each in book.entries}) == 4


async def test_every_entry_names_the_step_it_belongs_to() -> None:
    book = Book()
    account = Budget(Decimal(9), ["a"], record=book).account("a")
    account.step = "hypothesise:a"
    await (await account.reserve(Decimal(1), purpose="review", model="m-1")).settle(
        Decimal(1), tokens_in=7, tokens_out=3
    )
    assert book.entries[-1].model_dump() == {
        "call_id": "a-1",
        "agent_id": "a",
        "purpose": "review",
        "step": "hypothesise:a",
        "model": "m-1",
        "tokens_in": 7,
        "tokens_out": 3,
        "tokens_cached": 0,
        "priced": True,
        "amount": Decimal(1),
        "status": CallStatus.SETTLED,
    }


@pytest.mark.parametrize(
    "amount", ["-0.000000001", "NaN", "Infinity", "-Infinity", "sNaN", "9000000000.000000001", "1E+40"]
)
async def test_an_amount_that_is_none_is_refused_and_changes_nothing(amount: str) -> None:
    with pytest.raises(ValueError, match="finite amount of dollars"):
        Budget(Decimal(amount), THREE)
    account = Budget(Decimal(10), ["a"]).account("a")
    with pytest.raises(ValueError, match="finite amount of dollars"):
        await account.reserve(Decimal(amount))
    assert account.spent == 0
    reservation = await account.reserve(Decimal(3))
    with pytest.raises(ValueError, match="finite amount of dollars"):
        await reservation.settle(Decimal(amount))
    assert account.spent == 3
    await reservation.release()
    assert account.spent == 0


async def test_the_most_money_that_can_be_kept_can_be_shared() -> None:
    budget = Budget(MOST_MONEY, THREE)
    assert total_of_limits(budget, THREE) == MOST_MONEY


async def test_a_budget_of_nothing_allows_what_costs_nothing() -> None:
    budget = Budget(Decimal(0), THREE)
    await budget.account("network").reserve(Decimal(0))
    with pytest.raises(BudgetExceededError):
        await budget.account("network").reserve(Decimal("0.000000001"))


def test_a_budget_without_agents_has_no_accounts() -> None:
    budget = Budget(Decimal(10), [])
    assert budget.spent == 0
    with pytest.raises(AgentNotFoundError):
        budget.account("application")


def test_an_unknown_agent_is_told_who_has_an_account() -> None:
    with pytest.raises(AgentNotFoundError) as refused:
        Budget(Decimal(10), THREE).account("netwrok")
    assert refused.value.remedy == "Known: application, database, network."


def test_an_account_is_what_the_port_says() -> None:
    account: Account = Budget(Decimal(10), ["a"]).account("a")
    assert (account.limit, account.spent, account.left) == (10, 0, 10)


async def test_a_call_of_a_later_process_never_takes_the_number_of_an_earlier_one() -> None:
    """The first call of the earlier process could not be kept, so that its ledger begins with the second."""
    earlier = LedgerEntry(call_id="application-2", agent_id="application", amount=Decimal(1))
    kept: list[str] = []

    async def keep(entry: LedgerEntry) -> None:
        kept.append(entry.call_id)

    budget = Budget(Decimal(10), ["application"], record=keep)
    budget.restore([earlier])
    await budget.account("application").reserve(Decimal(1))

    assert kept == ["application-3"]


async def test_what_humans_add_is_for_whoever_comes_to_its_end() -> None:
    budget = Budget(Decimal(4), ["a", "b"], extended_by=Decimal(3))
    first, second = budget.account("a"), budget.account("b")
    await first.reserve(Decimal("3.50"))
    assert (first.left, second.left) == (Decimal("1.50"), Decimal("3.50"))
    await second.reserve(Decimal("3.50"))
    assert (first.left, second.left) == (0, 0)
    assert budget.spent == budget.limit == 7
