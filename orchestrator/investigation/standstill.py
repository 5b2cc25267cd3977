"""The world of a replay: time stands still, telemetry is not asked, and colleagues say what they said then."""

from datetime import datetime

from orchestrator.clock import Clock
from orchestrator.errors import SourceUnavailableError
from orchestrator.events import InvestigationView
from orchestrator.model import (
    Advice,
    Changes,
    Consultation,
    ConsultOutcome,
    Logs,
    Metrics,
    Question,
    Spans,
    Topology,
)
from orchestrator.ports import Lookup, TeamSpec


class Then:
    """Implements Clock: the time of day stands still at that moment, and waits are as long as ever."""

    def __init__(self, moment: datetime, clock: Clock) -> None:
        self._moment, self._clock = moment, clock

    def now(self) -> datetime:
        """That moment."""
        return self._moment

    def monotonic(self) -> float:
        """As the clock has it."""
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """As the clock does."""
        await self._clock.sleep(seconds)


class NothingAsked:
    """Implements every kind of source by asking nobody."""

    async def read_metrics(self, lookup: Lookup) -> Metrics:
        """Raises SourceUnavailableError, as all of these do."""
        raise _not_asked(lookup)

    async def read_logs(self, lookup: Lookup) -> Logs:
        """See `read_metrics`."""
        raise _not_asked(lookup)

    async def read_spans(self, lookup: Lookup) -> Spans:
        """See `read_metrics`."""
        raise _not_asked(lookup)

    async def read_changes(self, lookup: Lookup) -> Changes:
        """See `read_metrics`."""
        raise _not_asked(lookup)

    async def read_topology(self, lookup: Lookup) -> Topology:
        """See `read_metrics`."""
        raise _not_asked(lookup)


def _not_asked(lookup: Lookup) -> SourceUnavailableError:
    return SourceUnavailableError(f"A replay of {lookup.incident_id} asks no telemetry.")


class RecordedDesk:
    """Implements Desk with the answers that were given in the run."""

    def __init__(self, agent_id: str, view: InvestigationView, team: TeamSpec) -> None:
        self._agent_id, self._view, self._team = agent_id, view, team

    async def consult(self, specialist_type: str, question: Question) -> Consultation:
        """The answer to that question, where one was given to anybody; else what this agent was told in its place."""
        same = [
            each
            for each in self._view.consultations
            if each.question == question and specialist_type in (each.specialist, self._team.type_of(each.specialist))
        ]
        answered = [each for each in same if each.is_answered]
        own = [each for each in same if each.asker == self._agent_id]
        if answered or own:
            return (answered or own[-1:])[0]
        nobody = Advice(text="That was not asked in this run.", known=False)
        return Consultation(
            asker=self._agent_id,
            specialist=specialist_type,
            question=question,
            outcome=ConsultOutcome.REFUSED,
            advice=nobody,
        )

    async def escalate(self, reason: str, *context: str) -> str:  # noqa: ARG002 - the port's
        """Humans have had their say in the run; here nobody is asked."""
        return self._view.gates[-1].gate_id if self._view.gates else ""
