"""From a suspect to a hypothesis in words: what, why, how to check it, what would show it wrong, what to consider first.

Each agent asserts those suspects of which one of its own observations decides what is wrong.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from agents.analyzers.masks import telling_words
from agents.analyzers.words import vocabulary, words
from agents.incident.calibration import calibrated
from agents.incident.change_telling import WHY
from agents.incident.phrases import CHANGE_DISPROVED, DISPROVE, FIRST, FIRST_OF_LOCKS, VERIFY, WHAT
from agents.incident.suspect import Suspect
from agents.incident.suspects import suspects
from agents.incident.testimony import Role, Testimony, is_broken_habit, is_link
from agents.incident.words import clock, figure, plain, quoted, short_ids, shortened
from orchestrator.model import THE_BAR, Aspect, FaultKind, Hypothesis, Observation, Signal

MOST_SUPPORT = 6
MOST_AGAINST = 3
EARLIER_S = 45.0
SHORTLY_S = 900.0
TELLS = 0.3

SAME_TIME_S = 15.0
FEWEST_WORDS = 3
LONGEST_STATEMENT = 110
SHORTEST_QUOTE, LONGEST_QUOTE = 40, 60
_LOCKS = vocabulary("lock locks locked deadlock deadlocks")
_VERSION = re.compile(r"[\w.+-]{1,24}")


def suspected(observations: Sequence[Observation]) -> list[Suspect]:
    """All suspects with their confidence, likeliest first."""
    return calibrated(suspects(observations), observations)


def explain(agent_id: str, observations: Sequence[Observation]) -> list[Hypothesis]:
    """The hypotheses of one agent, likeliest first, from the observations of all."""
    return told_by(agent_id, suspected(observations))


def told_by(agent_id: str, ranked: Sequence[Suspect]) -> list[Hypothesis]:
    """Those of the suspects that this agent decides, in words."""
    return [_told(agent_id, each, ranked) for each in ranked if decided_by(each) == agent_id]


def decided_by(suspect: Suspect) -> str:
    """The agent whose word decides what is wrong."""
    return suspect.words[0].fact.agent_id


def _told(agent_id: str, suspect: Suspect, ranked: Sequence[Suspect]) -> Hypothesis:
    links = ((word.fact.service, word.fact.peer) for word in suspect.words if word.role is Role.LINK)
    link = next(links, ("others", suspect.service))
    since = clock(suspect.onset) if suspect.onset is not None else "the start"
    said = {"service": suspect.service, "since": since, "caller": link[0], "callee": link[1]}
    support = [word.fact for word in sorted(suspect.words, key=_is_wordless)[:MOST_SUPPORT]]
    disprove = [DISPROVE[suspect.kind].format(**said)]
    if suspect.change is not None:
        support.append(suspect.change)
        disprove.append(CHANGE_DISPROVED.format(**said))
    return Hypothesis(
        agent_id=agent_id,
        statement=_statement(suspect, WHAT[suspect.kind].format(**said), since),
        initial_confidence=round(suspect.confidence, 4),
        service=suspect.service,
        peer=_other_end(suspect.service, link) if suspect.kind is FaultKind.NETWORK else "",
        fault_kind=suspect.kind,
        supporting=_ids(support),
        refuting=_against(suspect, ranked),
        verify=(VERIFY[suspect.kind].format(**said),),
        disprove=tuple(disprove),
        do_first=_do_first(suspect, said),
        change_id=suspect.change.signal_name if suspect.change else "",
    )


def _statement(suspect: Suspect, what: str, since: str) -> str:
    """What, since when, after which change, and the fact that tells most; short enough for one look."""
    change = suspect.change
    when = f"since {since}"
    if change is not None and change.onset is not None and suspect.onset is not None:
        later = suspect.onset - change.onset.timestamp()
        if abs(later) <= SAME_TIME_S:
            when = f"since its {_named(change)} at {clock(change.onset)}"
        elif later <= SHORTLY_S:
            when += f", after the {_named(change)} at {clock(change.onset)}"
    said = f"{what} {when}: "
    room = min(LONGEST_QUOTE, max(SHORTEST_QUOTE, LONGEST_STATEMENT - len(said) - len("“”")))
    return f"{said}{_brief(_most_telling(suspect), room)}"[:600]


def _named(change: Observation) -> str:
    """The change as people call it: by its version, its flag, or the beginning of its commit's id."""
    kind = "change" if change.aspect is Aspect.CONFIGURATION else "deploy"
    what = _what(change)
    version, name = what.partition(": ")[0], short_ids(change.signal_name)
    known = next((each for each in (version, name) if _VERSION.fullmatch(each) and _tells(each, name)), "")
    return f"{kind} of {known}" if known else kind


