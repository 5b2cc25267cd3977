"""What was discovered, as people look at it: services, where they are, which stores know them, and what is measured."""

from collections import defaultdict
from collections.abc import Iterable

from orchestrator.model import Aspect, Frozen, Scope


class KnownMetric(Frozen):
    """One thing that is read of a service. `of` is the metric as the store calls it; `query` asks for it of all services.

    `by_rule`: a general rule took it for what it is, so people may know better.
    """

    metric: str
    of: str
    aspect: Aspect = Aspect.OTHER
    unit: str = ""
    query: str = ""
    by_rule: bool = False


class KnownService(Frozen):
    """One service. `stores` know it; `scopes` are where it was seen."""

    name: str
    stores: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()
    metrics: tuple[KnownMetric, ...] = ()


class KnownStore(Frozen):
    """One store. `holds` says in words how much."""

    name: str
    version: str = ""
    holds: str = ""


class Overview(Frozen):
    """Everything. `unplaced`: metrics whose labels name no service. `left_out`: what was not looked at, in words.

    `mixed`: environments that are taken together, for nobody says which is meant.
    """

    stores: tuple[KnownStore, ...] = ()
    services: tuple[KnownService, ...] = ()
    unplaced: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    mixed: tuple[str, ...] = ()


def together(parts: Iterable[Overview]) -> Overview:
    """What several stores know, as one: a service that two of them know is one service."""
    known = list(parts)
    by_name: dict[str, list[KnownService]] = defaultdict(list)
    for service in (each for part in known for each in part.services):
        by_name[service.name].append(service)
    return Overview(
        stores=tuple(store for part in known for store in part.stores),
        services=tuple(_one(name, services) for name, services in sorted(by_name.items())),
        unplaced=tuple(sorted({each for part in known for each in part.unplaced})),
        left_out=tuple(dict.fromkeys(each for part in known for each in part.left_out)),
        mixed=tuple(sorted({each for part in known for each in part.mixed})),
    )


def _one(name: str, services: Iterable[KnownService]) -> KnownService:
    told = list(services)
    scopes = {scope for each in told for scope in each.scopes if str(scope)}
    return KnownService(
        name=name,
        stores=tuple(dict.fromkeys(store for each in told for store in each.stores)),
        scopes=tuple(sorted(scopes, key=str)),
        metrics=tuple(metric for each in told for metric in each.metrics),
    )
