"""What is kept. Every key carries the workspace; an event and the rows it changes are one transaction."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from orchestrator.events import Event, Recorded
from orchestrator.model import Change, Feature, Frozen, InvestigationState, Mode, Moment, PastIncident
from orchestrator.ports.allowances import AllowanceStore
from orchestrator.ports.context import ContextStore
from orchestrator.ports.hub import HubStore
from orchestrator.ports.language import CallJournal
from orchestrator.ports.words import WordsStore


class InvestigationSummary(Frozen):
    """One line of a history. `leading` is the statement of the first hypothesis, "" where there is none.

    `calls`: how many its ledger has. `open_gates`: how many answers it waits for; `consulted`: how often one agent asked
    another. `recorded`: it looked at recorded telemetry, which is said wherever it appears.
    """

    workspace: str
    investigation_id: str
    incident_id: str
    title: str
    state: InvestigationState
    requested_at: Moment
    requested_by: str
    place: str = ""
    leading: str = ""
    confidence: float | None = None
    accepted: int = 0
    rejected: int = 0
    open_gates: int = 0
    consulted: int = 0
    spent: Decimal = Decimal(0)
    recorded: bool = False
    team: str = ""
    mode: Mode = Mode.SEQUENTIAL
    surface: str = ""
    calls: int = 0

    @property
    def ended(self) -> bool:
        """Nothing more is spent in it."""
        return self.state in (InvestigationState.COMPLETED, InvestigationState.STOPPED, InvestigationState.FAILED)


class InvestigationStore(Protocol):
    """The journal of all investigations, and the tables that are kept equal to it."""

    async def append(self, workspace: str, investigation_id: str, event: Event, at: datetime) -> Recorded:
        """Store the event under the next number together with every row it changes, in one transaction.

        Raises ConflictError, with nothing stored, where the rows forbid it: a second decision on one hypothesis, a
        second unfinished investigation of one incident in a workspace, an investigation that was already opened, a second
        answer to one gate. Raises InvestigationNotFoundError for an event of an investigation that was never opened, and
        for an answer to a gate that it does not have.
        """
        ...

    async def events(self, workspace: str, investigation_id: str, after: int = 0) -> Sequence[Recorded]:
        """The events numbered above `after`, in order; empty for an unknown investigation."""
        ...

    async def unfinished(self) -> Sequence[tuple[str, str]]:
        """(workspace, investigation_id) of every run that has not ended, oldest first."""
        ...

    async def unfinished_of(self, workspace: str, incident_id: str) -> str | None:
        """The id of the run on that incident that has not ended, if there is one (ids compared without regard to case)."""
        ...

    async def recent(self, workspace: str, *, limit: int = 10, incident_id: str = "") -> Sequence[InvestigationSummary]:
        """The newest runs of a workspace, newest first; of one incident where it is named."""
        ...


class Remembered(Frozen):
    """An earlier incident, with what is remembered of it. Its likeness to another one is not known yet."""

    past: PastIncident
    features: tuple[Feature, ...]


class PastIncidents(Protocol):
    """What was looked into before, found again by what it has in common with something new."""

    async def resembling(
        self, workspace: str, features: Sequence[Feature], *, but_not: str = "", limit: int = 20
    ) -> Sequence[Remembered]:
        """Incidents whose latest run was ranked and that share a feature, those that share most or the rarest first.

        `but_not` is the id of an incident to leave out, compared without regard to case. Of an incident with several
        runs only the newest is told.
        """
        ...


class PostStatus(StrEnum):
    """SENDING: handed to the surface, its answer not known. SENT: it has a message id. REFUSED: will not be tried again."""

    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"


class OutboxEntry(Frozen):
    """One message with a purpose. `key` names the purpose within the workspace; a repeat edits instead of posting twice.

    `digest` is a hash of what was shown last, so that an edit that changes nothing is not sent.
    """

    workspace: str
    key: str
    investigation_id: str
    place: str
    message_id: str = ""
    thread_id: str = ""
    digest: str = ""
    status: PostStatus = PostStatus.SENDING
    updated_at: Moment


class Outbox(Protocol):
    """What was posted where, by purpose. Survives the process, so that a run goes on on the same messages."""

    async def find_post(self, workspace: str, key: str) -> OutboxEntry | None:
        """What is known of that message."""
        ...

    async def find_message(self, workspace: str, place: str, message_id: str) -> OutboxEntry | None:
        """Whose message that is."""
        ...

    async def keep_post(self, entry: OutboxEntry) -> None:
        """Store it, in place of an earlier entry of the same workspace and key."""
        ...

    async def posts_of(self, workspace: str, investigation_id: str) -> Sequence[OutboxEntry]:
        """All messages of an investigation, in the order in which they were first kept."""
        ...


EVERYWHERE = "*"
"""The workspace of what concerns all: systems change for everybody who looks at them."""

MOST_CHANGES = 20_000
"""So many changes are kept of a workspace, the newest by when they happened."""


class ChangeStore(Protocol):
    """What people said they changed. A change is known by its id, kind, service and environment.

    Told again it is replaced, but for its time: it went live when that was first told, however often it is repeated.
    """

    async def keep_changes(self, workspace: str, changes: Sequence[Change]) -> int:
        """Store them, in one transaction; how many of them were not known. Beyond `MOST_CHANGES` the oldest are dropped."""
        ...

    async def changes_between(self, workspace: str, start: datetime, end: datetime) -> Sequence[Change]:
        """Those from `start` until before `end`, ascending by time, then by id."""
        ...


class Store(
    InvestigationStore,
    PastIncidents,
    Outbox,
    ChangeStore,
    HubStore,
    CallJournal,
    ContextStore,
    WordsStore,
    AllowanceStore,
    Protocol,
):
    """Everything that is kept, behind one life cycle."""

    async def open(self) -> None: ...

    async def aclose(self) -> None: ...
