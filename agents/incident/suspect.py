"""A suspect: a service, the words for its being the cause, and what comes of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from agents.incident.testimony import Testimony
from orchestrator.model import FaultKind, Observation

WEIGHS = 0.1


@dataclass(frozen=True, slots=True)
class Suspect:
    """A service under suspicion, with the words for it, strongest first, and what was changed in it shortly before."""

    service: str
    confidence: float
    kind: FaultKind
    words: tuple[Testimony, ...]
    change: Observation | None = None

    @property
    def onset(self) -> float | None:
        """When its own trouble began."""
        return onset_of(self.words)


def onset_of(words: Iterable[Testimony]) -> float | None:
    """The earliest of the facts that weigh, in epoch seconds; None where none tells a time."""
    told = [each.fact.onset.timestamp() for each in words if each.fact.onset and each.weight >= WEIGHS]
    return min(told, default=None)


def strongest(words: Iterable[Testimony]) -> dict[str, Testimony]:
    """By group, the word that weighs most: words of one group say the same thing."""
    best: dict[str, Testimony] = {}
    for word in words:
        if word.group not in best or word.weight > best[word.group].weight:
            best[word.group] = word
    return best
