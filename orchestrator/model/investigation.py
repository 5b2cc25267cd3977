"""An investigation: one run over an incident, with what was asked for and where it stands."""

from decimal import Decimal
from enum import StrEnum

from orchestrator.model.base import Frozen, Moment, Name
from orchestrator.model.decision import Person
from orchestrator.model.incident import Incident
from orchestrator.model.spending import Estimate


class InvestigationState(StrEnum):
    """Where a run stands. The arrows between the states are one table: `orchestrator.investigation.states`."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING_APPROVAL = "waiting_approval"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"


class Mode(StrEnum):
    """One agent after the other, or all at once."""

    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"


class Phase(StrEnum):
    """The two things an agent is asked for."""

    OBSERVE = "observe"
    HYPOTHESISE = "hypothesise"


class Step(Frozen):
    """One agent's turn in one phase. Steps are stored one by one, so that a run can go on where it stopped."""

    phase: Phase
    agent_id: Name

    def __str__(self) -> str:
        return f"{self.phase}:{self.agent_id}"


class StepOutcome(StrEnum):
    """How a step ended. All but FINISHED degrade the run, or stop it, and are said. NOT_RUN: its turn did not come."""

    FINISHED = "finished"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    OVER_BUDGET = "over_budget"
    NOT_RUN = "not_run"


class Origin(Frozen):
    """Where an answer belongs. `surface` is "slack", "terminal", …; `place` is that surface's address (a channel, and behind a
    slash the thread in it where one is meant)."""

    surface: str = "terminal"
    place: str = ""
    request_id: str = ""

    @property
    def channel(self) -> str:
        """The place without its thread; "" where it came from no channel."""
        return self.place.partition("/")[0]


class Investigation(Frozen):
    """One run. `agent_ids` in the order in which they work; `assumed` names what nobody typed and was taken as default.

    `told` are the fields that somebody gave, each with where it came from: typed, said, form, record or model.
    `unread` says why a model that was asked could not read the rest of what was typed; "" where it could, or there is none.
    `estimate` is what runs like it had cost when it was opened, where enough is known of that.
    """

    workspace: Name
    investigation_id: Name
    incident: Incident
    team: str = "incident"
    agent_ids: tuple[str, ...] = ()
    budget: Decimal = Decimal("10.00")
    mode: Mode = Mode.SEQUENTIAL
    requested_by: Person = Person(user_id="unknown")
    requested_at: Moment
    origin: Origin = Origin()
    assumed: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    unread: str = ""
    estimate: Estimate | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The workspace and the investigation: under which everything of it is kept."""
        return self.workspace, self.investigation_id
