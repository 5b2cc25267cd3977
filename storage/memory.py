"""The store in dicts: the same answers as SQLite's, gone with the process. For tests, demos, and runs nobody keeps.

A journal is a list of events, and what SQLite keeps in rows is here the view that folds them. Everything happens between
two turns of the event loop, hence every append is whole or not at all.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from orchestrator.events import (
    CallReserved,
    Event,
    HypothesesRanked,
    HypothesisDecided,
    InvestigationOpened,
    InvestigationView,
    Recorded,
    StateChanged,
    fold,
)
from orchestrator.model import Change, Feature, Gate, PastIncident, Verdict, features_of
from orchestrator.ports import MOST_CHANGES, InvestigationSummary, OutboxEntry, Remembered, TaskJournal
from storage import codec, rules
from storage.memory_calls import MemoryCalls
from storage.memory_hub import Key
from storage.memory_tasks import Kept, MemoryTasks


class MemoryStore(MemoryCalls):
    """Implements `orchestrator.ports.Store`. What it keeps outlives `aclose()`, so that a test can play a restart."""

    def __init__(self) -> None:
        super().__init__()
        self._journals: dict[Key, list[Recorded]] = {}
        self._posts: dict[Key, OutboxEntry] = {}
        self._changes: dict[str, dict[tuple[str, ...], Change]] = {}
        self._tasks: dict[Key, Kept] = {}
        self._past: dict[Key, tuple[Key, tuple[Feature, ...]]] = {}

    async def append(self, workspace: str, investigation_id: str, event: Event, at: datetime) -> Recorded:
        """See `InvestigationStore.append`. Raises ValueError for an event that cannot be kept."""
        self._check_open()
        first, _ = codec.record(workspace, investigation_id, event, at)
        key = (workspace, investigation_id)
        view = self._views.get(key)
        self._check(key, view, first.event)
        self._follow(key, first)
        recorded = first.model_copy(update={"seq": view.seq + 1 if view else 1})
        self._views[key] = fold(view, recorded)
        self._journals.setdefault(key, []).append(recorded)
        if isinstance(recorded.event, HypothesesRanked):
            self._remember(key, self._views[key])
        return recorded

    async def events(self, workspace: str, investigation_id: str, after: int = 0) -> Sequence[Recorded]:
        """See `InvestigationStore.events`."""
        self._check_open()
        return [each for each in self._journals.get((workspace, investigation_id), ()) if each.seq > after]

    async def unfinished(self) -> Sequence[tuple[str, str]]:
        """See `InvestigationStore.unfinished`."""
        self._check_open()
        going_on = [(key, view) for key, view in self._views.items() if view.state not in rules.ENDED]
        return [key for key, _ in sorted(going_on, key=lambda each: each[1].investigation.requested_at)]

    async def unfinished_of(self, workspace: str, incident_id: str) -> str | None:
        """See `InvestigationStore.unfinished_of`."""
        self._check_open()
        return self._unfinished_of(workspace, incident_id)

    async def recent(self, workspace: str, *, limit: int = 10, incident_id: str = "") -> Sequence[InvestigationSummary]:
        """See `InvestigationStore.recent`."""
        self._check_open()
        wanted = [
            view
            for (where, _), view in reversed(self._views.items())
            if where == workspace and (not incident_id or _is_of(view, incident_id))
        ]
        wanted.sort(key=lambda view: view.investigation.requested_at, reverse=True)
        return [_summary(view, await self.gates_of(*_key(view))) for view in wanted[: max(0, limit)]]

    async def resembling(
        self, workspace: str, features: Sequence[Feature], *, but_not: str = "", limit: int = 20
    ) -> Sequence[Remembered]:
        """See `PastIncidents.resembling`."""
        self._check_open()
        left_out = (workspace, rules.incident_key(but_not))
        shared = [
            (len({*features} & {*known}), _remembered(self._views[run], known))
            for incident, (run, known) in reversed(self._past.items())
            if incident[0] == workspace and incident != left_out and self._views[run].ranked
        ]
        return [each for count, each in sorted(shared, key=lambda one: -one[0]) if count][: max(0, limit)]

    async def find_post(self, workspace: str, key: str) -> OutboxEntry | None:
        """See `Outbox.find_post`."""
        self._check_open()
        return self._posts.get((workspace, key))

    async def find_message(self, workspace: str, place: str, message_id: str) -> OutboxEntry | None:
        """See `Outbox.find_message`. An empty message id is nobody's."""
        self._check_open()
        wanted = (workspace, place, message_id)
        found = (each for each in self._posts.values() if (each.workspace, each.place, each.message_id) == wanted)
        return next(found, None) if message_id else None

    async def keep_post(self, entry: OutboxEntry) -> None:
        """See `Outbox.keep_post`."""
        self._check_open()
        self._posts[entry.workspace, entry.key] = entry

    async def posts_of(self, workspace: str, investigation_id: str) -> Sequence[OutboxEntry]:
        """See `Outbox.posts_of`."""
        self._check_open()
        wanted = (workspace, investigation_id)
        return [each for each in self._posts.values() if (each.workspace, each.investigation_id) == wanted]

    async def keep_changes(self, workspace: str, changes: Sequence[Change]) -> int:
        """See `ChangeStore.keep_changes`."""
        self._check_open()
        known = self._changes.setdefault(workspace, {})
        before = len(known)
        for each in changes:
            key = rules.change_key(each)
            known[key] = replace(each, at=min(each.at, known[key].at)) if key in known else each
        new = len(known) - before
        for key in sorted(known, key=lambda one: (known[one].at, one))[: max(0, len(known) - MOST_CHANGES)]:
            del known[key]
        return new

    async def changes_between(self, workspace: str, start: datetime, end: datetime) -> Sequence[Change]:
        """See `ChangeStore.changes_between`."""
        self._check_open()
        found = [each for each in self._changes.get(workspace, {}).values() if start <= each.at < end]
        return sorted(found, key=lambda each: (each.at, rules.change_key(each)))

    def task_journal(self, workspace: str, execution_id: str) -> TaskJournal:
        """What the engine remembers of that execution, as long as this store lives."""
        return MemoryTasks(self._tasks.setdefault((workspace, execution_id), {}), execution_id, self._check_open)

    def _remember(self, key: Key, view: InvestigationView) -> None:
        if view.ranked:
            self._past.pop(_past_key(view), None)
            self._past[_past_key(view)] = (key, features_of(view.investigation.incident, view.observations))

    def _unfinished_of(self, workspace: str, incident_id: str) -> str | None:
        found = (
            investigation_id
            for (where, investigation_id), view in self._views.items()
            if where == workspace and view.state not in rules.ENDED and _is_of(view, incident_id)
        )
        return next(found, None)

    def _check(self, key: Key, view: InvestigationView | None, event: Event) -> None:
        if isinstance(event, InvestigationOpened):
            self._check_opening(key, view, event)
        elif view is None:
            raise rules.not_opened(key[1])
        elif isinstance(event, StateChanged):
            self._check_move(key, view, event)
        elif isinstance(event, HypothesisDecided):
            if first := view.decision(event.decision.hypothesis_id):
                raise rules.decided_before(first)
        elif isinstance(event, CallReserved) and event.entry.call_id in {each.call_id for each in view.ledger}:
            raise rules.reserved_before(event.entry.call_id)

    def _check_opening(self, key: Key, view: InvestigationView | None, event: InvestigationOpened) -> None:
        if view:
            raise rules.opened_before(key[1])
        incident_id = event.investigation.incident.incident_id
        if first := self._unfinished_of(key[0], incident_id):
            raise rules.under_investigation(incident_id, first)

    def _check_move(self, key: Key, view: InvestigationView, event: StateChanged) -> None:
        if view.state != event.before:
            raise rules.moved_on(event.before, view.state)
        incident_id = view.investigation.incident.incident_id
        first = self._unfinished_of(key[0], incident_id)
        if event.after not in rules.ENDED and first not in (None, key[1]):
            raise rules.under_investigation(incident_id, str(first))


