"""The critical path of a call: of all that ran while it lasted, what it was waiting for at each moment.

Self time says who was busy; where a call waits for several others at once, only the one that ends last holds it up. Walk
back from the end: the call waited for the inner call that ended last, before that one began for the one that had ended
last by then, and in between it worked itself (Yang & Miller, "Critical path analysis for the execution of parallel and
distributed programs", ICDCS 1988; on spans as in Zhang et al., "CRISP", USENIX ATC 2022).

The pieces of a path are disjoint, lie inside the call, and add up to how long it took, whatever the clocks say: an inner
call is cut to its caller's bounds. One on another service that lies outside of them altogether was measured by a clock
that is off, and is put into the middle of its caller; one of the same service there ran on after the answer, and held up
nobody.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from orchestrator.model import Spans

MS = 1000.0
EXACT_MS, EXACT_SHARE = 0.01, 0.01
"""So exact are the times of spans: of two calls that overlap by less, the second began when the first had ended."""
Children = Mapping[int, Sequence[int]]


class Piece(NamedTuple):
    """A stretch in which the call waited for nothing but the work of the span in `row`; milliseconds since it began."""

    start: float
    end: float
    row: int

    @property
    def took(self) -> float:
        """How long, in milliseconds."""
        return self.end - self.start


class _Placed(NamedTuple):
    """A span within its caller. `clock`: how many milliseconds its service's clock is taken to be behind."""

    row: int
    start: float
    end: float
    clock: float


def critical_path(spans: Spans, root: int, children: Children) -> list[Piece]:
    """The path of the call in row `root`, in the order of time. `children`: the rows of inner calls, by their caller's."""
    waiting = [_Placed(root, 0.0, max(0.0, spans.durations[root]), 0.0)]
    pieces: list[Piece] = []
    while waiting:
        call = waiting.pop()
        until = call.end
        rows = children.get(call.row)
        inner = _placed(spans, root, call, rows) if rows else ()
        for each in sorted(inner, key=lambda one: (-one.end, -one.start, one.row)):
            if each.end <= until + max(EXACT_MS, EXACT_SHARE * (each.end - each.start)):
                ended = min(each.end, until)
                pieces.append(Piece(ended, until, call.row))
                waiting.append(_Placed(each.row, min(each.start, ended), ended, each.clock))
                until = min(each.start, ended)
        pieces.append(Piece(call.start, until, call.row))
    return sorted(each for each in pieces if each.end > each.start)


def own_times(spans: Spans, root: int, children: Children) -> dict[int, float]:
    """For how many milliseconds each span of a call was open with no inner call of its own open, waited for or not."""
    waiting = [_Placed(root, 0.0, max(0.0, spans.durations[root]), 0.0)]
    own: dict[int, float] = {}
    while waiting:
        call = waiting.pop()
        rows = children.get(call.row)
        inner = list(_placed(spans, root, call, rows)) if rows else []
        covered, until = 0.0, call.start
        for each in sorted(inner, key=lambda one: one.start):
            covered += max(0.0, each.end - max(each.start, until))
            until = max(until, each.end)
        own[call.row] = max(0.0, call.end - call.start - covered)  # sums of floats may exceed the whole by a hair
        waiting += inner
    return own


def _placed(spans: Spans, root: int, call: _Placed, inner: Sequence[int]) -> Iterator[_Placed]:
    """The inner calls as they lie in their caller."""
    for row in inner:
        clock = call.clock
        start = (spans.starts[row] - spans.starts[root]) * MS + clock
        took = max(0.0, spans.durations[row])
        if start >= call.end or start + took <= call.start:
            if spans.services[row] == spans.services[call.row]:
                continue
            middle = call.start + max(0.0, call.end - call.start - took) / 2
            clock, start = clock + middle - start, middle
        yield _Placed(row, max(start, call.start), min(start + took, call.end), clock)
