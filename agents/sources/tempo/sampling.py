"""Which traces are asked for: as many of the incident as of the time before, with those of affected services among them.

An incident of a few minutes after an hour of health would get a fifteenth of an even sample, which is too few to compare.
So half of the slices lie in the incident, however short it is, and within each of the two times the sample is even. Half
of it is of traces that pass an affected service, for one in a thousand may; the other half is of all. The same rule holds
in every slice: shares and durations of calls can be compared, and numbers of calls cannot.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, zip_longest

from orchestrator.model import Window

EVERYTHING = '{ resource.service.name != "" }'
"""What names no service is of no use to us; and not every server that speaks TraceQL knows `{}`."""


MOST_FOUND = 200
"""Of one search: that it finds more costs a server little, and what is then read is spread more evenly."""


@dataclass(frozen=True, slots=True)
class Search:
    """One question: at most `limit` traces that match `query` (TraceQL) between two whole seconds.

    `since`: whether that is in the incident; False also where nothing is known of when it began.
    """

    query: str
    start: int
    end: int
    limit: int
    since: bool = False


def searches(
    window: Window, affected: Sequence[str], *, traces: int, slices: int, began: datetime | None = None
) -> list[Search]:
    """To find `traces` in all, in slices of the same length; fewer slices where the window has not as many seconds.

    Where it is known when the trouble `began`, half of the slices lie before that and half after it.
    """
    bounds = list(_bounds(window, began, slices))
    queries = [EVERYTHING, *([through(affected)] if affected else [])]
    limit = max(1, traces // (max(1, len(bounds)) * len(queries)), min(traces // 2, MOST_FOUND))
    return [Search(query, start, end, limit, since) for start, end, since in bounds for query in queries]


def chosen(found: Iterable[tuple[Search, Sequence[str]]], traces: int) -> list[str]:
    """The ids of those to read: from every search in turn, half of each of the two times; what one lacks, the other gets."""
    known = list(found)
    before, after = (_in_turn([ids for search, ids in known if search.since is since]) for since in (False, True))
    half = traces // 2
    picked = (*before[: max(half, traces - len(after))], *after[: max(traces - half, traces - len(before))])
    return list(dict.fromkeys(picked))


def _in_turn(found: Iterable[Sequence[str]]) -> list[str]:
    """The first of every search, then the second of every one, each id once.

    Servers find the newest first, or any; ordered by the end of their ids, which is random, each is as likely as another.
    """
    shuffled = (sorted(ids, key=lambda each: each[::-1]) for ids in found)
    return list(dict.fromkeys(each for row in zip_longest(*shuffled) for each in row if each is not None))


def _bounds(window: Window, began: datetime | None, slices: int) -> Iterator[tuple[int, int, bool]]:
    """The first and the last second of every slice, ascending, and whether it lies in the incident."""
    first, end = int(window.start.timestamp()), -int(-window.end.timestamp() // 1)
    turn = int(began.timestamp()) if began else first
    halves = (first, turn, end) if first < turn < end else (first, end)
    for since, (start, stop) in enumerate(pairwise(halves)):
        yield from ((*each, bool(since)) for each in _even(start, stop, max(1, slices // (len(halves) - 1))))


def _even(first: int, end: int, slices: int) -> Iterator[tuple[int, int]]:
    count = min(slices, end - first)
    return pairwise(first + (end - first) * at // count for at in range(count + 1)) if count > 0 else iter(())


def through(services: Sequence[str]) -> str:
    """Traces that pass one of those services, however its name is spelt: Orders_Service is orders-service."""
    names = "|".join(r"[-_. ]".join(map(re.escape, re.split(r"[-_. ]", each))) for each in services)
    pattern = f"(?i)(.*/)?({names})".replace("\\", "\\\\").replace('"', '\\"')
    return f'{{ resource.service.name =~ "{pattern}" }}'
