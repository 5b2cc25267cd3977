"""A run's own part of the journal: what it knows of itself, and how it tells what happens next.

The law: the view is never older than what this run has stored, also where who stored it was cancelled meanwhile; and a run
moves along the arrows of the state table only.
"""

from contextlib import suppress

from orchestrator.clock import Clock, undivided
from orchestrator.errors import OrchestratorError
from orchestrator.events import Event, Heartbeat, InvestigationView, StateChanged
from orchestrator.investigation.journal import Journal
from orchestrator.investigation.states import check_arrow
from orchestrator.model import InvestigationState, Phase, Standing, StepOutcome

HEARTBEAT_S = 30.0


class Record:
    """The journal of one run, from `view` on."""

    def __init__(self, view: InvestigationView, journal: Journal) -> None:
        self.view, self._journal = view, journal

    async def append(self, event: Event) -> InvestigationView:
        """Store the event; the view after it."""
        return await undivided(self._write(event))

    async def change(self, after: InvestigationState, reason: str = "") -> None:
        """Move on. Raises ConflictError where the state table has no such arrow."""
        before = self.view.state
        check_arrow(before, after)
        await self.append(StateChanged(before=before, after=after, reason=reason))

    async def look(self) -> None:
        """See what others have stored meanwhile."""
        self._newer(await self._journal.view(*self.view.key))

    async def beat(self, clock: Clock) -> None:
        """Say now and then, until cancelled, that the run is alive."""
        while True:
            await clock.sleep(HEARTBEAT_S)
            with suppress(OrchestratorError):  # what cannot be stored now need not end a run that is alive
                await self.append(Heartbeat())

    async def _write(self, event: Event) -> InvestigationView:
        view = await self._journal.append(*self.view.key, event)
        self._newer(view)
        return view

    def _newer(self, view: InvestigationView) -> None:
        if view.seq > self.view.seq:
            self.view = view


def nothing_seen(view: InvestigationView) -> str:
    """Why, for people, where nothing could be observed at all; else ""."""
    if any(each.standing != Standing.NO_DATA for each in view.observations):
        return ""
    turns = [each for each in view.steps if each.step.phase == Phase.OBSERVE]
    failed = [f"{each.step.agent_id} {each.note}" for each in turns if each.outcome != StepOutcome.FINISHED]
    missing = [each.summary for each in view.observations]
    said = [each.rstrip(".") for each in dict.fromkeys([*failed, *missing])]
    return f"Nothing could be observed: {'; '.join(said[:4]) or 'no agent reported anything'}."
