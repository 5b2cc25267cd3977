"""Spend in very many random worlds: `python -m tests.llm.soak --runs 2000`. Ends with 1 at the first broken law.

Each run is a whole investigation whose specialists ask a local provider over its real wire format, with its real SDK. Half of
them go one agent after the other, half all at once; every fourth speaks Azure's or Anthropic's format. Beside them, twenty
questions at once on one account, and what the limit of the library lets through there.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections import Counter
from decimal import Decimal

from orchestrator.model import Mode
from tests.llm.crowds import AT_ONCE, crowd, naive
from tests.llm.worlds import MoneyWorld

KINDS = ("openai", "openai", "openai", "azure", "openai", "openai", "openai", "anthropic")
ENOUGH_FOR = Decimal("2.4")
"""So many questions the limit of the library is to let through."""
MODES = (Mode.SEQUENTIAL, Mode.PARALLEL)


def world(seed: int) -> MoneyWorld:
    """The world of that seed."""
    return MoneyWorld(seed, MODES[seed % 2], KINDS[seed // 2 % len(KINDS)])


async def soak(runs: int, crowds: int, first: int) -> int:
    """Live in the worlds from `first` on, and print what came of them. Gives back the exit code."""
    seen: Counter[str] = Counter()
    turns: Counter[str] = Counter()
    billed, begun = Decimal(0), time.monotonic()
    for seed in range(first, first + runs):
        one = world(seed)
        try:
            await one.live()
        except Exception as failure:  # noqa: BLE001 - whatever it is, its seed is what helps
            print(f"run {seed}: {type(failure).__name__}: {failure}", file=sys.stderr)
            return 1
        seen.update([str(one.mode), one.kind, *(["bound"] if one.refusals else [])])
        turns.update(one.provider.turns)
        billed += one.provider.server.billed
    told = ", ".join(f"{number} {what}" for what, number in seen.most_common() if what != "bound")
    took = time.monotonic() - begun
    print(
        f"{runs} runs ({told}) in {took:.0f} s: ${billed} billed, never more than the limit, which bound in {seen['bound']}."
    )
    print(f"{turns.total()} requests: {', '.join(f'{number} {what}' for what, number in turns.most_common())}")
    return await _crowds(crowds, first)


async def _crowds(crowds: int, first: int) -> int:
    bound = 0
    for seed in range(first, first + crowds):
        try:
            bound += await crowd(seed)
        except Exception as failure:  # noqa: BLE001 - see above
            print(f"crowd {seed}: {type(failure).__name__}: {failure}", file=sys.stderr)
            return 1
    print(f"{crowds} times {AT_ONCE} at once on one account: never more than the limit, which bound in {bound}.")
    limit = ENOUGH_FOR * await naive(Decimal(1), at_once=1)
    spent = await naive(limit)
    print(
        f"The library's own limit of ${limit:f}, with {AT_ONCE} at once, let ${spent:f} through: "
        f"{spent / limit:.1f} times as much."
    )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--crowds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first one")
    asked = parser.parse_args()
    logging.disable()
    return asyncio.run(soak(asked.runs, asked.crowds, asked.first))


if __name__ == "__main__":
    sys.exit(main())
