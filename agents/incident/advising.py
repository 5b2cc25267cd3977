"""What a specialist answers: it looks closer at its own metrics of one service, or of one link, around one moment.

The law: the answer is yes or no with figures, or that it cannot tell, never a guess. "No" is said with what came nearest to
trouble, so that who asked can judge it. What it rests on are observations that were made, or nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.analyzers.around import Around, around
from agents.analyzers.meaning import Meaning, meaning_of
from agents.analyzers.words import MetricPeers, vocabulary, words
from agents.incident.asking import COVERS
from agents.incident.normal_facts import tells_of_normal
from agents.incident.territory import owner_of_metric
from agents.incident.words import clock, figure, plain
from orchestrator.model import Advice, Aspect, MetricSeries, Observation, Question, Standing

MOST_FIGURES, MOST_ALIKE = 3, 2
_CAPACITY = vocabulary("max maximum limit size capacity")


@dataclass(frozen=True, slots=True)
class Glance:
    """A look at one series around the moment."""

    series: MetricSeries
    meaning: Meaning
    peer: str
    seen: Around

    @property
    def moved(self) -> float:
        """How far it went, against what is usual."""
        return abs(self.seen.value - self.seen.usual) / max(abs(self.seen.usual), self.meaning.step, 1e-9)

    @property
    def is_bad(self) -> bool:
        """Whether it had left its usual; more of what comes and goes either way counts, less of it does not."""
        shift = self.seen.shift
        return shift is not None and (self.meaning.aspect is not Aspect.TRAFFIC or shift.value > shift.usual)


def concerned(agent_id: str, question: Question, series: Sequence[MetricSeries]) -> list[tuple[MetricSeries, str]]:
    """The series of that agent's territory that the question is about, each with the peer that its name holds."""
    peers = MetricPeers({each.service for each in series} | {question.peer} - {""})
    named = ((each, peers.of(each.service, each.metric)) for each in series if each.service == question.service)
    return [
        (each, peer)
        for each, peer in named
        if peer == question.peer
        and meaning_of(each.metric, each.aspect).aspect in _covered(question)
        and owner_of_metric(each.service, each.metric, peer, each.aspect) == agent_id
    ]


def answer(
    agent_id: str,
    question: Question,
    series: Sequence[tuple[MetricSeries, str]],
    split: float,
    observations: Sequence[Observation],
) -> Advice:
    """What these series say to that question. `split` is where the time before ends, in epoch seconds."""
    told = _told_before(agent_id, question, observations)
    if told is not None:
        named = [told.observation_id] if told.observation_id else []
        return Advice(text=f"Yes: {told.summary}"[:2000], supports=True, cites=tuple(named))
    at = max(question.at.timestamp() if question.at else split, split)
    found = (_glance(one, peer, split, at, len(series)) for one, peer in series if _limit(one) is None)
    seen = [each for each in found if each]
    if not seen:
        return Advice(text=f"Cannot tell: no metric of {_whom(question)} tells of that.", known=False)
    bad = [each for each in seen if each.is_bad]
    if bad:
        return Advice(text=f"Yes: {_listed(_telling(bad), series)}"[:2000], supports=True)
    shown = _telling(seen)
    cites = tells_of_normal(agent_id, {each.meaning.aspect for each in shown}, question.service, observations)
    return Advice(text=f"No: {_listed(shown, series)}"[:2000], supports=False, cites=cites)


def _told_before(agent_id: str, question: Question, observations: Iterable[Observation]) -> Observation | None:
    """What it has found unusual there already, the strongest."""
    found = (
        each
        for each in observations
        if each.agent_id == agent_id
        and each.standing is Standing.UNUSUAL
        and (each.service, each.peer) == (question.service, question.peer)
        and each.aspect in _covered(question)
    )
    return max(found, key=lambda each: (each.score, each.summary), default=None)


def _glance(series: MetricSeries, peer: str, split: float, at: float, among: int) -> Glance | None:
    meaning = meaning_of(series.metric, series.aspect)
    seen = around(series.metric, series.times, series.values, split, at, meaning, among)
    return Glance(series, meaning, peer, seen) if seen else None


def _telling(seen: Iterable[Glance]) -> list[Glance]:
    """One of each aspect, the one that moved most; where all are of one aspect, those that moved most."""
    ordered = sorted(seen, key=lambda each: (-each.moved, each.series.metric))
    firsts: dict[Aspect, Glance] = {}
    for each in ordered:
        firsts.setdefault(each.meaning.aspect, each)
    return [*firsts.values()][:MOST_FIGURES] if len(firsts) > 1 else ordered[:MOST_ALIKE]


def _listed(seen: Iterable[Glance], series: Sequence[tuple[MetricSeries, str]]) -> str:
    return "; ".join(_said(each, _capacity(each.series, [one for one, _ in series])) for each in seen)


def _said(each: Glance, capacity: float | None) -> str:
    """As in: pool in use 6 of 20, as before; cpu 95.6 % since 14:01, was 12 %; latency up to 5 ms, usual 4 ms."""
    unit, seen = each.meaning.unit, each.seen
    name = plain(each.series.metric, each.peer)
    if each.is_bad and seen.shift is not None:
        since, value, usual = seen.shift.onset, figure(seen.shift.value, unit), figure(seen.shift.usual, unit)
        return f"{name} {value}{_of(capacity, unit)} since {clock(since)}, was {usual}"
    value, usual = figure(seen.value, unit), figure(seen.usual, unit)
    if value == usual:
        return f"{name} {value}{_of(capacity, unit)}, as before"
    return f"{name} {'up' if seen.value > seen.usual else 'down'} to {value}{_of(capacity, unit)}, usual {usual}"


def _of(capacity: float | None, unit: str) -> str:
    return f" of {figure(capacity, unit)}" if capacity is not None else ""


def _capacity(series: MetricSeries, others: Iterable[MetricSeries]) -> float | None:
    """What it cannot exceed: the limit of the same thing, by its name."""
    for other in others:
        most = _limit(other)
        if most is not None and set(words(other.metric)) & set(words(series.metric)) - _CAPACITY:
            return most if max(series.values, default=0.0) <= most else None
    return None


def _limit(series: MetricSeries) -> float | None:
    """What a series says that is called a size or a limit and stands still; None for all others."""
    if not _CAPACITY.intersection(words(series.metric)):
        return None
    values = {each for each in series.values if each == each}
    return values.pop() if len(values) == 1 else None


def _whom(question: Question) -> str:
    return f"the link from {question.service} to {question.peer}" if question.peer else question.service


def _covered(question: Question) -> tuple[Aspect, ...]:
    """What about it is looked at; nothing where the question does not say."""
    return COVERS.get(question.aspect, ()) if question.aspect else ()
