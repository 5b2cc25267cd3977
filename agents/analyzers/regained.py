"""Calls of which every span that would have named them was lost, known again by what was logged in them.

Most lines are said in one operation of a service only. Where such a line stands in a trace at a time for which no call is
known, there was one. So a call is only unknown where all its spans and all its lines were lost; and a line that no longer
comes is looked for in nearly all the calls there were, not in the few of which a span is left.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from agents.analyzers.counts import SLACK_S, Call, Calls, Lines, Said
from agents.analyzers.losses import NEARLY_ALWAYS


def regained(lines: Lines, said: Sequence[Said | None], calls: Calls, split: float) -> Calls:
    """The calls with those that only lines still tell of; the same where no span was lost. `said` is by line."""
    if not calls.lost:
        return calls
    alone: dict[tuple[str, str], list[tuple[float, Said]]] = defaultdict(list)
    operations: dict[Said, Counter[str]] = defaultdict(Counter)
    for row, each in enumerate(said):
        if each is not None and lines.trace_ids[row]:
            call = calls.at(lines.trace_ids[row], each[0], lines.times[row])
            if call is None:
                alone[lines.trace_ids[row], each[0]].append((lines.times[row], each))
            else:
                operations[each][call[2]] += 1
    usual = {each: name for each, counter in operations.items() if (name := _nearly_always(counter))}
    lasting = _longest(calls.by_trace)
    by_trace = dict(calls.by_trace)
    for key, moments in alone.items():
        more = _told_by(((at, usual[each]) for at, each in moments if each in usual), key[1], lasting)
        by_trace[key] = sorted([*by_trace.get(key, ()), *more])
    return Calls.of(by_trace, split, calls.lost)


def _nearly_always(counter: Counter[str]) -> str:
    name, count = counter.most_common(1)[0]
    return name if count >= NEARLY_ALWAYS * counter.total() else ""


def _longest(by_trace: Mapping[tuple[str, str], Iterable[Call]]) -> Mapping[tuple[str, str], float]:
    """By service and operation, how long nearly every known call lasts, in seconds."""
    lasted: dict[tuple[str, str], list[float]] = defaultdict(list)
    for (_, service), calls in by_trace.items():
        for start, end, name in calls:
            lasted[service, name].append(end - start)
    return {each: sorted(told)[int(NEARLY_ALWAYS * (len(told) - 1))] for each, told in lasted.items()}


def _told_by(
    moments: Iterable[tuple[float, str]], service: str, lasting: Mapping[tuple[str, str], float]
) -> list[Call]:
    """Lines of one operation that are no further apart than its calls last are of one call."""
    begun: dict[str, Call] = {}
    found: list[Call] = []
    for at, name in sorted(moments):
        last = begun.get(name)
        if last and at - last[0] <= lasting.get((service, name), 0.0) + SLACK_S:
            found.remove(last)
            begun[name] = (last[0], at, name)
        else:
            begun[name] = (at, at, name)
        found.append(begun[name])
    return found