def _what(change: Observation) -> str:
    """What was changed, without when and where, and without why it is suspected."""
    return change.summary.partition(": ")[2].partition(WHY)[0]


def _tells(called: str, name: str) -> bool:
    """Whether that is a name and no first word of a message."""
    return called == name or any(map(str.isdigit, called))


def _do_first(suspect: Suspect, said: Mapping[str, str]) -> str:
    """What a person may consider; only where the suspicion is worth a headline."""
    if suspect.confidence < THE_BAR:
        return ""
    change = suspect.change
    if change is None or change.onset is None:
        return (FIRST_OF_LOCKS if _waits_for_locks(suspect) else FIRST[suspect.kind]).format(**said)
    what = _what(change)
    act = "setting back" if change.aspect is Aspect.CONFIGURATION else "rolling back"
    return f"consider {act} the {change.aspect} of {suspect.service} at {clock(change.onset)}" + (
        f" ({what})" if what else ""
    )


def _waits_for_locks(suspect: Suspect) -> bool:
    """Whether what decides speaks of locks."""
    fact = _most_telling(suspect)
    return fact.aspect is Aspect.LOCKS or bool(_LOCKS.intersection(words(fact.signal_name)))


def _most_telling(suspect: Suspect) -> Observation:
    """The fact that decides; where something fails, what the service itself says of it, for that names the error.

    Of lines that say the same of it the strongest that has enough words in it.
    """
    first = suspect.words[0].fact
    told = [word.fact for word in suspect.words if word.weight >= TELLS and word.fact.service == suspect.service]
    lines = [fact for fact in told if fact.signal is Signal.LOG and fact.aspect is Aspect.ERRORS]
    if lines and suspect.kind is FaultKind.ERROR:
        return _wordiest(lines)
    same = [word.fact for word in suspect.words if (word.fact.signal, word.fact.aspect) == (first.signal, first.aspect)]
    return _wordiest(same) if first.signal is Signal.LOG else first


def _wordiest(lines: Sequence[Observation]) -> Observation:
    return max(lines, key=lambda fact: min(FEWEST_WORDS, telling_words(fact.signal_name)))


def _is_wordless(word: Testimony) -> bool:
    return word.fact.signal is Signal.LOG and not telling_words(word.fact.signal_name)


def _brief(fact: Observation, room: int) -> str:
    """The fact without what the statement says already."""
    if fact.aspect is Aspect.OUTSIDE:
        return fact.signal_name
    line = quoted(fact.signal_name, room) if telling_words(fact.signal_name) else "lines that hold values only"
    if fact.signal is Signal.LOG and fact.aspect is not Aspect.BEHAVIOUR:
        return line
    if fact.value is None or fact.usual is None:
        return fact.summary
    if is_broken_habit(fact):
        return f"logs {line} in {figure(fact.value, fact.unit)} of calls, was {figure(fact.usual, fact.unit)}"
    if fact.signal is Signal.LOG:
        return f"{figure(fact.value)} times {line}, {figure(fact.usual)} expected"
    value, usual = figure(fact.value, fact.unit), figure(fact.usual, fact.unit)
    if fact.signal is Signal.TRACE and fact.aspect is Aspect.ERRORS:
        return f"{value} of {shortened(fact.signal_name, room)} fail, was {usual}"
    if fact.signal is Signal.TRACE and is_link(fact):
        return f"{value} lost between them, was {usual}"
    return f"{plain(fact.signal_name, fact.peer)} {value}, was {usual}"


def _other_end(service: str, link: tuple[str, str]) -> str:
    return link[1] if link[0] == service else link[0]


def _ids(facts: Iterable[Observation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.observation_id for each in facts if each.observation_id))


def _against(suspect: Suspect, ranked: Sequence[Suspect]) -> tuple[str, ...]:
    """Trouble elsewhere that began clearly earlier speaks against a suspect."""
    if suspect.onset is None:
        return ()
    own = {word.fact.summary for word in suspect.words}
    earlier = [
        word.fact
        for other in ranked
        if other.service != suspect.service
        for word in other.words[:1]
        if word.role is Role.OWN
        and word.fact.summary not in own
        and word.fact.onset
        and word.fact.onset.timestamp() < suspect.onset - EARLIER_S
    ]
    return _ids(earlier)[:MOST_AGAINST]
