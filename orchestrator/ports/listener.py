"""Who hears of events. A listener that fails or is slow hurts nobody else."""

from typing import Protocol

from orchestrator.events import InvestigationView, Recorded


class Listener(Protocol):
    """Hears every event after it was stored, in order within an investigation."""

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:
        """One more event, and the view with it folded in. Must return at once; whoever has I/O to do owns a task for it."""
        ...
