"""By which labels a server has to group a metric, so that one row comes back for each service and no more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from agents.sources.catalogue import SCOPE_LABELS, canonical
from agents.sources.catalogue.identity import LABELS

Row = Mapping[str, str]
_TELLING = {name: place for place, name in reversed(list(enumerate(LABELS)))}
_OF_SCOPES = frozenset(name for names in SCOPE_LABELS.values() for name in names)


@dataclass(frozen=True, slots=True)
class Grouping:
    """`by`: the labels. `services`: the service for each combination of their values; "" where nobody is told of."""

    by: tuple[str, ...]
    services: Mapping[tuple[str, ...], str]

    def key(self, labels: Row) -> tuple[str, ...]:
        """The values of the labels in `by`."""
        return tuple(labels.get(name, "") for name in self.by)


def grouping_of(rows: Sequence[Row], service_of: Callable[[Row], str]) -> Grouping:
    """The fewest labels that still tell the services in `rows` apart.

    Labels that do not spell the service are let go first, then those that split most, those of a scope, and those that
    name a service least on purpose; the last one stays. So a service that appears later is not taken for another.
    """
    told = [(row, service_of(row)) for row in rows]
    names = {name for row in rows for name, value in row.items() if value and name != "__name__"}
    kept = sorted(names, key=lambda name: (_TELLING.get(name, len(_TELLING)), name))
    for name in sorted(names, key=lambda name: _let_go_first(name, told)):
        rest = [each for each in kept if each != name]
        if rest and _tells_apart(rest, told):
            kept = rest
    by = tuple(kept)
    services = {tuple(row.get(name, "") for name in by): service for row, service in told}
    return Grouping(by, services)


def _let_go_first(name: str, told: Sequence[tuple[Row, str]]) -> tuple[bool, int, bool, int, str]:
    values = {row.get(name, "") for row, _ in told}
    spells = all(canonical(row.get(name, "")) == service for row, service in told)
    return (spells, -len(values), name not in _OF_SCOPES, -_TELLING.get(name, len(_TELLING)), name)


def _tells_apart(names: Sequence[str], told: Iterable[tuple[Row, str]]) -> bool:
    known: dict[tuple[str, ...], str] = {}
    return all(
        known.setdefault(tuple(row.get(name, "") for name in names), service) == service for row, service in told
    )
