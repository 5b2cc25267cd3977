"""From a suspect to a hypothesis in words: what, why, how to check it, what would show it wrong, and what to consider first.

Each agent asserts the suspects that its own telemetry decides: those whose weightiest words are its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from agents.incident.suspects import Suspect, suspects
from agents.incident.testimony import Role
from agents.incident.words import clock
from orchestrator.model import FaultKind, Hypothesis, Observation

MOST_SUPPORT = 6
MOST_AGAINST = 3
EARLIER_S = 45.0

_WHAT = {
    FaultKind.ERROR: "{service} fails",
    FaultKind.WRONG_RESULT: "{service} behaves differently than before",
    FaultKind.LATENCY: "{service} has become slow by itself",
    FaultKind.NETWORK: "the network at {service} delays or breaks calls",
    FaultKind.CPU: "{service} runs out of CPU",
    FaultKind.MEMORY: "{service} uses far more memory than usual",
    FaultKind.SATURATION: "{service} is saturated",
    FaultKind.DEPENDENCY: "{service} suffers from something it depends on",
    FaultKind.UNKNOWN: "something about {service} changed",
}
_VERIFY = {
    FaultKind.ERROR: "Read the error lines of {service} around {since} with their stack traces",
    FaultKind.WRONG_RESULT: "Compare one request through {service} before and after {since}",
    FaultKind.LATENCY: "Profile {service}, or read its slowest traces since {since}",
    FaultKind.NETWORK: "Measure round trips and resets between {service} and its callers, from both ends",
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
    FaultKind.NETWORK: "Round trips between {service} and its callers are as short as before {since}",
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
    """The agent whose own words weigh most."""
    weights: dict[str, float] = defaultdict(float)
    for word in suspect.words:
        weights[word.fact.agent_id] = max(weights[word.fact.agent_id], word.weight)
    return max(sorted(weights), key=lambda agent: weights[agent])


def _told(agent_id: str, suspect: Suspect, ranked: Sequence[Suspect]) -> Hypothesis:
    change = suspect.change
    support = _ids(word.fact for word in suspect.words)[:MOST_SUPPORT]
    since = clock(suspect.onset) if suspect.onset is not None else "the start"
    said = {"service": suspect.service, "since": since}
    statement = f"{_WHAT[suspect.kind].format(**said)} since {since}: {suspect.words[0].fact.summary}"
    verify, disprove = [_VERIFY[suspect.kind].format(**said)], [_DISPROVE[suspect.kind].format(**said)]
    do_first, change_id = "", ""
    if change is not None:
        change_id = change.signal_name
        when = clock(change.onset) if change.onset else "before"
        statement = f"{statement}, after the {change.aspect} at {when}"
        support = (*support, change.observation_id) if change.observation_id else support
        do_first = f"consider rolling back {change.signal_name} on {suspect.service} ({change.aspect} at {when})"
        disprove.append(f"Instances of {suspect.service} without {change.signal_name} show the same")
    peer = next((_other_end(suspect.service, word.fact) for word in suspect.words if word.role is Role.LINK), "")
    return Hypothesis(
        agent_id=agent_id,
        statement=(statement[0].upper() + statement[1:])[:600],
        initial_confidence=round(suspect.confidence, 4),
        service=suspect.service,
        peer=peer,
        fault_kind=suspect.kind,
        supporting=support,
        refuting=_against(suspect, ranked),
        verify=tuple(verify),
        disprove=tuple(disprove),
        do_first=do_first,
        change_id=change_id,
    )


def _other_end(service: str, fact: Observation) -> str:
    return fact.peer if fact.service == service else fact.service


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
