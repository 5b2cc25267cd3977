"""Broken habits where lines are lost: what always came together is often found alone, so what tells is that a line is gone.

Of lines that go together every one tells that the call got that far, so a call counts where any of them is left. The
operations of a service count apart and all together, for a place in its code may serve several.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from agents.analyzers.sayings import FEWEST_MISSING, FEWEST_USUAL, Handled, Lack, Operation, Table, lack_of, table_of
from agents.analyzers.scoring import share_surprises

GONE = 0.1
"""Of its usual share, as much as may be left of a line that is gone."""


def gone(handled: Mapping[Operation, Sequence[Handled]], split: float, kept: float) -> Iterator[Lack]:
    """Every line that is gone, by operation; `kept` is the share of lines that reach the store."""
    fewest = max(FEWEST_MISSING, round(kept * FEWEST_USUAL))
    for operation, calls in [*handled.items(), *_together(handled).items()]:
        table = table_of(operation, calls, split, fewest)
        if table is not None:
            yield from _in_table(table, kept)


def _together(handled: Mapping[Operation, Sequence[Handled]]) -> Mapping[Operation, list[Handled]]:
    """All calls of a service that has several operations, under the name of the one that is called most."""
    by_service: dict[str, list[Operation]] = defaultdict(list)
    for operation in handled:
        by_service[operation[0]].append(operation)
    return {
        max(operations, key=lambda each: (len(handled[each]), each)): [
            call for each in operations for call in handled[each]
        ]
        for operations in by_service.values()
        if len(operations) > 1
    }


def _in_table(table: Table, kept: float) -> Iterator[Lack]:
    said, before = table.said, table.before
    usual = said[:before].T @ said[:before]
    of_usual = np.diag(usual)[:, None]
    go_together = usual >= kept * of_usual - np.sqrt(kept * (1.0 - kept) * of_usual)
    np.fill_diagonal(go_together, False)
    for missing in range(1, len(table.sayings)):
        telling = np.flatnonzero(go_together[:, missing] & (of_usual[:, 0] >= FEWEST_MISSING))
        if not telling.size:
            continue
        calls = np.flatnonzero(said[:, telling].any(axis=1))
        lack = lack_of(table, int(telling[0]), missing, calls, share_surprises)
        if lack and lack.value <= GONE * lack.usual:
            yield lack
