"""Who is known of an incident: every service, host and other end that its evidence or its surroundings name."""

from collections.abc import Iterator, Mapping, Sequence

from orchestrator.model import AgentContext, Incident, Observation


def known_names(observations: Sequence[Observation], context: AgentContext | None) -> Mapping[str, str]:
    """Each name as telemetry writes it, by the name without capitals. What people typed makes nobody known."""
    named = set(_observed(observations)) | set(_around(context))
    return {name.casefold(): name for name in sorted(named, reverse=True) if name}


def named_in_data(known: Mapping[str, str], context: AgentContext | None, incident: Incident | None) -> tuple[str, ...]:
    """All names that may stand in what is sent, for whoever sends others in their place."""
    reported = incident.affected_services if incident else ()
    changed = [each.service for each in context.changes] if context else []
    earlier = [each.service for each in context.similar] if context else []
    return tuple(sorted({*known.values(), *reported, *changed, *earlier} - {""}))


def _observed(observations: Sequence[Observation]) -> Iterator[str]:
    for each in observations:
        yield from (each.service, each.peer, *(name for call in each.calls for name in call))


def _around(context: AgentContext | None) -> Iterator[str]:
    for entry in context.catalogue if context else ():
        yield from (entry.service, *entry.calls, *entry.called_by)
