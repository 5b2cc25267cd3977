"""Work, with no idea what it is about: one attempt under a time limit, and processes for what must not block or hang."""

from orchestrator.engine.attempt import Attempt, attempt
from orchestrator.engine.processes import ProcessPool

__all__ = ["Attempt", "ProcessPool", "attempt"]
