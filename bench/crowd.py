"""Services in which nothing is wrong, added to a recorded case: the haystack grows, the needle stays.

Each added service is like one that is there, in its healthy time: its series go on through the incident with a stretch of
their own baseline, a little louder or quieter; its lines and spans are of the time before, spread over the whole. So that
a case stays small, an added service has a few series, lines and spans only.
"""

import random
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from agents.sources.snapshot import RecordedCase
from agents.sources.snapshot.logs import LogColumns
from agents.sources.snapshot.traces import SpanColumns
from bench.variants import picked_lines, picked_spans
from orchestrator.model import MetricSeries

SERIES_EACH, LINES_EACH, SPANS_EACH = 4, 6, 6
LOUDER = 0.1
NOISE = 0.01


def crowded(count: int, case: RecordedCase) -> RecordedCase:
    """The case with so many healthy services more, among which its cause is sought as well."""
    chance = random.Random(case.sheet.case_id)
    split = case.sheet.incident.window(case.sheet.incident.start_time).start.timestamp()
    names = [f"added-{number:04}" for number in range(1, count + 1)]
    sheet, there = (
        case.sheet,
        sorted({each.service for each in case.series} | {*case.logs.services, *case.spans.services}),
    )
    alike = {name: chance.choice(there) for name in names} if there else {}
    candidates = (*sheet.candidates, *alike) if sheet.candidates else ()
    calls = (*sheet.calls, *((chance.choice(there), name) for name in alike)) if sheet.calls else ()
    return replace(
        case,
        sheet=replace(sheet, candidates=candidates, calls=calls),
        series=(*case.series, *_series(case.series, alike, split, chance)),
        logs=_lines(case.logs, alike, split, chance),
        spans=_spans(case.spans, alike, split, chance),
    )


def _series(
    known: Sequence[MetricSeries], alike: Mapping[str, str], split: float, chance: random.Random
) -> Iterator[MetricSeries]:
    of: dict[str, list[MetricSeries]] = defaultdict(list)
    for each in known:
        of[each.service].append(each)
    for name, pattern in alike.items():
        for each in chance.sample(of[pattern], min(SERIES_EACH, len(of[pattern]))):
            values = _healthy(each, split, np.random.default_rng(chance.getrandbits(32)))
            if values is not None:
                yield replace(each, service=name, values=values)


def _healthy(series: MetricSeries, split: float, chance: np.random.Generator) -> "array[float] | None":
    """The series with its incident replaced by a stretch of the time before it; None where there is no such time."""
    values, before = np.array(series.values), int(np.searchsorted(np.asarray(series.times), split))
    if before == 0:
        return None
    start, length = int(chance.integers(before)), values.size - before
    values[before:] = values[:before][(start + np.arange(length)) % before]
    louder = 1.0 + LOUDER * chance.uniform(-1.0, 1.0)
    return array("d", (values * louder * (1.0 + NOISE * chance.standard_normal(values.size))).tolist())


def _lines(logs: LogColumns, alike: Mapping[str, str], split: float, chance: random.Random) -> LogColumns:
    rows, names = _drawn(logs.services, logs.times, alike, split, LINES_EACH, chance)
    if not rows:
        return logs
    drawn = picked_lines(logs, rows)
    times = array("d", [*logs.times, *(chance.uniform(logs.times[0], logs.times[-1]) for _ in rows)])
    both = LogColumns(
        times,
        (*logs.services, *names),
        (*logs.levels, *drawn.levels),
        (*logs.messages, *drawn.messages),
        (*logs.trace_ids, *("" for _ in rows)),
    )
    return picked_lines(both, sorted(range(len(times)), key=times.__getitem__))


def _spans(spans: SpanColumns, alike: Mapping[str, str], split: float, chance: random.Random) -> SpanColumns:
    rows, names = _drawn(spans.services, spans.starts, alike, split, SPANS_EACH, chance)
    if not rows:
        return spans
    drawn = picked_spans(spans, rows)
    starts = array("d", [*spans.starts, *(chance.uniform(spans.starts[0], spans.starts[-1]) for _ in rows)])
    ids = tuple(f"added{number:011x}" for number in range(len(rows)))
    both = SpanColumns(
        starts,
        spans.durations + drawn.durations,
        (*spans.trace_ids, *ids),
        (*spans.span_ids, *ids),
        (*spans.parent_ids, *("" for _ in rows)),
        (*spans.services, *names),
        (*spans.names, *drawn.names),
        (*spans.statuses, *drawn.statuses),
        (*spans.peers, *("" for _ in rows)),
    )
    return picked_spans(both, sorted(range(len(starts)), key=starts.__getitem__))


def _drawn(
    services: Sequence[str],
    times: Sequence[float],
    alike: Mapping[str, str],
    split: float,
    most: int,
    chance: random.Random,
) -> tuple[list[int], list[str]]:
    """For each added service a few rows of the one it is like, from the time before; and whose they become."""
    before: dict[str, list[int]] = defaultdict(list)
    for row, (service, at) in enumerate(zip(services, times, strict=True)):
        if at < split:
            before[service].append(row)
    pairs = [
        (row, name)
        for name, pattern in alike.items()
        for row in chance.sample(before[pattern], min(most, len(before[pattern])))
    ]
    return [row for row, _ in pairs], [name for _, name in pairs]
