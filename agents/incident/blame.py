"""Which change a service's trouble may come from: one that went live there before it began, the likeliest of them."""

from collections.abc import Iterable

from agents.analyzers.scoring import portion
from orchestrator.model import Observation

HALF_LIFE_S = 1800.0
REACHES_S = 4 * 3600.0
LATE_S = 30.0
SCORES_HIGH = 0.4
LEAST = 0.2


def blamed_change(
    service: str, onset: float | None, changes: Iterable[Observation]
) -> tuple[Observation | None, float]:
    """The change that scores highest, the later of two that score alike, and how much it may be to blame, in [0, 1]."""
    if onset is None:
        return None, 0.0
    earlier = [
        (each.score * _recent(onset, at), at, each.signal_name, each)
        for each in changes
        if each.service == service
        and each.onset
        and onset - REACHES_S <= (at := each.onset.timestamp()) <= onset + LATE_S
    ]
    if not earlier:
        return None, 0.0
    _, at, _, change = max(earlier, key=lambda one: one[:3])
    blame = _recent(onset, at) * portion(change.score, SCORES_HIGH)
    return (change, blame) if blame >= LEAST else (None, 0.0)


def _recent(onset: float, at: float) -> float:
    return float(0.5 ** (max(0.0, onset - at) / HALF_LIFE_S))
