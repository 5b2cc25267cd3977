"""What goes through the hub: messages between agents, tasks for them, what they are at, and questions to specialists."""

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from orchestrator.model.base import Frozen, Moment, Name
from orchestrator.model.cost import ZERO
from orchestrator.model.evidence import Aspect


class AgentStatus(StrEnum):
    """IDLE: may be given work. ACTIVE: at work. PAUSED: waits for a human. STOPPED: is asked for nothing any more."""

    IDLE = "idle"
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


class MessageKind(StrEnum):
    """What a message is."""

    NOTE = "note"
    QUESTION = "question"
    ANSWER = "answer"


class Message(Frozen):
    """One message, with its routing. `reply_to` is the id of the message that it answers."""

    message_id: Name
    sender: Name
    recipient: Name
    kind: MessageKind = MessageKind.NOTE
    body: str = Field(max_length=20_000)
    reply_to: str = ""
    at: Moment


class HubTaskState(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    ASSIGNED = "assigned"
    DONE = "done"


class HubTask(Frozen):
    """Work that waits for an agent. A higher `priority` goes first, within one the earlier; `order` is given by the queue."""

    task_id: Name
    summary: str = Field(max_length=3000)
    priority: int = 0
    order: int = 0
    state: HubTaskState = HubTaskState.QUEUED
    agent_id: str = ""
    at: Moment


class Question(Frozen):
    """What one agent asks a specialist: in words for people, and of what and when, so that no words need be understood.

    `peer` is the other end where it is about the link from `service` to it; `aspect` is what about them is asked for.
    """

    text: str = Field(max_length=500)
    service: str = ""
    peer: str = ""
    aspect: Aspect | None = None
    at: Moment | None = None


class Advice(Frozen):
    """A specialist's answer. `known` False: it cannot say. `cites` are ids of observations that it rests on."""

    text: str = Field(max_length=2000)
    known: bool = True
    supports: bool | None = None
    cites: tuple[str, ...] = ()


class ConsultOutcome(StrEnum):
    """ANSWERED, or REPEATED: from the record. REFUSED: nobody to ask, too deep, too many. FAILED: it tried."""

    ANSWERED = "answered"
    REPEATED = "repeated"
    REFUSED = "refused"
    FAILED = "failed"


class Consultation(Frozen):
    """A question that was asked, and what came of it. Its cost is on the account of who asked."""

    asker: Name
    specialist: str
    question: Question
    outcome: ConsultOutcome
    advice: Advice
    duration_s: float = 0.0
    cost: Decimal = ZERO
    depth: int = 1

    @property
    def is_answered(self) -> bool:
        """The specialist has answered, now or before."""
        return self.outcome in (ConsultOutcome.ANSWERED, ConsultOutcome.REPEATED)

    @property
    def said(self) -> str:
        """Question and answer in one line."""
        return f"{self.question.text} {self.advice.text}"
