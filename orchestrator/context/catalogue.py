"""The services around an incident, from who calls whom: those that were reported, and everybody one call away."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from orchestrator.model import CatalogueEntry, Topology

NEAR_ENOUGH = 0.7


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


def unknown(topology: Topology, affected: Iterable[str]) -> tuple[str, ...]:
    """A line for each affected service that no telemetry knows, with the nearest name that it does know."""
    known = {each.casefold(): each for each in (*topology.services, *(end for call in topology.calls for end in call))}
    if not known:
        return ()
    return tuple(_line(each, known) for each in affected if each.casefold() not in known)


def _line(service: str, known: dict[str, str]) -> str:
    near = difflib.get_close_matches(service.casefold(), known, n=1, cutoff=NEAR_ENOUGH)
    hint = f"; the nearest name in it is {known[near[0]]}" if near else ""
    return f"No telemetry of {service}{hint}"
