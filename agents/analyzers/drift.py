"""Two samples of durations, before and after: did calls get slower, all of them or some of them?"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.analyzers.counts import Call
from agents.analyzers.scoring import portion, share_deviation, strength
from agents.analyzers.traces import Edge, Sample, Tally

FEWEST_BEFORE = 5
FEWEST_AFTER = 3
FEWEST_KNOWN_QUICK = 10
FAR_SIGMAS = 2.0
FAR_ERRORS = 4.0
LEAST_MS = 2.0
MATERIAL_SHARE = 0.25
MATERIAL_RISE = 0.5
SLOW_TAIL = 0.05
UNLIKE_ITSELF = 0.5


@dataclass(frozen=True, slots=True)
class Drift:
    """How a duration moved, in milliseconds: what was usual, what it is; `share` of the calls are concerned."""

    usual: float
    value: float
    share: float
    score: float
    onset: float


def matters_ms(roots: Iterable[Sample]) -> float:
    """From how many added milliseconds on a delay counts in full.

    That is a fair share of what whole requests usually take, or of what they take more now.
    """
    known = [each for each in roots if len(each.before) >= FEWEST_BEFORE and len(each.after) >= FEWEST_AFTER]
    usual = [took for each in known for took in each.before]
    risen = (float(np.median(each.after)) - float(np.median(each.before)) for each in known)
    typical = float(np.median(usual)) if usual else 0.0
    return max(MATERIAL_SHARE * typical, MATERIAL_RISE * max(risen, default=0.0), LEAST_MS)


def drift_of(sample: Sample, full_ms: float) -> Drift | None:
    """How far the sample drifted up; None where it did not, or too little is known.

    `full_ms` is what matters, see there: what adds less than that counts for less.
    """
    if len(sample.before) < FEWEST_BEFORE or len(sample.after) < FEWEST_AFTER:
        return None
    before, after = np.asarray(sample.before), np.asarray(sample.after)
    usual = float(np.median(before))
    spread = max(1.4826 * float(np.median(np.abs(before - usual))), 0.1 * usual, 0.2)
    found = [_all_of_them(after, usual, spread, len(before)), _some_of_them(before, after, usual, spread)]
    usable = [each for each in found if each is not None]
    if not usable:
        return None
    value, share, far = max(usable, key=lambda each: (each[2], each[1]))
    added = value - usual
    score = far * portion(added * (0.5 + 0.5 * share), full_ms)
    if score <= 0 or added < LEAST_MS:
        return None
    half = usual + 0.5 * added
    onset = next((at for at, took in sample.onset if took >= half), sample.onset[0][0])
    return Drift(usual, value, share, score, onset)


def as_quick_as_ever(entries: Mapping[tuple[str, str], Iterable[Call]], split: float, full_ms: float) -> frozenset[str]:
    """The services of which enough recorded calls are known, and none of whose operations takes longer than before."""
    samples: dict[tuple[str, str], Sample] = defaultdict(Sample)
    for (_, service), calls in entries.items():
        for start, end, name in calls:
            samples[service, name].add((end - start) * 1000.0, start, split)
    known = {
        service
        for (service, _), sample in samples.items()
        if len(sample.before) >= FEWEST_BEFORE and len(sample.after) >= FEWEST_KNOWN_QUICK
    }
    slower = {service for (service, _), sample in samples.items() if drift_of(sample, full_ms)}
    return frozenset(known - slower)


def link_drifts(gaps: Mapping[Edge, Sample], full_ms: float, lost: float = 0.0) -> dict[Edge, Drift]:
    """The links that drifted up, each against what is usual for it.

    Where too little is known of a link, what is usual for all links of its caller counts as usual for it, too: one
    program calls all its peers in the same way. Then it has to be clearly unlike the little that is known of itself.
    Where a share of the spans was `lost`, too little is often known of all of them: then what is usual for any link of
    the system counts, and what several callers lose on their way to one service counts together.
    """
    found: dict[Edge, Drift] = {}
    for edge, sample in gaps.items():
        drift = _link_drift(sample, _like_it(edge, gaps, lost), full_ms)
        if drift:
            found[edge] = drift
    return {**_towards(gaps, full_ms, {callee for _, callee in found}), **found} if lost else found


def _like_it(edge: Edge, gaps: Mapping[Edge, Sample], lost: float) -> Sequence[float]:
    """What is usual for a link of which too little is known: the nearest that tells enough; nothing for a new link."""
    if not (gaps[edge].before or lost):
        return ()
    of_caller = [took for (caller, _), sample in gaps.items() if caller == edge[0] for took in sample.before]
    if len(of_caller) >= FEWEST_BEFORE or not lost:
        return of_caller
    return [took for sample in gaps.values() for took in sample.before]


def _link_drift(sample: Sample, like_it: Sequence[float], full_ms: float) -> Drift | None:
    known = sample.before
    if len(known) >= FEWEST_BEFORE:
        return drift_of(sample, full_ms)
    drift = drift_of(Sample([*like_it], sample.after, sample.onset), full_ms)
    return drift if drift and max(known, default=0.0) <= UNLIKE_ITSELF * drift.value else None


def _towards(gaps: Mapping[Edge, Sample], full_ms: float, told: Container[str]) -> dict[Edge, Drift]:
    """What the callers of one service lose on the way to it, all together; told of the one that called it most."""
    found: dict[Edge, Drift] = {}
    for callee in sorted({callee for _, callee in gaps if callee not in told}):
        edges = sorted((edge for edge in gaps if edge[1] == callee), key=lambda edge: -len(gaps[edge].after))
        samples = [gaps[edge] for edge in edges]
        pooled = Sample(
            [took for each in samples for took in each.before],
            [took for each in samples for took in each.after],
            sorted(moment for each in samples for moment in each.onset),
        )
        drift = _link_drift(pooled, [took for sample in gaps.values() for took in sample.before], full_ms)
        if drift:
            found[edges[0]] = drift
    return found


def _all_of_them(
    after: "np.typing.NDArray[np.float64]", usual: float, spread: float, size: int
) -> tuple[float, float, float] | None:
    value = float(np.median(after))
    error = 1.2533 * spread * (1 / size + 1 / after.size) ** 0.5
    far = min(strength((value - usual) / spread, FAR_SIGMAS), strength((value - usual) / error, FAR_ERRORS))
    return (value, 1.0, far) if value > usual and far > 0 else None


def _some_of_them(
    before: "np.typing.NDArray[np.float64]", after: "np.typing.NDArray[np.float64]", usual: float, spread: float
) -> tuple[float, float, float] | None:
    slow = max(float(np.percentile(before, 99)) * 1.2, usual + 6 * spread)
    count, known = int((after > slow).sum()), int((before > slow).sum())
    share = count / after.size
    if count < FEWEST_AFTER or share < SLOW_TAIL:
        return None
    value = float(np.median(after[after > slow]))
    far = strength(share_deviation(known, before.size, count, after.size), FAR_ERRORS / 2)
    return value, share, far


@dataclass(frozen=True, slots=True)
class ShareShift:
    """How the share of calls to which something happened moved."""

    usual: float
    value: float
    score: float


def share_shift(tally: Tally, full: float) -> ShareShift | None:
    """How the share moved, up or down; `full` is the difference that counts in full. None for too little of either."""
    if tally.of_before < FEWEST_BEFORE or tally.of_after < FEWEST_AFTER:
        return None
    usual, value = tally.hits_before / tally.of_before, tally.hits_after / tally.of_after
    deviation = share_deviation(tally.hits_before, tally.of_before, tally.hits_after, tally.of_after)
    score = strength(deviation, FAR_ERRORS / 1.6) * portion(value - usual, full) ** 0.5
    return ShareShift(usual, value, score) if score > 0 else None