def _is_of(view: InvestigationView, incident_id: str) -> bool:
    return rules.incident_key(view.investigation.incident.incident_id) == rules.incident_key(incident_id)


def _key(view: InvestigationView) -> Key:
    return view.investigation.workspace, view.investigation.investigation_id


def _past_key(view: InvestigationView) -> Key:
    asked = view.investigation
    return asked.workspace, rules.incident_key(asked.incident.incident_id)


def _remembered(view: InvestigationView, features: tuple[Feature, ...]) -> Remembered:
    asked = view.investigation
    accepted = {each.hypothesis_id: each for each in view.decisions if each.verdict == Verdict.ACCEPTED}
    cause = next((each for each in view.ranked if each.hypothesis_id in accepted), view.ranked[0])
    decision = view.decision(cause.hypothesis_id)
    past = PastIncident(
        investigation_id=asked.investigation_id,
        incident_id=asked.incident.incident_id,
        title=asked.incident.title,
        began=asked.incident.start_time,
        place=asked.origin.place,
        recorded=asked.incident.recorded,
        statement=cause.statement,
        service=cause.service,
        fault_kind=cause.fault_kind,
        confidence=cause.initial_confidence,
        verdict=decision.verdict if decision else None,
        decided_by=decision.by.name if decision else "",
    )
    return Remembered(past=past, features=features)


def _summary(view: InvestigationView, gates: Sequence[Gate]) -> InvestigationSummary:
    asked = view.investigation
    leading = view.ranked[0] if view.ranked else None
    verdicts = [each.verdict for each in view.decisions]
    return InvestigationSummary(
        workspace=asked.workspace,
        investigation_id=asked.investigation_id,
        incident_id=asked.incident.incident_id,
        title=asked.incident.title,
        state=view.state,
        requested_at=asked.requested_at,
        requested_by=str(asked.requested_by),
        place=asked.origin.place,
        leading=leading.statement if leading else "",
        confidence=leading.initial_confidence if leading else None,
        accepted=verdicts.count(Verdict.ACCEPTED),
        rejected=verdicts.count(Verdict.REJECTED),
        open_gates=sum(each.is_open for each in gates),
        consulted=len(view.consultations),
        spent=view.cost.total,
        recorded=asked.incident.recorded,
        team=asked.team,
        mode=asked.mode,
        surface=asked.origin.surface,
        calls=len(view.ledger),
    )
