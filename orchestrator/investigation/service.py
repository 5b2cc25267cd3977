"""The service behind every surface: investigate, stop, decide, look. Slack, the terminal and HTTP only translate to it.

The laws: one incident has one unfinished run in a workspace, and who asks again joins it. Only so many run at once; the
others wait by severity, then in the order in which they came. A decision is made once. After a restart every unfinished
run goes on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from orchestrator.budget import Tills
from orchestrator.clock import Clock
from orchestrator.context import shared
from orchestrator.errors import ConflictError, InvestigationNotFoundError
from orchestrator.events import HypothesisDecided, InvestigationOpened, InvestigationView
from orchestrator.hub import Answered, HubRules
from orchestrator.investigation.fleet import Fleet
from orchestrator.investigation.journal import Journal
from orchestrator.investigation.money import Money
from orchestrator.investigation.names import Names
from orchestrator.investigation.opening import NOTHING_READ, Limits, Opening, new_investigation_id
from orchestrator.investigation.report import report_of
from orchestrator.investigation.run import has_ended
from orchestrator.investigation.understanding import Asked, Understanding, Understood
from orchestrator.model import (
    WORDS,
    Allowances,
    Decision,
    Frozen,
    Investigation,
    LedgerEntry,
    Origin,
    Person,
    Report,
    Verdict,
    paid_for_words,
)
from orchestrator.parameters import Parameters, Reading
from orchestrator.ports import (
    AgentKit,
    Compute,
    IncidentSource,
    InvestigationSummary,
    Listener,
    Models,
    Store,
    TeamSpec,
    Telemetry,
    ToolSource,
    WordReaders,
)
from orchestrator.redaction import redact


class Opened(Frozen):
    """`joined`: a run on that incident was already going on, and this is that one."""

    investigation: Investigation
    joined: bool


class Decided(Frozen):
    """`first` is False where it had been decided before; `decision` is always the recorded one."""

    decision: Decision
    first: bool


class Investigations:
    """All investigations of this process.

    `asking` says who may answer gates and how long they wait; None: nobody is there who could, and no run waits for humans.
    `models` are what agents reason with; None: plain analysis alone.
    `tools` lets those look closer, with what it adds to their own lookups; None: they may look nothing up.
    `readers` read the words that the grammar does not; None: it stands alone.
    `allowances` are what a day may cost beyond the budget of each run; None: no limit.
    """

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
        asking: HubRules | None = None,
        models: Models | None = None,
        allowances: Allowances | None = None,
        tools: ToolSource | None = None,
        readers: WordReaders | None = None,
    ) -> None:
        self._store, self._team, self._clock = store, team, clock
        limits = limits or Limits()
        kit = AgentKit(telemetry=shared(telemetry, clock), compute=compute, clock=clock, tools=tools)
        names = Names(telemetry.names, clock)
        self._opening = Opening(incidents, team, limits, telemetry.live, new_investigation_id, names)
        self._journal = Journal(store, clock)
        tills = Tills(store, clock, allowances or Allowances())
        self.money = Money(store, tills, limits.words)
        self._understanding = Understanding(
            incidents, team, names, telemetry.changes, self.money, readers, clock, limits.budget, store
        )
        self._fleet = Fleet(store, self._journal, self._opening, kit, asking, models, tills)
        self._door = asyncio.Lock()

    async def open(self, workspace: str | None = None) -> None:
        """Go on with every unfinished run, or those of one workspace; one that waits for a human goes on waiting.

        One that cannot be read, or whose recording this process does not have, is logged and left: it must not hold up
        the others, and another process may have what it needs.
        """
        await self._fleet.open(lambda each: workspace in (None, each))

    async def aclose(self) -> None:
        """Put every run down where it is; the next process goes on with it, and with what is still asked for meanwhile."""
        await self._fleet.aclose()

    def listen(self, listener: Listener) -> None:
        """Tell this one of every event from now on."""
        self._journal.listen(listener)

    async def understand(self, asked: Asked) -> Understood:
        """What these words ask for, and what has to be asked back. Raises ParameterExtractionError."""
        return await self._understanding.of(asked)

    async def paid_before(self, workspace: str, run_id: str) -> tuple[LedgerEntry, ...]:
        """What reading words has cost about which something was asked, where a form answers in place of words."""
        before = await self._store.find_words(workspace, run_id) if run_id else None
        return before.paid if before else ()

    async def investigate(
        self,
        parameters: Parameters,
        *,
        workspace: str,
        by: Person,
        origin: Origin,
        paid: Sequence[LedgerEntry] = (),
        read: Mapping[str, Reading] = NOTHING_READ,
        run_id: str = "",
        unread: str = "",
    ) -> Opened:
        """Start a run, or join the one that is going on over the same incident, or the one of `run_id`.

        `paid` are the calls of a `money.words_account` by which the parameters were read: a run that is started begins
        with them in its ledger, kept together with its opening, and they count against its budget.
        `read` says where each value came from, `run_id` is the id of a run that is started where one was given out with the
        words, `unread` why a model could not read the rest of them. Raises ParameterExtractionError or
        SourceUnavailableError; then nothing was started.
        """
        wanted = await self._opening.prepare(
            parameters, workspace=workspace, by=by, origin=origin, now=self._clock.now(), read=read, run_id=run_id
        )
        async with self._door:
            if run_id and (there := await self._there(workspace, run_id)):
                return Opened(investigation=there, joined=True)
            going_on = await self._going_on(workspace, wanted.incident.incident_id)
            if going_on is not None:
                return Opened(investigation=going_on.investigation, joined=True)
            wanted = wanted.model_copy(update={"estimate": await self.money.estimate(wanted), "unread": redact(unread)})
            opening = InvestigationOpened(investigation=wanted, paid=paid_for_words(paid))
            view = await self._journal.append(workspace, wanted.investigation_id, opening)
            await self._fleet.start(view)
        return Opened(investigation=wanted, joined=False)

    async def stop(self, workspace: str, investigation_id: str, by: Person) -> InvestigationView:
        """End a run with what it has; the view when it has ended. Raises ConflictError if it had."""
        view = await self._journal.view(workspace, investigation_id)
        if has_ended(view):
            raise ConflictError(f"That investigation is already {view.state}.")
        await self._fleet.stop(view.key, by)
        return await self.ended(workspace, investigation_id)

    async def answer_gate(
        self,
        workspace: str,
        investigation_id: str,
        gate_id: str,
        *,
        approved: bool,
        by: Person,
        groups: Sequence[str] = (),
        said: str = "",
    ) -> Answered:
        """A human's answer to a gate, once; who comes second or too late gets the answer that counts.

        Approved, the run goes on; denied, it ends with what it has. `groups` are those of whoever answers. Raises
        ApprovalRequiredError where that person may not, InvestigationNotFoundError for an unknown id.
        """
        key = (workspace, investigation_id)
        view = await self._journal.view(*key)
        if view.gate(gate_id) is None:
            raise InvestigationNotFoundError(f"No gate {gate_id} in {investigation_id}.")
        requester = view.investigation.requested_by
        return await self._fleet.answer(
            key, gate_id, approved=approved, by=by, groups=groups, requester=requester, said=said
        )

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
            hypothesis_id=hypothesis_id, verdict=verdict, by=by, at=self._clock.now(), reason=redact(reason, 3000)
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
        return self._fleet.admission.place_of(view.key)

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
        return WORDS.title() if agent_id == WORDS else self._team.title_of(agent_id)

    async def ended(self, workspace: str, investigation_id: str) -> InvestigationView:
        """Wait until that run has ended, or waits for humans; the view then."""
        await self._fleet.ended((workspace, investigation_id))
        return await self._journal.view(workspace, investigation_id)

    async def _there(self, workspace: str, investigation_id: str) -> Investigation | None:
        try:
            return (await self._journal.view(workspace, investigation_id)).investigation
        except InvestigationNotFoundError:
            return None

    async def _going_on(self, workspace: str, incident_id: str) -> InvestigationView | None:
        """The run on that incident that has not ended; it is taken up again where nobody works on it any more."""
        found = await self._store.unfinished_of(workspace, incident_id)
        if found is None:
            return None
        view = await self._fleet.without_overdue(await self._journal.view(workspace, found))
        if has_ended(view):
            return None
        await self._fleet.take_up(view)
        return view
