"""The core's doors: what it asks of the world, as protocols. Whoever implements one passes that port's contract suite.

Agents and storage import from here downwards; nothing here imports them.
"""

from orchestrator.ports.agent import Account, Agent, PlainAnalyst, Remarking, Reservation, Spender
from orchestrator.ports.allowances import AllowanceStore
from orchestrator.ports.compute import Compute
from orchestrator.ports.context import ContextSource, ContextStore
from orchestrator.ports.desk import Adviser, Briefing, Consulting, Desk
from orchestrator.ports.hub import GateStore, HubStore
from orchestrator.ports.language import (
    MOST_REQUEST,
    MOST_RESPONSE,
    MOST_UNOWNED,
    CallJournal,
    FurtherTools,
    LanguageModel,
    Models,
    Request,
    Tool,
    ToolSource,
    Wanted,
)
from orchestrator.ports.listener import Listener
from orchestrator.ports.sources import (
    ChangeSource,
    IncidentSource,
    LogSource,
    Lookup,
    MetricSource,
    NameSource,
    Query,
    QuerySource,
    Telemetry,
    TopologySource,
    TraceSource,
)
from orchestrator.ports.stores import (
    EVERYWHERE,
    MOST_CHANGES,
    ChangeStore,
    InvestigationStore,
    InvestigationSummary,
    Outbox,
    OutboxEntry,
    PastIncidents,
    PostStatus,
    Remembered,
    Store,
)
from orchestrator.ports.tasks import TaskJournal
from orchestrator.ports.team import AgentKit, AgentSpec, TeamSpec, everything
from orchestrator.ports.words import WordField, WordReader, WordReaders, WordsAnswer, WordsQuestion, WordValue

__all__ = [
    "EVERYWHERE",
    "MOST_CHANGES",
    "MOST_REQUEST",
    "MOST_RESPONSE",
    "MOST_UNOWNED",
    "Account",
    "Adviser",
    "Agent",
    "AgentKit",
    "AgentSpec",
    "AllowanceStore",
    "Briefing",
    "CallJournal",
    "ChangeSource",
    "ChangeStore",
    "Compute",
    "Consulting",
    "ContextSource",
    "ContextStore",
    "Desk",
    "FurtherTools",
    "GateStore",
    "HubStore",
    "IncidentSource",
    "InvestigationStore",
    "InvestigationSummary",
    "LanguageModel",
    "Listener",
    "LogSource",
    "Lookup",
    "MetricSource",
    "Models",
    "NameSource",
    "Outbox",
    "OutboxEntry",
    "PastIncidents",
    "PlainAnalyst",
    "PostStatus",
    "Query",
    "QuerySource",
    "Remarking",
    "Remembered",
    "Request",
    "Reservation",
    "Spender",
    "Store",
    "TaskJournal",
    "TeamSpec",
    "Telemetry",
    "Tool",
    "ToolSource",
    "TopologySource",
    "TraceSource",
    "Wanted",
    "WordField",
    "WordReader",
    "WordReaders",
    "WordValue",
    "WordsAnswer",
    "WordsQuestion",
    "everything",
]
