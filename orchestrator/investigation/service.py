"""The service behind every surface: investigate, stop, decide, look. Slack, the terminal and HTTP only translate to it.

The laws: one incident has one unfinished run in a workspace, and who asks again joins it. Only so many run at once; the
others wait by severity, then in the order in which they came. A decision is made once. After a restart every unfinished
run goes on.
"""

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from orchestrator.clock import Clock
from orchestrator.context import ContextAssembler, shared
from orchestrator.errors import AgentNotFoundError, ConflictError, InvestigationNotFoundError, OrchestratorError
from orchestrator.events import HypothesisDecided, InvestigationOpened, InvestigationView, StateChanged
from orchestrator.investigation.admission import Admission
from orchestrator.investigation.desks import Office
from orchestrator.investigation.journal import Journal, Key
from orchestrator.investigation.names import Names
from orchestrator.investigation.opening import Limits, Opening
from orchestrator.investigation.report import report_of
from orchestrator.investigation.run import Pace, Run, has_ended
from orchestrator.investigation.states import check_arrow
from orchestrator.model import Decision, Frozen, Investigation, InvestigationState, Origin, Person, Report, Verdict
from orchestrator.parameters import Parameters
from orchestrator.ports import (
    Agent,
    AgentKit,
    Compute,
    IncidentSource,
    InvestigationSummary,
    Listener,
    Store,
    TeamSpec,
    Telemetry,
)


class Opened(Frozen):
    """`joined`: a run on that incident was already going on, and this is that one."""

    investigation: Investigation
    joined: bool


class Decided(Frozen):
    """`first` is False where it had been decided before; `decision` is always the recorded one."""

    decision: Decision
    first: bool


def new_investigation_id() -> str:
    """An id nobody had before, short enough to type."""
    return f"inv-{secrets.token_hex(5)}"


