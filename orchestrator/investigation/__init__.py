"""The run of an investigation, from the words that asked for it to the report, over any number of restarts."""

from orchestrator.investigation.comparing import Difference, differences
from orchestrator.investigation.names import Names
from orchestrator.investigation.opening import Limits, Opening
from orchestrator.investigation.orchestrator import Orchestrator
from orchestrator.investigation.ranking import grouped, numbered, rank
from orchestrator.investigation.replaying import TurnAgain, think_again
from orchestrator.investigation.report import report_of
from orchestrator.investigation.run import has_ended
from orchestrator.investigation.service import Decided, Investigations, Opened
from orchestrator.investigation.states import ARROWS, ENDED, check_arrow, diagram
from orchestrator.investigation.turns import MemoryTurns, Turns
from orchestrator.investigation.understanding import Asked, Understanding, Understood

__all__ = [
    "ARROWS",
    "ENDED",
    "Asked",
    "Decided",
    "Difference",
    "Investigations",
    "Limits",
    "MemoryTurns",
    "Names",
    "Opened",
    "Opening",
    "Orchestrator",
    "TurnAgain",
    "Turns",
    "Understanding",
    "Understood",
    "check_arrow",
    "diagram",
    "differences",
    "grouped",
    "has_ended",
    "numbered",
    "rank",
    "report_of",
    "think_again",
]
