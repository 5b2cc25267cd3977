"""What is taken of a model's answer, and what is left out, counted by reason.

The law: an explanation comes in if it cites at least one fact for it that was shown, no fact that was not, and a service that
telemetry knows, with a kind of fault that we know and a statement that can be read at a glance and is no command. All else
is left out whole: who invents one thing is not believed the rest.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agents.incident.thinking.answers import KINDS, LONGEST_STATEMENT, MOST_EXPLANATIONS, MOST_IDS, Explanation
from agents.incident.thinking.wording import plain_words, tells_to_run
from orchestrator.model import FaultKind


class LeftOut(StrEnum):
    """Why an explanation is left out."""

    CITES_NOTHING = "cites nothing"
    INVENTED_FACT = "cites a fact that was not shown"
    UNKNOWN_SERVICE = "names a service that is not known"
    UNKNOWN_KIND = "names no known kind of fault"
    UNREADABLE = "has no statement of one short line"
    COMMAND = "tells what to run"
    TWICE = "says what another said"
    TOO_MANY = f"came after the first {MOST_EXPLANATIONS}"


OF_SEVERAL = {"cites": "cite", "names": "name", "has": "have", "says": "say", "tells": "tell"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """An explanation that holds to what was asked. `supports` and `against` have no fact in common."""

    service: str
    kind: FaultKind
    statement: str
    supports: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sifted:
    """What was taken, in the model's order, and how many were left out for which reason."""

    accepted: tuple[Accepted, ...] = ()
    left_out: Mapping[LeftOut, int] = field(default_factory=dict)

    @property
    def remarks(self) -> list[str]:
        """A sentence for each reason."""
        return [_remark(reason, count) for reason, count in self.left_out.items()]


def sifted(explanations: Sequence[Explanation], shown: Collection[str], known: Mapping[str, str]) -> Sifted:
    """Those that are taken. `known` are the names of services, each by itself without capitals."""
    taken: dict[tuple[str, FaultKind], Accepted] = {}
    left_out: Counter[LeftOut] = Counter()
    for each in explanations:
        found = _checked(each, shown, known)
        if isinstance(found, LeftOut):
            left_out[found] += 1
        elif (found.service, found.kind) in taken:
            left_out[LeftOut.TWICE] += 1
        elif len(taken) == MOST_EXPLANATIONS:
            left_out[LeftOut.TOO_MANY] += 1
        else:
            taken[found.service, found.kind] = found
    return Sifted(tuple(taken.values()), {reason: left_out[reason] for reason in LeftOut if left_out[reason]})


def cited(ids: Sequence[str]) -> tuple[str, ...]:
    """The ids as they are given out, each once, without the brackets that they may have been quoted in; "" is none."""
    return tuple(dict.fromkeys(filter(None, (each.strip(" []()").lower() for each in ids))))


def _checked(said: Explanation, shown: Collection[str], known: Mapping[str, str]) -> Accepted | LeftOut:
    supports = cited(said.supports)
    against = tuple(each for each in cited(said.against) if each not in supports)
    service = known.get(said.service.strip().casefold())
    kind = next((each for each in KINDS if each.value == said.kind.strip().casefold().replace("_", " ")), None)
    if not supports:
        return LeftOut.CITES_NOTHING
    if not {*supports, *against} <= set(shown):
        return LeftOut.INVENTED_FACT
    if service is None:
        return LeftOut.UNKNOWN_SERVICE
    if kind is None:
        return LeftOut.UNKNOWN_KIND
    statement = _statement(said.statement, service)
    if not statement:
        return LeftOut.UNREADABLE
    if tells_to_run(said.statement):
        return LeftOut.COMMAND
    return Accepted(service, kind, statement, supports[:MOST_IDS], against[:MOST_IDS])


def _statement(said: str, service: str) -> str:
    """The words, with the service in them; "" where they cannot be a statement."""
    words = plain_words(said)
    if words and service.casefold() not in words.casefold():
        words = f"{service}: {words}"
    return words if len(words) <= LONGEST_STATEMENT else ""


def _remark(reason: LeftOut, count: int) -> str:
    if count == 1:
        return f"The model's answer had an explanation that {reason}; it was left out."
    verb, rest = reason.split(" ", 1)
    return f"The model's answer had {count} explanations that {OF_SEVERAL.get(verb, verb)} {rest}; they were left out."
