"""Which change a service's trouble may come from: the one to blame most, if any is worth naming."""

from collections.abc import Iterable

from agents.analyzers.scoring import portion
from orchestrator.model import Observation

LATE_S = 90.0
SURE = 0.6
NAMED = 0.35
"""Under this score no change is named: the report then says that none explains it."""


def blamed_change(
    service: str, onset: float | None, changes: Iterable[Observation]
) -> tuple[Observation | None, float]:
    """The change there that scores highest, the later of two that score alike, and how sure that is; none under `NAMED`.

    Its score knows when things really began; here only what went live when the service's own trouble was long known is
    left out.
    """
    if onset is None:
        return None, 0.0
    earlier = [
        (each.score, each.onset.timestamp(), each.signal_name, each)
        for each in changes
        if each.service == service and each.onset and each.onset.timestamp() <= onset + LATE_S
    ]
    if not earlier:
        return None, 0.0
    score, _, _, change = max(earlier, key=lambda one: one[:3])
    return (change, portion(score, SURE)) if score >= NAMED else (None, 0.0)