class Investigations:
    """All investigations of this process."""

    def __init__(
        self,
        *,
        store: Store,
        incidents: IncidentSource,
        telemetry: Telemetry,
        team: TeamSpec,
        compute: Compute,
        clock: Clock,
        limits: Limits | None = None,
    ) -> None:
        self._store, self._team, self._clock = store, team, clock
        self._limits = limits or Limits()
        self._kit = AgentKit(telemetry=shared(telemetry, clock), compute=compute, clock=clock)
        self._contexts: dict[str, ContextAssembler] = {}
        self._opening = Opening(
            incidents, team, self._limits, telemetry.live, new_investigation_id, Names(telemetry.names, clock)
        )
        self._journal = Journal(store, clock)
        self._office = Office(store, clock, team.type_of)
        self._admission = Admission(self._limits.max_running)
        self._runs: dict[Key, Run] = {}
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._door = asyncio.Lock()
        self._closed = False
        self._log = logging.getLogger("compass.investigations")

    async def open(self, workspace: str | None = None) -> None:
        """Go on with every unfinished run, or those of one workspace; one that waits for a human goes on waiting.

        One that cannot be read, or whose recording this process does not have, is logged and left: it must not hold up
        the others, and another process may have what it needs.
        """
        self._closed = False
        with self._admission.shut():
            for key in await self._store.unfinished():
                if workspace in (None, key[0]):
                    await self._read_and_take_up(key)

    async def aclose(self) -> None:
        """Put every run down where it is; the next process goes on with it, and with what is still asked for meanwhile."""
        self._closed = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def listen(self, listener: Listener) -> None:
        """Tell this one of every event from now on."""
        self._journal.listen(listener)

    async def investigate(self, parameters: Parameters, *, workspace: str, by: Person, origin: Origin) -> Opened:
        """Start a run, or join the one that is going on over the same incident.

        Raises ParameterExtractionError or SourceUnavailableError; then nothing was started.
        """
        wanted = await self._opening.prepare(
            parameters, workspace=workspace, by=by, origin=origin, now=self._clock.now()
        )
        async with self._door:
            going_on = await self._going_on(workspace, wanted.incident.incident_id)
            if going_on is not None:
                return Opened(investigation=going_on.investigation, joined=True)
            view = await self._journal.append(
                workspace, wanted.investigation_id, InvestigationOpened(investigation=wanted)
            )
            await self._start(view)
        return Opened(investigation=wanted, joined=False)

    async def stop(self, workspace: str, investigation_id: str, by: Person) -> InvestigationView:
        """End a run with what it has; the view when it has ended. Raises ConflictError if it had."""
        view = await self._journal.view(workspace, investigation_id)
        if has_ended(view):
            raise ConflictError(f"That investigation is already {view.state}.")
        run = await self._run_of(view)
        if run is not None:
            await run.stop(by)
            if not run.begun:
                self._do_not_wait(run)
        return await self.ended(workspace, investigation_id)

    async def decide(
        self,
        workspace: str,
        investigation_id: str,
        hypothesis_id: str,
        verdict: Verdict,
        by: Person,
        reason: str = "",
    ) -> Decided:
        """Record a human's word on a ranked hypothesis, once. Raises InvestigationNotFoundError for an unknown id."""
        view = await self._journal.view(workspace, investigation_id)
        if not any(each.hypothesis_id == hypothesis_id for each in view.ranked):
            raise InvestigationNotFoundError(f"No hypothesis {hypothesis_id} in {investigation_id}.")
        decision = Decision(
            hypothesis_id=hypothesis_id, verdict=verdict, by=by, at=self._clock.now(), reason=reason[:3000]
        )
        with suppress(ConflictError):
            if view.decision(hypothesis_id) is None:
                await self._journal.append(workspace, investigation_id, HypothesisDecided(decision=decision))
                return Decided(decision=decision, first=True)
        recorded = (await self._journal.view(workspace, investigation_id)).decision(hypothesis_id)
        return Decided(decision=recorded or decision, first=False)

    async def view(self, workspace: str, investigation_id: str) -> InvestigationView:
        """The latest view. Raises InvestigationNotFoundError."""
        return await self._journal.view(workspace, investigation_id)

    async def running(self, workspace: str) -> list[InvestigationView]:
        """Every run of the workspace that has not ended, oldest first."""
        return [await self._journal.view(*key) for key in await self._store.unfinished() if key[0] == workspace]

    def place_in_queue(self, view: InvestigationView) -> int:
        """How many that run is from its turn: 1 for the next one, 0 where it does not wait (here)."""
        return self._admission.place_of((view.investigation.workspace, view.investigation.investigation_id))

    async def history(
        self, workspace: str, *, limit: int = 10, incident_id: str = ""
    ) -> Sequence[InvestigationSummary]:
        """The newest runs, newest first."""
        return await self._store.recent(workspace, limit=limit, incident_id=incident_id)

    async def unfinished_of(self, workspace: str, incident_id: str) -> str | None:
        """The id of the run on that incident that has not ended, if there is one."""
        return await self._store.unfinished_of(workspace, incident_id)

    def report(self, view: InvestigationView) -> Report:
        """What the view amounts to."""
        return report_of(view, self._team)

    def title_of(self, agent_id: str) -> str:
        """The name of an agent that people read."""
        return self._team.title_of(agent_id)

    async def ended(self, workspace: str, investigation_id: str) -> InvestigationView:
        """Wait for the end of that run; the view then."""
        while (task := self._tasks.get((workspace, investigation_id))) is not None:
            await asyncio.wait([task])
        return await self._journal.view(workspace, investigation_id)

    async def _going_on(self, workspace: str, incident_id: str) -> InvestigationView | None:
        """The run on that incident that has not ended; it is taken up again where nobody works on it any more."""
        found = await self._store.unfinished_of(workspace, incident_id)
        if found is None:
            return None
        view = await self._journal.view(workspace, found)
        if has_ended(view):
            return None
        await self._take_up(view)
        return view

    async def _read_and_take_up(self, key: Key) -> None:
        try:
            view = await self._journal.view(*key)
        except (OrchestratorError, ValueError) as failure:
            self._log.error("run %s cannot be read (%s)", key[1], type(failure).__name__)
        else:
            await self._take_up(view)

    async def _take_up(self, view: InvestigationView) -> None:
        if view.state == InvestigationState.WAITING_APPROVAL:
            return
        if await self._opening.can_look_into(view.investigation.incident):
            await self._run_of(view)
        else:
            self._log.warning("run %s is left: its recording is not here", view.investigation.investigation_id)

    async def _run_of(self, view: InvestigationView) -> Run | None:
        """The run behind a view that has not ended. None where it cannot be taken up: it has failed, or we are closed."""
        key = (view.investigation.workspace, view.investigation.investigation_id)
        if key not in self._runs:
            await self._start(view)
        return self._runs.get(key)

    async def _start(self, view: InvestigationView) -> None:
        key = (view.investigation.workspace, view.investigation.investigation_id)
        pace = Pace(self._limits.agent_timeout_s, self._limits.run_timeout_s)
        if self._closed:
            return
        try:
            context = self._context_of(key[0])
            agents = [self._build(agent_id, context) for agent_id in view.investigation.agent_ids]
            run = Run(view, agents, self._journal, self._clock, pace, self._office, context)
        except Exception as failure:  # noqa: BLE001 - teams may be written by others; what they do when made is theirs
            await self._give_up(key, failure)
            return
        self._runs[key] = run
        self._admission.enqueue(view.investigation)
        self._go_on(run, self._admit(run))

    def _context_of(self, workspace: str) -> ContextAssembler:
        if workspace not in self._contexts:
            made = ContextAssembler(workspace, self._team, self._kit.telemetry, self._store, self._clock)
            self._contexts[workspace] = made
        return self._contexts[workspace]

    def _build(self, agent_id: str, context: ContextAssembler) -> Agent:
        for spec in self._team.agents:
            if spec.agent_id == agent_id:
                return spec.build(replace(self._kit, context=context))
        raise AgentNotFoundError(
            f"The agent {agent_id} is no longer part of the team.", remedy="Start the investigation again."
        )

    def _go_on(self, run: Run, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"run {run.key[1]}")
        self._tasks[run.key] = task
        task.add_done_callback(lambda done: self._forget(run.key, done))

    def _forget(self, key: Key, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key], self._runs[key]
            self._admission.leave(key)

    def _do_not_wait(self, run: Run) -> None:
        """A run that was stopped while it waited for its place needs none: it only says who did not run."""
        run.begun = True
        self._tasks[run.key].cancel()
        self._admission.leave(run.key)
        self._go_on(run, self._finish(run))

    async def _admit(self, run: Run) -> None:
        """Wait for a place, and run."""
        await self._admission.admitted(run.key)
        await self._finish(run)

    async def _finish(self, run: Run) -> None:
        """Run to the end. What goes wrong here is ours: it ends the run."""
        try:
            await run.go()
        except Exception as failure:  # noqa: BLE001 - the top of a task: nobody above would hear of it
            await self._give_up(run.key, failure)

    async def _give_up(self, key: Key, failure: Exception) -> None:
        """Say that the run failed, if the store still takes it; else the next start, or who asks next, tries again."""
        self._log.error("run %s failed (%s)", key[1], type(failure).__name__)
        reason = "Compass itself failed; the log has the details under the investigation's id."
        if isinstance(failure, OrchestratorError):
            reason = f"{failure.message} {failure.remedy}"
        with suppress(Exception):
            view = await self._journal.view(*key)
            check_arrow(view.state, InvestigationState.FAILED)
            changed = StateChanged(before=view.state, after=InvestigationState.FAILED, reason=reason)
            await self._journal.append(*key, changed)
