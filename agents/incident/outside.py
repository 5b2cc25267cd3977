"""What speaks for a cause that nobody here changed: a party outside, expired certificates, one bad record, hardware, a surge.

"No change explains it" is an explanation only with evidence of its own, so each of these is told with what shows it.
Every rule is one that an engineer on call goes by; none by itself acquits a change that could do just what is seen.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agents.analyzers.graph import Graph
from agents.incident.symptoms import Symptoms

ALIKE_LINES = 5
AT_ONCE_S = 180.0
AT_ONCE = 3
SURGE = 1.5
_HOST = re.compile(
    r"(?<![\w@.-])((?:[a-z0-9](?:[\w-]*[a-z0-9])?\.)+(?:com|net|org|io|dev|cloud|co|ai|app|eu|us|uk|de))(?![\w-])",
    re.IGNORECASE,
)
_ANSWERS_BADLY = re.compile(r"(?i)\b(?:50[0-4]|429|5xx)\b|bad gateway|service unavailable|rate.?limit|quota")
_SILENT = re.compile(r"(?i)timed? ?out|deadline|unavailable|refused|reset|unreachable|not respond")
_NAMES = re.compile(r"(?i)no such host|name resolution|enotfound|servfail|nxdomain|lookup \S+ (?:on|failed)|resolver")
_EXPIRED = re.compile(
    r"(?i)certificate (?:has )?expired|cert\w* .{0,40}expired|not yet valid|certificate .{0,30}not valid"
)
_HARDWARE = re.compile(
    r"(?i)\bi/o error|input/output error|\bedac\b|\becc\b|machine check|hardware error|bad sector|smart (?:error|failure)"
    r"|node .{0,30}(?:not ?ready|unreachable|lost)|spot .{0,20}interrupt|preempt(?:ed|ion)|availability.zone|\bnic\b.{0,20}down"
)
_ID = re.compile(
    r"\b[\w-]*(?:id|key|offset|uuid|partition|record|message)[\w-]*[=: ]+[\"']?([\w.-]*\d[\w.-]*)", re.IGNORECASE
)
_AGAIN = re.compile(
    r"(?i)redeliver|reprocess|same offset|poison|dead.?letter|retry(?:ing)? (?:the )?(?:same|message|record)"
)


@dataclass(frozen=True, slots=True)
class Outside:
    """A cause that is nobody's change: where it shows, what shows it, and how much that says in [0, 1]."""

    service: str
    says: str
    weight: float


def outside_causes(symptoms: Symptoms, graph: Graph, known: Iterable[str]) -> list[Outside]:
    """Everything that speaks for such a cause, the strongest first."""
    services = tuple(known)
    found = [
        each for service, texts in sorted(symptoms.texts.items()) for each in _in_lines(service, tuple(texts), services)
    ]
    found += [*_names_everywhere(symptoms), *_surge(symptoms, graph)]
    return sorted(found, key=lambda each: (-each.weight, each.service, each.says))


def _in_lines(service: str, texts: Sequence[str], known: Sequence[str]) -> Iterator[Outside]:
    parties = [
        (0.8 if _ANSWERS_BADLY.search(text) else 0.4, host)
        for text in texts
        for host in _HOST.findall(text)
        if not _is_ours(host, known) and (_ANSWERS_BADLY.search(text) or _SILENT.search(text))
    ]
    for weight, party in sorted(parties, reverse=True)[:1]:
        yield Outside(service, f"calls to {party} fail, which is none of ours", weight)
    if any(_EXPIRED.search(text) for text in texts):
        yield Outside(service, "a certificate has expired", 0.8)
    if any(_HARDWARE.search(text) for text in texts):
        yield Outside(service, "it tells of the machine below it", 0.7)
    if _is_one_input(texts):
        yield Outside(service, "one and the same input fails again and again", 0.8)


def _is_ours(host: str, known: Sequence[str]) -> bool:
    labels = host.lower().split(".")
    return any(name.lower() in labels for name in known) or "internal" in labels or "local" in labels


def _is_one_input(texts: Sequence[str]) -> bool:
    """Whether all lines that name an input name the same one, and say that it comes again."""
    naming = [frozenset(_ID.findall(text)) for text in texts if _ID.search(text)]
    if len(naming) < ALIKE_LINES or not any(_AGAIN.search(text) for text in texts):
        return False
    return bool(frozenset.intersection(*naming))


def _names_everywhere(symptoms: Symptoms) -> Iterator[Outside]:
    """Names that no longer resolve in several services at about the same time: what all share, and nobody deployed."""
    hit = {
        service: symptoms.since[service][0]
        for service, texts in symptoms.texts.items()
        if service in symptoms.since and any(_NAMES.search(text) for text in texts)
    }
    if len(hit) >= AT_ONCE and max(hit.values()) - min(hit.values()) <= AT_ONCE_S:
        first = min(hit, key=lambda service: (hit[service], service))
        yield Outside(first, f"names no longer resolve, in {len(hit)} services at once", 0.8)


def _surge(symptoms: Symptoms, graph: Graph) -> Iterator[Outside]:
    """More requests where the system is entered, and not only when trouble made people and programs try again."""
    called = {callee for _, callee in graph.calls}
    first = symptoms.first
    for service, left in sorted(symptoms.traffic.items()):
        entered = bool(graph.calls) and service not in called
        if entered and first and left.value >= SURGE * left.usual > 0 and left.onset <= sum(first):
            times = left.value / left.usual
            yield Outside(service, f"{times:.1f} times as many requests as before", 0.6)
