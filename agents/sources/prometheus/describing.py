"""What was discovered on a server, as people look at it."""

from collections import defaultdict

from agents.sources.catalogue import (
    Corrections,
    KnownMetric,
    KnownService,
    KnownStore,
    Overview,
    mixed_environments,
    service_of,
)
from agents.sources.prometheus.discovery import Discovered
from agents.sources.prometheus.plan import Ask, scopes_of
from orchestrator.model import Aspect

STORE = "prometheus"


def overview_of(discovered: Discovered, version: str, corrections: Corrections) -> Overview:
    """Services, where they are, and what is read of each; an aspect only where people said it."""
    plan = discovered.plan
    metrics: dict[str, list[KnownMetric]] = defaultdict(list)
    for ask in plan.asks:
        known = _known(ask, corrections)
        for service in ask.services:
            if all(each.metric != known.metric for each in metrics[service]):
                metrics[service].append(known)
    scopes = scopes_of(plan.asks, lambda row: service_of(row, corrections))
    services = tuple(
        KnownService(name=name, stores=(STORE,), scopes=tuple(scopes.get(name, ())), metrics=tuple(metrics[name]))
        for name in sorted(metrics)
    )
    holds = f"{len(services)} services, {discovered.metrics} metrics"
    return Overview(
        stores=(KnownStore(name="Prometheus", version=version, holds=holds),),
        services=services,
        unplaced=plan.unplaced,
        left_out=discovered.left_out,
        mixed=mixed_environments((scope for seen in scopes.values() for scope in seen), corrections.scope),
    )


def _known(ask: Ask, corrections: Corrections) -> KnownMetric:
    return KnownMetric(
        metric=ask.rule.told,
        of=ask.metric or ask.rule.metrics[0],
        aspect=ask.aspect or Aspect.OTHER,
        unit=ask.rule.unit,
        query=ask.query(ask.scrape_s, corrections.scope),
        by_rule=bool(ask.metric) and not ask.rule.aside,
    )
