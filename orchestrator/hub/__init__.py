"""Hub and spoke: registry, queue, routing, questions to specialists, and gates to humans, for one investigation.

The law: agents never hold a reference to each other, and never act. Everything between them goes through the hub and is kept.
"""

from orchestrator.hub.consulting import ConsultLimits
from orchestrator.hub.gates import Answered, Gates, may_answer
from orchestrator.hub.hub import AgentDesk, Hub, HubRules
from orchestrator.hub.queue import TaskQueue
from orchestrator.hub.registry import AgentRegistry, Registration
from orchestrator.hub.router import MessageRouter

__all__ = [
    "AgentDesk",
    "AgentRegistry",
    "Answered",
    "ConsultLimits",
    "Gates",
    "Hub",
    "HubRules",
    "MessageRouter",
    "Registration",
    "TaskQueue",
    "may_answer",
]
