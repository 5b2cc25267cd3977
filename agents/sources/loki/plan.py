"""What is read when there is more than may be: of which streams which stretches of time. Pure.

The law: the time before and the time of the incident are read alike. Streams that fit are read whole. Of others the same share
of every minute or so is read, whole, so that counts before and after can be compared: a limit on lines would cut off the
busiest minutes, and those are the incident's.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from orchestrator.model import Window

LINE_BYTES = 200
"""What a line is taken for where only their number is known."""
SMALLEST_SHARE = 1 / 64
FOR_AFFECTED = 2.0
"""A stream where the trouble shows may bring so much more than another."""


@dataclass(frozen=True, slots=True)
class LokiLimits:
    """The most one lookup may bring: bytes of lines (by the server's estimate), lines; lines of one answer; stretches of time.

    5,000 lines an answer is the most that Loki gives unless told otherwise (`max_entries_limit_per_query`).
    """

    bytes: int = 12 * 2**20
    lines: int = 150_000
    page: int = 5_000
    stretches: int = 40


def shares_of(amounts: Mapping[str, float], affected: Collection[str], budget: float) -> dict[str, float]:
    """Which part of each stream can be read: all where it fits, else a half, a quarter, and so on.

    Who needs less than a fair part leaves the rest to the others.
    """
    weight = {each: FOR_AFFECTED if each in affected else 1.0 for each in amounts}
    left, weights = budget, sum(weight.values())
    shares: dict[str, float] = {}
    for each in sorted(amounts, key=lambda name: (amounts[name] / weight[name], name)):
        fair = left * weight[each] / weights
        shares[each] = 1.0 if amounts[each] <= fair else _rounded(fair / amounts[each])
        left -= min(amounts[each], fair)
        weights -= weight[each]
    return shares


def _rounded(share: float) -> float:
    """Down to a power of a half, so that few queries suffice for many streams."""
    return max(SMALLEST_SHARE, 2.0 ** math.floor(math.log2(share)))


def grouped(shares: Mapping[str, float]) -> dict[float, list[str]]:
    """Streams of the same share, in order; the largest share first."""
    groups: dict[float, list[str]] = defaultdict(list)
    for each in sorted(shares):
        groups[shares[each]].append(each)
    return dict(sorted(groups.items(), reverse=True))


def stretches_of(window: Window, share: float, number: int) -> list[tuple[int, int]]:
    """Stretches of time (nanoseconds) that make up that share of the window, in an order in which any first part is spread.

    They lie on a grid that begins with the epoch, where only a share is read, so that windows side by side agree.
    """
    start, end = (round(each.timestamp() * 1e6) * 1000 for each in (window.start, window.end))
    if end <= start:
        return []
    period = math.ceil((end - start) / number)
    first = start // period * period if share < 1 else start
    length = math.ceil(period * share)
    cut = [(max(at, start), min(at + length, end)) for at in range(first, end, period)]
    kept = [each for each in cut if each[0] < each[1]]
    return [kept[at] for at in spread(len(kept))]


def spread(number: int) -> Iterator[int]:
    """0 to `number` - 1, far apart first (van der Corput's order)."""
    bits = max(1, (number - 1).bit_length())
    reversed_bits = (int(f"{at:0{bits}b}"[::-1], 2) for at in range(2**bits))
    return (each for each in reversed_bits if each < number)
