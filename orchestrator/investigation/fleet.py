"""The runs that are under way in this process: taken up, admitted, woken, and put down.

The laws: a run has one task, or waits for humans in a row and has none. Who answers wakes it; an answer that comes while it is
still on its way to wait wakes it after that. What goes wrong with one run ends that run and no other.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from orchestrator.budget import Tills
from orchestrator.context import ContextAssembler
from orchestrator.errors import OrchestratorError
from orchestrator.events import InvestigationView, StateChanged, StopRequested
from orchestrator.hub import Answered, HubRules
from orchestrator.investigation.admission import Admission
from orchestrator.investigation.crew import Crew
from orchestrator.investigation.desks import Office
from orchestrator.investigation.journal import Journal, Key
from orchestrator.investigation.opening import Opening
from orchestrator.investigation.report import report_of
from orchestrator.investigation.run import Pace, Run, has_ended
from orchestrator.investigation.states import ARROWS
from orchestrator.investigation.waiting import Expiries, JournalGates, known_so_far
from orchestrator.model import InvestigationState, Person
from orchestrator.ports import AgentKit, Models, Store

NOBODY_ASKED = HubRules()


class Fleet:
    """`asking` says who may answer gates; None: nobody is asked in this process."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        opening: Opening,
        kit: AgentKit,
        asking: HubRules | None,
        models: Models | None,
        tills: Tills,
    ) -> None:
        self._crew, self._tills = Crew(opening.team, kit, store, models), tills
        self._store, self._journal, self._opening, self._kit, self._asking = store, journal, opening, kit, asking
        self._clock = opening.names.clock
        self._office = Office(store, JournalGates(journal), self._clock, opening.team.type_of, asking or NOBODY_ASKED)
        self.admission = Admission(opening.limits.max_running)
        self.tasks: dict[Key, asyncio.Task[None]] = {}
        self._runs: dict[Key, Run] = {}
        self._stopping = asyncio.Lock()
        self._woken: set[Key] = set()
        self._contexts: dict[str, ContextAssembler] = {}
        self._expiries = Expiries(self._clock, self.expire)
        if asking is not None:
            journal.listen(self._expiries)
        self._closed = False
        self._log = logging.getLogger("compass.investigations")

    async def open(self, wanted: Callable[[str], bool]) -> None:
        """Go on with every unfinished run of the wanted workspaces."""
        self._closed = False
        self._woken.clear()
        with self.admission.shut():
            for key in await self._store.unfinished():
                if wanted(key[0]):
                    await self._read_and_take_up(key)

    async def aclose(self) -> None:
        """Put every run down where it is."""
        self._closed = True
        await self._expiries.aclose()
        tasks = list(self.tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def start(self, view: InvestigationView) -> None:
        """Let a run begin, or go on, when there is a place for it."""
        key = view.key
        pace = Pace(self._opening.limits.agent_timeout_s, self._opening.limits.run_timeout_s)
        if self._closed:
            return
        try:
            context = self._context_of(key[0])
            agents = self._crew.of(view.investigation, context)
            told = self._told if self._asking is not None else None
            asked = view.investigation
            till = self._tills.of(asked.workspace, asked.origin, asked.requested_by)
            run = Run(view, agents, self._journal, self._clock, pace, self._office, context, told=told, till=till)
        except Exception as failure:  # noqa: BLE001 - teams may be written by others; what they do when made is theirs
            await self._give_up(key, failure)
            return
        self._runs[key] = run
        if view.stop_requested_by:
            self._go_on(key, self._finish(run))  # it only says who did not run, and needs no place for that
        else:
            self.admission.enqueue(view.investigation)
            self._go_on(key, self._admit(run))

    async def take_up(self, view: InvestigationView) -> None:
        """Go on with a run that nobody works on; one that waits for humans goes on waiting, unless they have stopped it."""
        waits = view.state == InvestigationState.WAITING_APPROVAL and (view.open_gates or not view.gates)
        if waits and not view.stop_requested_by:
            self._expiries.watch(view)  # also where nobody can answer here: its time passes all the same
        elif await self._opening.can_look_into(view.investigation.incident):
            await self.run_of(view)
        else:
            self._log.warning("run %s is left: its recording is not here", view.investigation.investigation_id)

    async def run_of(self, view: InvestigationView) -> Run | None:
        """The run behind a view that has not ended. None where it cannot be taken up: it has failed, or we are closed."""
        if view.key not in self._runs:
            await self.start(view)
        return self._runs.get(view.key)

    async def stop(self, key: Key, by: Person) -> None:
        """End a run with what it has. One that waits hears of it before it is on its way again."""
        async with self._stopping:
            view = await self._journal.view(*key)
            if (
                view.state == InvestigationState.WAITING_APPROVAL
                and key not in self._runs
                and not view.stop_requested_by
            ):
                view = await self._journal.append(*key, StopRequested(by=by))
        run = None if has_ended(view) else await self.run_of(view)
        if run is not None:
            await run.stop(by)
            if run.begun:
                await self.wake(key)  # it may have been on its way to wait
            else:
                self._do_not_wait(run)

    async def wake(self, key: Key) -> None:
        """Humans have answered: go on where that is all it waited for."""
        if key in self.tasks:
            self._woken.add(key)
            return
        view = await self._journal.view(*key)
        if not has_ended(view) and key not in self.tasks:
            await self.take_up(view)

    async def answer(
        self, key: Key, gate_id: str, *, approved: bool, by: Person, groups: Sequence[str], requester: Person, said: str
    ) -> Answered:
        """A human's answer, and what follows; see `Gates.answer`. Where the run is on its way its hub hears of it."""
        run = self._runs.get(key)
        answer = run.hub.answer_gate if run else self._office.gates(key).answer
        answered = await answer(gate_id, approved=approved, by=by, groups=groups, requester=requester, said=said)
        await self.wake(key)
        return answered

    async def expire(self, key: Key, gate_id: str) -> None:
        """Nobody has answered in time."""
        run = self._runs.get(key)
        await (run.hub.expire_gate(gate_id) if run else self._office.gates(key).expire(gate_id))
        await self.wake(key)

    async def without_overdue(self, view: InvestigationView) -> InvestigationView:
        """That run when what nobody answered in time has had its effect, whether or not its alarm has rung yet."""
        overdue = [each for each in view.open_gates if each.is_over(self._clock.now())]
        for gate in overdue:
            await self.expire(view.key, gate.gate_id)
        if overdue:
            await self.ended(view.key)
        return await self._journal.view(*view.key)

    async def ended(self, key: Key) -> None:
        """Return when nobody works on that run: it has ended, or waits for humans."""
        while (task := self.tasks.get(key)) is not None:
            await asyncio.wait([task])

    async def _read_and_take_up(self, key: Key) -> None:
        try:
            view = await self._journal.view(*key)
        except (OrchestratorError, ValueError) as failure:
            self._log.error("run %s cannot be read (%s)", key[1], type(failure).__name__)
        else:
            await self.take_up(view)

    def _told(self, view: InvestigationView) -> list[str]:
        return known_so_far(view, report_of(view, self._opening.team), self._opening.team.title_of)

    def _context_of(self, workspace: str) -> ContextAssembler:
        if workspace not in self._contexts:
            made = ContextAssembler(workspace, self._opening.team, self._kit.telemetry, self._store, self._clock)
            self._contexts[workspace] = made
        return self._contexts[workspace]

    def _go_on(self, key: Key, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"run {key[1]}")
        self.tasks[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def _forget(self, key: Key, task: "asyncio.Task[None]") -> None:
        if self.tasks.get(key) is not task:
            return
        del self.tasks[key]
        self._runs.pop(key, None)
        self.admission.leave(key)
        if key in self._woken and not self._closed:
            self._woken.discard(key)
            self._go_on(key, self._again(key))

    async def _again(self, key: Key) -> None:
        """What it waited for was answered while it was on its way to wait."""
        view = await self._journal.view(*key)
        if not has_ended(view):
            await self.take_up(view)

    def _do_not_wait(self, run: Run) -> None:
        """A run that was stopped while it waited for its place needs none: it only says who did not run."""
        run.begun = True
        self.tasks[run.key].cancel()
        self.admission.leave(run.key)
        self._go_on(run.key, self._finish(run))

    async def _admit(self, run: Run) -> None:
        """Wait for a place, and run."""
        await self.admission.admitted(run.key)
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
            for gate in view.open_gates:
                await self._office.gates(key).supersede(gate.gate_id)
            ends = (InvestigationState.FAILED, InvestigationState.STOPPED)
            after = next((each for each in ends if each in ARROWS[view.state]), None)
            if after is not None:
                await self._journal.append(*key, StateChanged(before=view.state, after=after, reason=reason))
