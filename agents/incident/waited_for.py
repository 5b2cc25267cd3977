"""Whether anybody waits for what got slow: told of a slow call where calls run side by side, for there self time misleads.

It is said behind the fact and weighs nothing: it is read off a sample of whole requests of the time of the incident.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agents.analyzers.critical_path import critical_path, own_times
from agents.incident.reading import Reading
from orchestrator.model import Aspect, Observation, Signal, Spans, Standing

MOST_REQUESTS = 200
FEWEST_REQUESTS = 5
HALF = 0.5
BESIDE = 0.1
Operation = tuple[str, str]


@dataclass(slots=True)
class _Waited:
    """Of one operation, over all requests it is part of, in milliseconds: its own time, what is waited for, and the whole."""

    own: float = 0.0
    critical: float = 0.0
    whole: float = 0.0
    requests: int = 0
    beside_others: bool = False


def with_paths(reading: Reading, facts: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """The same facts; a slow call of requests with parallel calls says what share of it, or of them, is waited for."""
    slow = {(each.service, each.signal_name) for each in facts if _is_slow_call(each)}
    if reading.spans is None or not slow:
        return facts
    waited = _waited(reading.spans, reading.split, slow)
    return tuple(_told(each, waited) if _is_slow_call(each) else each for each in facts)


def _is_slow_call(fact: Observation) -> bool:
    return (fact.signal, fact.aspect, fact.standing) == (Signal.TRACE, Aspect.LATENCY, Standing.UNUSUAL)


def _told(fact: Observation, waited: dict[Operation, _Waited]) -> Observation:
    known = waited.get((fact.service, fact.signal_name))
    if known is None or known.requests < FEWEST_REQUESTS or not known.beside_others or known.own <= 0:
        return fact
    share = min(1.0, known.critical / known.own)
    if share < HALF:
        more = f"requests wait for {round(100 * share)} % of it only, another call beside it takes longer"
    else:
        more = f"{round(100 * known.critical / known.whole)} % of its requests' time"
    return fact.model_copy(update={"summary": f"{fact.summary}; {more}"[:600]})


def _waited(spans: Spans, split: float, slow: set[Operation]) -> dict[Operation, _Waited]:
    found: dict[Operation, _Waited] = defaultdict(_Waited)
    for rows in _sampled(spans, split, slow):
        request = _request(spans, rows)
        if request is None:
            continue
        root, children = request
        critical: dict[int, float] = defaultdict(float)
        for piece in critical_path(spans, root, children):
            critical[piece.row] += piece.took
        own, whole = own_times(spans, root, children), spans.durations[root]
        beside = sum(max(0.0, took - critical[row]) for row, took in own.items()) >= BESIDE * whole
        calls: dict[Operation, list[int]] = defaultdict(list)
        for row in own:
            calls[spans.services[row], spans.names[row]].append(row)
        for operation in calls.keys() & slow:
            told, mine = found[operation], calls[operation]
            told.own += sum(own[row] for row in mine)
            told.critical += sum(critical[row] for row in mine)
            told.whole += whole
            told.requests += 1
            told.beside_others |= beside
    return found


def _sampled(spans: Spans, split: float, slow: set[Operation]) -> Collection[list[int]]:
    """The rows of an even sample of the traces that hold a slow call since `split`."""
    calls = zip(spans.services, spans.names, spans.starts, spans.trace_ids, strict=True)
    touched = list(
        dict.fromkeys(trace for service, name, at, trace in calls if at >= split and (service, name) in slow)
    )
    rows: dict[str, list[int]] = {each: [] for each in touched[:: max(1, -(-len(touched) // MOST_REQUESTS))]}
    for row, trace in enumerate(spans.trace_ids):
        if trace in rows:
            rows[trace].append(row)
    return rows.values()


def _request(spans: Spans, rows: Sequence[int]) -> tuple[int, dict[int, list[int]]] | None:
    """The root of a trace and the inner calls of each caller; None where a part of it is missing."""
    known = {spans.span_ids[row]: row for row in rows}
    roots = [row for row in rows if not spans.parent_ids[row]]
    if len(roots) != 1 or not all(spans.parent_ids[row] in known for row in rows if row != roots[0]):
        return None
    children: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row != roots[0]:
            children[known[spans.parent_ids[row]]].append(row)
    return roots[0], children
