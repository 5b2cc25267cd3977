"""From a suspect to a hypothesis in words: what, why, how to check it, what would show it wrong, what to consider first.

Each agent asserts those suspects of which one of its own observations decides what is wrong.
"""

from collections.abc import Iterable, Sequence

from agents.incident.suspects import Suspect, suspects
from agents.incident.testimony import Role, is_link
from agents.incident.words import clock, figure, plain, quoted
from orchestrator.model import THE_BAR, Aspect, FaultKind, Hypothesis, Observation, Signal

MOST_SUPPORT = 6
MOST_AGAINST = 3
EARLIER_S = 45.0
SHORTLY_S = 900.0
TELLS = 0.3

_WHAT = {
    FaultKind.ERROR: "{service} fails",
    FaultKind.WRONG_RESULT: "{service} behaves differently than before",
    FaultKind.LATENCY: "{service} has become slow",
    FaultKind.NETWORK: "calls from {caller} to {callee} are delayed or broken on the way",
    FaultKind.CPU: "{service} runs out of CPU",
    FaultKind.MEMORY: "{service} uses far more memory than usual",
    FaultKind.SATURATION: "{service} is saturated",
    FaultKind.DEPENDENCY: "{service} suffers from something that it depends on",
    FaultKind.UNKNOWN: "something about {service} has changed",
}
_VERIFY = {
    FaultKind.ERROR: "Read the error lines of {service} around {since} with their stack traces",
    FaultKind.WRONG_RESULT: "Compare one request through {service} before and after {since}",
    FaultKind.LATENCY: "Profile {service}, or read its slowest traces since {since}",
    FaultKind.NETWORK: "Measure round trips and resets between {caller} and {callee}, from both ends",
    FaultKind.CPU: "Look at CPU by process and thread on {service} since {since}",
    FaultKind.MEMORY: "Look at the heap and at restarts of {service} since {since}",
    FaultKind.SATURATION: "Look at what holds connections, locks and queue places of {service} since {since}",
    FaultKind.DEPENDENCY: "Look at the calls that {service} makes since {since}",
    FaultKind.UNKNOWN: "Look at {service} around {since}",
}
_DISPROVE = {
    FaultKind.ERROR: "{service} answers the same requests without an error when asked directly",
    FaultKind.WRONG_RESULT: "{service} gives the same answers as before {since} to the same requests",
    FaultKind.LATENCY: "{service} is as fast as before when asked directly",
    FaultKind.NETWORK: "Round trips between {caller} and {callee} are as short as before {since}",
    FaultKind.CPU: "CPU of {service} falls back and the symptoms stay",
    FaultKind.MEMORY: "Memory of {service} falls back and the symptoms stay",
    FaultKind.SATURATION: "Waits at {service} are 0 while the symptoms go on",
    FaultKind.DEPENDENCY: "What {service} calls answers as before",
    FaultKind.UNKNOWN: "The symptoms began before {since}",
}


def explain(agent_id: str, observations: Sequence[Observation]) -> list[Hypothesis]:
    """The hypotheses of one agent, likeliest first, from the observations of all."""
    ranked = suspects(observations)
    return [_told(agent_id, each, ranked) for each in ranked if _decided_by(each) == agent_id]


def _decided_by(suspect: Suspect) -> str:
    """The agent whose word decides what is wrong."""
    return suspect.words[0].fact.agent_id


def _told(agent_id: str, suspect: Suspect, ranked: Sequence[Suspect]) -> Hypothesis:
    links = ((word.fact.service, word.fact.peer) for word in suspect.words if word.role is Role.LINK)
    link = next(links, ("others", suspect.service))
    since = clock(suspect.onset) if suspect.onset is not None else "the start"
    said = {"service": suspect.service, "since": since, "caller": link[0], "callee": link[1]}
    statement = f"{_WHAT[suspect.kind].format(**said)} since {since}{_after(suspect)}: {_brief(_most_telling(suspect))}"
    support = [word.fact for word in suspect.words[:MOST_SUPPORT]]
    disprove = [_DISPROVE[suspect.kind].format(**said)]
    if suspect.change is not None:
        support.append(suspect.change)
        disprove.append(f"Instances of {suspect.service} without that change show the same")
    return Hypothesis(
        agent_id=agent_id,
        statement=statement[:600],
        initial_confidence=round(suspect.confidence, 4),
        service=suspect.service,
        peer=_other_end(suspect.service, link) if suspect.kind is FaultKind.NETWORK else "",
        fault_kind=suspect.kind,
        supporting=_ids(support),
        refuting=_against(suspect, ranked),
        verify=(_VERIFY[suspect.kind].format(**said),),
        disprove=tuple(disprove),
        do_first=_do_first(suspect),
        change_id=suspect.change.signal_name if suspect.change else "",
    )


def _after(suspect: Suspect) -> str:
    """The change it came after, where that is not long ago."""
    change = suspect.change
    if change is None or change.onset is None or suspect.onset is None:
        return ""
    recent = suspect.onset - change.onset.timestamp() <= SHORTLY_S
    return f", after the {change.aspect} at {clock(change.onset)}" if recent else ""


def _do_first(suspect: Suspect) -> str:
    """What a person may consider; only where the suspicion is worth a headline."""
    change = suspect.change
    if change is None or change.onset is None or suspect.confidence < THE_BAR:
        return ""
    _, _, what = change.summary.partition(": ")
    act = "setting back" if change.aspect is Aspect.CONFIGURATION else "rolling back"
    return f"consider {act} the {change.aspect} of {suspect.service} at {clock(change.onset)}" + (
        f" ({what})" if what else ""
    )


def _most_telling(suspect: Suspect) -> Observation:
    """The fact that decides; where something fails, what the service itself says of it, for that names the error."""
    told = [word.fact for word in suspect.words if word.weight >= TELLS and word.fact.service == suspect.service]
    lines = [fact for fact in told if fact.signal is Signal.LOG and fact.aspect is Aspect.ERRORS]
    return lines[0] if lines and suspect.kind is FaultKind.ERROR else suspect.words[0].fact


def _brief(fact: Observation) -> str:
    """The fact without what the statement says already."""
    if fact.signal is Signal.LOG and fact.aspect is not Aspect.BEHAVIOUR:
        return quoted(fact.signal_name, 120)
    if fact.value is None or fact.usual is None:
        return fact.summary
    if fact.signal is Signal.LOG:
        return f"{figure(fact.value)} times {quoted(fact.signal_name, 120)}, {figure(fact.usual)} expected"
    value, usual = figure(fact.value, fact.unit), figure(fact.usual, fact.unit)
    if fact.signal is Signal.TRACE and fact.aspect is Aspect.ERRORS:
        return f"{value} of {fact.signal_name} fail, was {usual}"
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
