"""What an agent is handed beside its own look at the telemetry: what is usual, who calls whom, what changed, what was alike.

The law: gathering costs the stores nothing twice. Everybody who asks the same question within a moment shares one answer,
and what could not be gathered is said instead of being left out.
"""

from orchestrator.context.assembler import ContextAssembler
from orchestrator.context.kept import KeptContext
from orchestrator.context.naming import mentioned
from orchestrator.context.shared import shared

__all__ = ["ContextAssembler", "KeptContext", "mentioned", "shared"]
