"""Live in very many random worlds: `python -m tests.engine.soak --graphs 10000`. Ends with 1 at the first broken law.

Every tenth world is lived in twice, and has to be told alike both times.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter

from tests.engine.worlds import World

EVERY = 10


async def soak(graphs: int, first: int) -> int:
    """Live in the worlds from `first` on, and print how many and what their tasks ended as. Gives back the exit code."""
    ends: Counter[str] = Counter()
    begun = time.monotonic()
    for seed in range(first, first + graphs):
        try:
            life = await World(seed).live()
            assert seed % EVERY or await World(seed).live() == life, "the same seed gives another schedule"
        except Exception as failure:  # noqa: BLE001 - whatever it is, its seed is what helps
            print(f"seed {seed}: {type(failure).__name__}: {failure}", file=sys.stderr)
            return 1
        ends.update(map(str, life.statuses.values()))
    took = time.monotonic() - begun
    told = ", ".join(f"{number} {status}" for status, number in ends.most_common())
    print(f"{graphs} graphs, {ends.total()} tasks in {took:.0f} s, no deadlock and no law broken: {told}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first one")
    asked = parser.parse_args()
    return asyncio.run(soak(asked.graphs, asked.first))


if __name__ == "__main__":
    sys.exit(main())
