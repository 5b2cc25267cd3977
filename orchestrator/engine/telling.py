"""Tells listeners of events. One that raises is logged by its type, and hurts neither the execution nor the others."""

import logging
from collections.abc import Sequence

from orchestrator.engine.events import EngineEvent, EngineListener


class Telling:
    """In the order in which they listen. Without listeners it is false, and nobody need make an event."""

    def __init__(self, listeners: Sequence[EngineListener]) -> None:
        self._listeners = tuple(listeners)
        self._log = logging.getLogger("compass.engine")

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def tell(self, event: EngineEvent) -> None:
        """Tell all of them."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception as failure:  # noqa: BLE001 - a listener's failure is its own
                self._log.warning("engine listener failed (%s)", type(failure).__name__)
