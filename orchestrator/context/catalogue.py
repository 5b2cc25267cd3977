"""The services around an incident, from who calls whom: those that were reported, and everybody one call away."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from orchestrator.context.naming import MOST_NEAR, alike, mentioned
from orchestrator.model import CatalogueEntry, Topology
from orchestrator.naming import meant


def catalogue(topology: Topology, affected: Sequence[str]) -> tuple[CatalogueEntry, ...]:
    """The affected services and their neighbours, by name; everything that is known where nobody said what is affected."""
    callees: dict[str, set[str]] = defaultdict(set)
    callers: dict[str, set[str]] = defaultdict(set)
    for caller, callee in topology.calls:
        callees[caller].add(callee)
        callers[callee].add(caller)
    known = {*topology.services, *callees, *callers}
    reported = {each.casefold() for each in affected}
    hit = {each for each in known if each.casefold() in reported}
    around = {near for each in hit for near in (each, *callees[each], *callers[each])} if hit else known
    return tuple(
        CatalogueEntry(
            service=each,
            calls=tuple(sorted(callees[each])),
            called_by=tuple(sorted(callers[each])),
            affected=each in hit,
        )
        for each in sorted(around)
    )


def unknown(topology: Topology, affected: Sequence[str], title: str = "") -> tuple[str, ...]:
    """A line for each affected service that no telemetry knows, with the nearest names that it does know.

    Where nobody said what is affected, a line for the words of the title that fit several services.
    """
    known = {*topology.services, *(end for call in topology.calls for end in call)}
    if not known:
        return ()
    if not affected:
        _, doubtful = mentioned(title, known)
        return (f"Which service the title means: {_either(doubtful)}? Say it with services=",) if doubtful else ()
    there = {each.casefold() for each in known}
    return tuple(_line(each, known) for each in affected if each.casefold() not in there)


def _line(service: str, known: Collection[str]) -> str:
    found = meant(service, known)
    near = (found.name,) if found.name else found.near[:MOST_NEAR] or alike(service, known)
    if len(near) > 1:
        return f"No telemetry of {service}; did you mean {_either(near)}?"
    return f"No telemetry of {service}{f'; the nearest name in it is {near[0]}' if near else ''}"


def _either(names: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
