"""One case, investigated by the very service that the surfaces use, to its end."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from orchestrator.errors import SourceUnavailableError
from orchestrator.events import InvestigationView
from orchestrator.investigation import Investigations
from orchestrator.model import Changes, Incident, Origin, Person, Window
from orchestrator.parameters import Parameters
from orchestrator.ports import IncidentSource, Lookup

WORKSPACE = "evaluation"
NOBODY = Person(user_id="evaluation")
ALWAYS = Window(start=datetime.min.replace(tzinfo=UTC), end=datetime.max.replace(tzinfo=UTC))


class Library(IncidentSource, Protocol):
    """The recording of one case."""

    async def candidates(self, incident_id: str) -> tuple[str, ...]:
        """The services among which its cause is sought; empty where it does not say."""
        ...

    async def read_changes(self, lookup: Lookup) -> Changes:
        """What people changed."""
        ...


class Assembled(Protocol):
    """The program put together over one case: nothing else is in its library, and its store is empty."""

    @property
    def incidents(self) -> Library:
        """The case's recording."""
        ...

    def running(self) -> AbstractAsyncContextManager[Investigations]:
        """Everything open."""
        ...


@dataclass(frozen=True, slots=True)
class Examined:
    """How a case went. `changes_recorded`: the case knows of changes, so that one can be blamed."""

    view: InvestigationView
    candidates: tuple[str, ...] = ()
    changes_recorded: bool = False


async def examine(assembled: Assembled) -> Examined:
    """Investigate the only incident of the library. Raises SourceUnavailableError where there is none to be read."""
    async with assembled.running() as service:
        incident = await _only(assembled.incidents)
        opened = await service.investigate(
            Parameters(incident_id=incident.incident_id),
            workspace=WORKSPACE,
            by=NOBODY,
            origin=Origin(surface="evaluation"),
        )
        view = await service.ended(WORKSPACE, opened.investigation.investigation_id)
        changes = await assembled.incidents.read_changes(Lookup(incident.incident_id, ALWAYS))
        candidates = await assembled.incidents.candidates(incident.incident_id)
        return Examined(view, candidates, changes_recorded=bool(changes.changes))


async def _only(library: Library) -> Incident:
    for incident in await library.known():
        return incident
    raise SourceUnavailableError("There is no recorded incident in this case.", remedy="It needs a case.json.")
