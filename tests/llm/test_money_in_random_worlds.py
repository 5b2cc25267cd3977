"""Not one cent beyond the limit, under any failure: a few of the random worlds, and that who watches them would notice.

`make soak-money` lives in 2,000 of them.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from agents.llm.prices import Price, Usage
from tests.llm.crowds import AT_ONCE, crowd, naive
from tests.llm.soak import ENOUGH_FOR, world
from tests.llm.wiring import PRICE

WORLDS = range(24)


@pytest.mark.parametrize("seed", WORLDS)
async def test_a_run_never_costs_more_than_its_limit_and_the_ledger_is_the_bill(seed: int) -> None:
    await world(seed).live()


@pytest.mark.parametrize("seed", range(6))
async def test_twenty_at_once_never_cost_more_than_the_limit_of_their_account(seed: int) -> None:
    await crowd(seed)


async def test_the_limit_of_the_library_lets_many_times_as_much_through() -> None:
    one = await naive(Decimal(1), at_once=1)
    assert await naive(one * ENOUGH_FOR) == one * AT_ONCE


class Hopeful(Price):
    """Puts aside what a call costs where all goes well."""

    def most(self, tokens_in: int, tokens_out: int) -> Decimal:
        return super().most(tokens_in // 8, tokens_out // 8)


class Forgetful(Price):
    """Forgets what the answer costs."""

    def cost(self, usage: Usage) -> Decimal:
        return super().cost(replace(usage, tokens_out=0))


@pytest.mark.parametrize("wrong", [Hopeful, Forgetful])
async def test_whoever_watches_would_notice_a_wrong_price(wrong: type[Price]) -> None:
    for seed in WORLDS:
        try:
            await replace(world(seed), price=wrong(PRICE.rates)).live()
        except AssertionError:
            return
    pytest.fail(f"in {len(WORLDS)} worlds nobody noticed")
