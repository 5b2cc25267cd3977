"""When two lookups are one: while an incident goes on, every agent asks up to its own present, moments after the other."""

from datetime import UTC, datetime, timedelta

from orchestrator.model import Window

SAME_MOMENT = timedelta(minutes=1)


def settled(window: Window, now: datetime) -> Window:
    """The same window; one that ends within the last minute ends with the minute before, so that agents share an answer."""
    if not timedelta(0) <= now - window.end < SAME_MOMENT:
        return window
    each = SAME_MOMENT.total_seconds()
    floor = datetime.fromtimestamp(window.end.timestamp() // each * each, UTC)
    return Window(start=window.start, end=max(window.start, floor))
