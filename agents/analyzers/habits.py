"""What always came together in one call and no longer does: a service that stops midway says less than it used to.

A service that returns early or fails without a word logs nothing that could be found by its words. But whenever it had
logged one thing in a call of that operation, it always logged another; now it does not. That holds whatever traffic
there is, because it compares calls that got equally far. The trouble may begin anywhere in the window, so the calls
before the best split count as usual ones, and the deviation is lessened by as much as the choice of the split is worth.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.analyzers.sayings import (
    ALWAYS,
    FEWEST_MISSING,
    FEWEST_USUAL,
    Handled,
    Lack,
    Operation,
    Table,
    kept_share,
    lack_of,
    table_of,
)
from agents.analyzers.scoring import share_deviations
from agents.analyzers.torn import gone

FAR = 4.3
FAR_WHERE_LOST = 3.0


@dataclass(frozen=True, slots=True)
class Break:
    """In calls of that operation in which `given` was said, `missing` always was, and now is not.

    `usual` and `value` are shares of calls; `broken` the traces in which it is missing; `deviation` in standard errors,
    of which `far` are what it takes.
    """

    service: str
    operation: str
    given: str
    missing: str
    usual: float
    value: float
    calls: int
    deviation: float
    onset: float
    broken: frozenset[str]
    far: float


def breaks(handled: Mapping[Operation, Sequence[Handled]], split: float) -> list[Break]:
    """The broken habits of every service, the farthest first: one for each thing that is missing."""
    tables = [table for each in handled.items() if (table := table_of(*each, split)) is not None]
    kept = kept_share(each.said[: each.before] for each in tables)
    best: dict[tuple[str, str], Break] = {}
    for each in _broken(tables) if kept == 1.0 else _gone(handled, split, kept):
        known = best.get((each.service, each.missing))
        if known is None or _order(each) < _order(known):
            best[each.service, each.missing] = each
    return sorted(best.values(), key=_order)


def _order(each: Break) -> tuple[float, str, str, str, str]:
    return -each.deviation, each.service, each.missing, each.operation, each.given


def _broken(tables: Iterable[Table]) -> Iterator[Break]:
    for table in tables:
        said, before = table.said, table.before
        usual, now = said[:before].T @ said[:before], said[before:].T @ said[before:]
        of_usual, of_now = np.diag(usual)[:, None], np.diag(now)[:, None]
        candidates = (usual >= ALWAYS * of_usual) & (of_usual >= FEWEST_USUAL) & (of_now - now >= FEWEST_MISSING)
        candidates[:, 0] = False
        for given, missing in np.argwhere(candidates):
            lack = lack_of(table, int(given), int(missing), np.flatnonzero(said[:, given]), share_deviations)
            if lack and lack.deviation >= FAR:
                yield _told(lack, FAR)


def _gone(handled: Mapping[Operation, Sequence[Handled]], split: float, kept: float) -> Iterator[Break]:
    return (_told(lack, FAR_WHERE_LOST) for lack in gone(handled, split, kept) if lack.deviation >= FAR_WHERE_LOST)


def _told(lack: Lack, far: float) -> Break:
    table, since = lack.table, lack.calls[lack.first :]
    lacking = [table.calls[row] for row in since if not table.said[row, lack.missing]]
    service, operation = table.operation
    return Break(
        service,
        operation,
        table.sayings[lack.given],
        table.sayings[lack.missing],
        lack.usual,
        lack.value,
        len(since),
        lack.deviation,
        lacking[0].at,
        frozenset(call.trace_id for call in lacking),
        far,
    )
