"""LogQL selectors: which streams are meant. Pure.

A query needs a matcher that does not match the empty text, so streams are selected by the labels that name their service;
a stream without the first of these is selected by the second, and so on.
Format: https://grafana.com/docs/loki/latest/query/log_queries/#log-stream-selector
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agents.sources.catalogue import Corrections, belongs, scope_of, service_of
from agents.sources.catalogue.identity import LABELS
from orchestrator.model import Scope

MOST_CHANNELS = 3
MOST_VALUES = 60
"""So many values stand in one selector."""
_SPECIAL = re.compile(r"([.+*?()|\[\]{}^$\\])")


@dataclass(frozen=True, slots=True)
class Channel:
    """Streams that one label names. `without`: labels that go before it, which these streams do not have.

    `services`: whom each value tells of, as far as streams are known.
    """

    label: str
    without: tuple[str, ...] = ()
    services: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def everything(self) -> str:
        """All of its streams."""
        return self._selector(f'{self.label}=~".+"')

    def of(self, values: Sequence[str]) -> list[str]:
        """Selectors for these values of its label."""
        parts = [values[at : at + MOST_VALUES] for at in range(0, len(values), MOST_VALUES)]
        return [self._selector(f"{self.label}=~{quoted('|'.join(map(literal, part)))}") for part in parts]

    def but(self, values: Sequence[str]) -> str:
        """All of its streams but those with these values."""
        if not values:
            return self.everything
        others = quoted("|".join(map(literal, values)))
        return self._selector(f'{self.label}=~".+"', f"{self.label}!~{others}")

    def _selector(self, *matchers: str) -> str:
        return "{" + ", ".join([*matchers, *(f'{each}=""' for each in self.without)]) + "}"


def naming(labels: Iterable[str], corrections: Corrections) -> tuple[str, ...]:
    """Those labels that may name a service, the most telling first."""
    there = set(labels)
    return tuple(dict.fromkeys(each for each in (*corrections.service_labels, *LABELS) if each in there))


def channels_of(
    streams: Iterable[Mapping[str, str]], names: Sequence[str], corrections: Corrections, scope: Scope
) -> tuple[Channel, ...]:
    """By which labels these streams are selected; streams of another scope are not."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for stream in streams:
        label = next((each for each in names if stream.get(each)), None)
        if label is not None and belongs(scope_of(stream), scope):
            found[label][stream[label]].add(service_of(stream, corrections))
    used = [each for each in names if each in found][:MOST_CHANNELS]
    return tuple(
        Channel(label, tuple(used[:at]), {value: frozenset(told) for value, told in found[label].items()})
        for at, label in enumerate(used)
    )


def literal(value: str) -> str:
    """A value as a regular expression for itself (RE2)."""
    return _SPECIAL.sub(r"\\\1", value)


def quoted(text: str) -> str:
    """As a string of LogQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
