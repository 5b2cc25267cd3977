"""What logs say: templates that are new, gone, more or fewer, told with masked templates only."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from agents.analyzers.counts import Calls, Lines, recorded_seconds
from agents.analyzers.graph import Graph
from agents.analyzers.gravity import Gravity, Trend
from agents.analyzers.habits import Break
from agents.analyzers.logs import FAR, LogShift, log_news
from agents.analyzers.masks import telling_words
from agents.analyzers.scoring import strength
from agents.analyzers.words import Mentions
from agents.incident.reading import Reading
from agents.incident.territory import NETWORK, owner_of_line
from agents.incident.words import clock, percent, quoted
from orchestrator.model import Asked, Aspect, Logs, Observation, Signal

MOST_OF_A_SERVICE = 4
MOST_WITHOUT_WORDS = 1
_WEIGHT = {
    (Gravity.ERROR, True): 1.0,
    (Gravity.WARNING, True): 0.8,
    (Gravity.INFO, True): 0.35,
    (Gravity.ERROR, False): 0.2,
    (Gravity.WARNING, False): 0.2,
    (Gravity.INFO, False): 0.6,
}


def log_facts(reading: Reading, mentions: Mentions, calls: Calls, graph: Graph) -> list[Observation]:
    """The most telling templates of one agent's territory, a few for each service, and what is no longer said."""
    if reading.logs is None:
        return []
    lines = _mine(reading.agent_id, reading.logs)
    recorded = recorded_seconds(reading.logs.times, reading.split)
    news = log_news(lines, reading.split, mentions, calls, recorded)
    scored = [(_score(each), each) for each in news.shifts]
    told: dict[str, int] = defaultdict(int)
    facts = []
    for score, each in sorted(scored, key=_order):
        most = MOST_OF_A_SERVICE if telling_words(each.template) else MOST_WITHOUT_WORDS
        if told[each.service] < most:
            told[each.service] += 1
            facts.append(_told(reading, reading.logs.asked, each, score))
    return [*facts, *_broken(reading, reading.logs.asked, news.breaks, graph)]


def _broken(reading: Reading, asked: Asked, broken: Sequence[Break], graph: Graph) -> list[Observation]:
    """The most telling broken habit of each service, as far as none of those that it calls explains it."""
    told: dict[str, Observation] = {}
    for each in broken:
        score = strength(each.deviation, each.far / 2) * (1.0 - _explained(each, broken, graph))
        if each.service not in told or score > told[each.service].score:
            told[each.service] = _told_break(reading, asked, each, score)
    return list(told.values())


def _explained(each: Break, broken: Sequence[Break], graph: Graph) -> float:
    """In how many of the traces in which it is broken something is broken further down as well."""
    below = graph.depends_on(each.service)
    causes = [
        other for other in broken if other.service in below and each.service not in graph.depends_on(other.service)
    ]
    return max((len(each.broken & other.broken) / len(each.broken) for other in causes), default=0.0)


def _mine(agent_id: str, logs: Logs) -> Lines:
    rows = [
        row
        for row, (service, message) in enumerate(zip(logs.services, logs.messages, strict=True))
        if owner_of_line(service, message) == agent_id
    ]
    return Lines(
        type(logs.times)("d", (logs.times[row] for row in rows)),
        [logs.services[row] for row in rows],
        [logs.levels[row] for row in rows],
        [logs.messages[row] for row in rows],
        [logs.trace_ids[row] for row in rows],
    )


def _score(each: LogShift) -> float:
    return strength(each.deviation, FAR) * _WEIGHT[each.gravity, each.trend in (Trend.NEW, Trend.RISING)]


def _order(one: tuple[float, LogShift]) -> tuple[bool, float, str, str]:
    """Strongest first; lines without a word in them tell a reader nothing, so they come after all that have some."""
    score, shift = one
    return not telling_words(shift.template), -score, shift.service, shift.template


def _told_break(reading: Reading, asked: Asked, each: Break, score: float) -> Observation:
    after = f" after {quoted(each.given)}" if each.given else ""
    summary = (
        f"{each.service} logs this line{after} in {percent(each.value)} of {each.calls} calls of {each.operation} "
        f"since {clock(each.onset)}, was {percent(each.usual)}: {quoted(each.missing)}"
    )
    return Observation(
        agent_id=reading.agent_id,
        summary=summary[:600],
        signal=Signal.LOG,
        aspect=Aspect.BEHAVIOUR,
        service=each.service,
        signal_name=each.missing[:200],
        score=round(score, 4),
        onset=datetime.fromtimestamp(each.onset, UTC),
        value=round(100 * each.value, 1),
        usual=round(100 * each.usual, 1),
        unit="%",
        window=reading.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
        latest=asked.latest,
    )


def _told(reading: Reading, asked: Asked, each: LogShift, score: float) -> Observation:
    grave = "" if each.gravity is Gravity.INFO else f"{each.gravity} "
    template = quoted(each.template)
    since = clock(each.onset)
    summary = {
        Trend.NEW: f"{each.service} logs a new {grave}line since {since} ({each.seen} times): {template}",
        Trend.RISING: f"{each.service} logs this {grave}line more often since {since} ({each.seen} times, "
        f"{each.expected:.0f} expected): {template}",
        Trend.FALLING: f"{each.service} logs this {grave}line less often ({each.seen} times, "
        f"{each.expected:.0f} expected): {template}",
        Trend.GONE: f"{each.service} no longer logs this {grave}line ({each.expected:.0f} expected, none seen): {template}",
    }[each.trend]
    return Observation(
        agent_id=reading.agent_id,
        summary=summary[:600],
        signal=Signal.LOG,
        aspect=_aspect(reading.agent_id, each),
        service=each.service,
        peer=each.peer,
        signal_name=each.template[:200],
        score=round(score, 4),
        onset=datetime.fromtimestamp(each.onset, UTC),
        value=float(each.seen),
        usual=round(each.expected, 1),
        unit="lines",
        window=reading.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
        latest=asked.latest,
    )


def _aspect(agent_id: str, each: LogShift) -> Aspect:
    if each.trend in (Trend.GONE, Trend.FALLING) or each.gravity is Gravity.INFO:
        return Aspect.BEHAVIOUR
    return Aspect.NETWORK if agent_id == NETWORK else Aspect.ERRORS
