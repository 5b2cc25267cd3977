"""A trace's spans as an indented tree, in which what is alike is told once and what is long or failed is never left out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.incident.lookups.text import safe
from agents.incident.words import figure
from orchestrator.model import Spans

MOST_SPANS = 40
DEEPEST = 30
_NAME = 60


@dataclass(frozen=True, slots=True)
class Branch:
    """Spans told on one line: one, or several without children that are called alike. `row` is the longest of them."""

    row: int
    depth: int
    alike: int = 1


def tree(spans: Spans, rows: Sequence[int]) -> list[str]:
    """Its lines, in the order of the calls. Of more than `MOST_SPANS` the failed and the longest stay, with their callers."""
    children = _children(spans, rows)
    branches = list(_walked(spans, children))
    kept = _telling(spans, branches) if len(branches) > MOST_SPANS else set(range(len(branches)))
    told = [each for at, each in enumerate(branches) if at in kept]
    missing = len(rows) - sum(each.alike for each in told)
    lines = [_line(spans, children, each) for each in told]
    return [*lines, *([f"(cut: {missing} spans, shorter ones that did not fail first)"] if missing else [])]


def _children(spans: Spans, rows: Sequence[int]) -> Mapping[str, list[int]]:
    """The rows by their parent; those whose parent is not here are roots, under ""."""
    here = {spans.span_ids[row] for row in rows}
    children: dict[str, list[int]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: spans.starts[row]):
        parent = spans.parent_ids[row]
        children[parent if parent in here and parent != spans.span_ids[row] else ""].append(row)
    return children


def _walked(spans: Spans, children: Mapping[str, list[int]]) -> Iterator[Branch]:
    """Depth first, without recursion: telemetry decides how deep a trace is, and may hold a circle."""
    seen: set[int] = set()
    todo = [Branch(each, 0) for each in reversed(children.get("", []))]
    while todo:
        branch = todo.pop()
        if branch.row in seen:
            continue
        seen.add(branch.row)
        yield branch
        below = children.get(spans.span_ids[branch.row], []) if branch.depth < DEEPEST else []
        todo.extend(reversed(_together(spans, children, below, branch.depth + 1)))


def _together(spans: Spans, children: Mapping[str, list[int]], rows: Sequence[int], depth: int) -> list[Branch]:
    groups: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        leaf = not children.get(spans.span_ids[row])
        alike = (spans.services[row], spans.names[row], spans.statuses[row], spans.peers[row])
        groups.setdefault((alike, None if leaf else row), []).append(row)
    return [Branch(max(group, key=lambda row: spans.durations[row]), depth, len(group)) for group in groups.values()]


def _telling(spans: Spans, branches: Sequence[Branch]) -> set[int]:
    order = sorted(
        range(len(branches)),
        key=lambda at: (spans.statuses[branches[at].row] != "error", -spans.durations[branches[at].row]),
    )
    kept: set[int] = set()
    for at in order:
        wanted = {at, *_callers(branches, at)}
        if len(kept | wanted) <= MOST_SPANS:
            kept |= wanted
    return kept


def _callers(branches: Sequence[Branch], at: int) -> Iterator[int]:
    depth = branches[at].depth
    for before in range(at - 1, -1, -1):
        if branches[before].depth < depth:
            depth = branches[before].depth
            yield before


def _line(spans: Spans, children: Mapping[str, list[int]], branch: Branch) -> str:
    row = branch.row
    took = spans.durations[row]
    below = children.get(spans.span_ids[row], [])
    own = f" (own {figure(_own(spans, row, below), 'ms')})" if below else ""
    peer = f" → {safe(spans.peers[row], _NAME)}" if spans.peers[row] else ""
    times = f" ×{branch.alike}, the longest" if branch.alike > 1 else ""
    failed = " ERROR" if spans.statuses[row] == "error" else ""
    named = f"{safe(spans.services[row], _NAME)} {safe(spans.names[row], _NAME)}{peer}"
    return f"{'  ' * branch.depth}{named}{times} {figure(took, 'ms')}{own}{failed}"


def _own(spans: Spans, row: int, below: Sequence[int]) -> float:
    """Milliseconds in which none of its children ran; children may run at the same time."""
    start, end = spans.starts[row] * 1000, spans.starts[row] * 1000 + spans.durations[row]
    own, at = 0.0, start
    for child in sorted(below, key=lambda each: spans.starts[each]):
        begins = min(max(spans.starts[child] * 1000, at), end)
        own += begins - at
        at = max(at, min(end, spans.starts[child] * 1000 + spans.durations[child]))
    return own + max(0.0, end - at)
