"""What was discovered, as lines: one row a service while they are few, groups of services that are known alike when not."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from agents.sources.catalogue import KnownMetric, KnownService, Overview
from bot.terminal.lists import columns
from bot.terminal.safe import safe
from orchestrator.model import Aspect

FEW_SERVICES = 40
FEW_NAMES = 6
MOST_UNPLACED = 12
_PARTS = (("environment", "Environments"), ("cluster", "Clusters"), ("namespace", "Namespaces"))
_ORDER = {aspect: place for place, aspect in enumerate(Aspect)}


def map_lines(overview: Overview, *, everything: bool = False) -> list[str]:
    """The whole map. With more than forty services those that are known alike share a line, unless `everything` is asked."""
    rows = everything or len(overview.services) <= FEW_SERVICES
    services = _rows(overview.services) if rows else _groups(overview.services)
    return [*_stores(overview), *_places(overview), "", *services, *_rest(overview)]


def service_lines(service: KnownService) -> list[str]:
    """One service in detail: each metric, what it is about, its unit, and the query that reads it."""
    where = ", ".join(str(each) for each in service.scopes) or "nowhere in particular"
    head = [f"{safe(service.name)} · known to {', '.join(service.stores)} · in {safe(where)}"]
    if not service.metrics:
        return [*head, "No metric of it is read."]
    return [*head, *(line for each in sorted(service.metrics, key=_by_aspect) for line in _metric(each))]


def _metric(each: KnownMetric) -> Iterator[str]:
    unit = f" in {each.unit}" if each.unit else ""
    guessed = " · by a general rule" if each.by_rule else ""
    yield f"  {each.aspect.value:<11} {safe(each.metric)}{unit}{guessed}"
    yield f"  {'':<11} {safe(each.query)}"


def _stores(overview: Overview) -> Iterator[str]:
    for store in overview.stores:
        yield safe(f"{store.name} {store.version}".strip() + f": {store.holds}")


def _places(overview: Overview) -> Iterator[str]:
    scopes = {scope for service in overview.services for scope in service.scopes}
    for part, title in _PARTS:
        names = sorted({getattr(scope, part) for scope in scopes} - {""})
        if names:
            yield f"{title}: {_few(names, FEW_NAMES)}"
    if overview.mixed:
        yield (
            "Environments are not told apart, for nobody says which is meant. Say so in compass.toml: "
            f'[scope] environment = "{safe(overview.mixed[0])}"'
        )


def _rows(services: Iterable[KnownService]) -> list[str]:
    rows = [(each.name, ", ".join(each.stores), _where(each), _aspects(each)) for each in services]
    nobody = ["No service was found. Look farther back: compass map --last 120"]
    return columns([("SERVICE", "KNOWN TO", "IN", "WHAT IS READ OF IT"), *rows]) if rows else nobody


def _groups(services: Iterable[KnownService]) -> Iterator[str]:
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in services:
        alike[", ".join(each.stores), ", ".join(_names(each))].append(each.name)
    for (stores, aspects), names in sorted(alike.items(), key=lambda item: (-len(item[1]), item[0])):
        yield f"{len(names)} services · {stores} · {aspects or 'no metric'}"
        yield f"    {_few(names, FEW_NAMES)}"


def _rest(overview: Overview) -> Iterator[str]:
    if overview.unplaced:
        yield ""
        yield (
            f"Not placed, for no label names a service: {_few(overview.unplaced, MOST_UNPLACED)}. "
            "Say whose they are: compass map --write compass.toml"
        )
    if overview.left_out:
        yield ""
        yield f"Left out: {safe('; '.join(overview.left_out))}."
    if overview.services:
        yield ""
        best = max(overview.services, key=lambda each: len(each.metrics))
        yield f"In detail, with the queries: compass map --service {safe(best.name)}"


def _where(service: KnownService) -> str:
    names = list(dict.fromkeys(str(each) for each in service.scopes))
    return _few(names, 2)


def _aspects(service: KnownService) -> str:
    counts = Counter(each.aspect for each in service.metrics)
    return ", ".join(f"{name} {counts[Aspect(name)]}" if counts[Aspect(name)] > 1 else name for name in _names(service))


def _names(service: KnownService) -> list[str]:
    return [aspect.value for aspect in sorted({each.aspect for each in service.metrics}, key=lambda each: _ORDER[each])]


def _few(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return safe(", ".join(names[:most])) + more


def _by_aspect(each: KnownMetric) -> tuple[int, str]:
    return (_ORDER[each.aspect], each.metric)
