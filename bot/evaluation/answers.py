"""What a run says of its case, as one line: services by suspicion, with confidence, and the changes that are blamed.

Pure. First the services that hypotheses name, in their order; then those where something unusual was seen, the most
unusual first; then all other candidates of the case, so that everyone has a rank. Only a named service carries confidence.
Where the case says among whom its cause is sought, others stand last; `named` are the hypotheses' services as the report
shows them, whoever they are.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.evaluation.examine import Examined
from orchestrator.events import InvestigationView
from orchestrator.model import Hypothesis, Standing

NO_CHANGE = "none"
"""The word for: no change is to blame."""

Answer = dict[str, Any]


def answer_of(case_id: str, examined: Examined, seconds: float) -> Answer:
    """The line of a case that was examined in so many seconds."""
    named = _named(examined.view.hypotheses)
    ranked = _ranked([*(name for name, _ in named.values()), *_noticed(examined.view)], examined.candidates)
    line: Answer = {
        "case_id": case_id,
        "ranked": ranked,
        "named": [name for name, _ in named.values()],
        "confidence": [round(named.get(name.casefold(), (name, 0.0))[1], 4) for name in ranked],
        "seconds": round(seconds, 3),
        "state": examined.view.state.value,
    }
    if examined.changes_recorded:
        line["ranked_changes"] = _changes(examined.view.hypotheses)
    return line


def failure_of(case_id: str, reason: str, seconds: float) -> Answer:
    """The line of a case that could not be examined: no service, and the reason."""
    return {"case_id": case_id, "ranked": [], "confidence": [], "seconds": round(seconds, 3), "error": reason}


def _named(hypotheses: Iterable[Hypothesis]) -> dict[str, tuple[str, float]]:
    """By the name without capitals: the name as first written, and the confidence of its first hypothesis."""
    named: dict[str, tuple[str, float]] = {}
    for each in hypotheses:
        if each.service:
            named.setdefault(each.service.casefold(), (each.service, each.initial_confidence))
    return named


def _noticed(view: InvestigationView) -> list[str]:
    unusual = [each for each in view.observations if each.standing == Standing.UNUSUAL and each.service]
    return [each.service for each in sorted(unusual, key=lambda each: -each.score)]


def _ranked(suspects: Sequence[str], candidates: Sequence[str]) -> list[str]:
    """Each once, whatever its capitals. Where the case says among whom its cause is sought, the others come last."""
    spelled = {name.casefold(): name for name in reversed([*candidates, *suspects])}
    if candidates:
        spelled |= {name.casefold(): name for name in candidates}
    order = list(dict.fromkeys(name.casefold() for name in [*suspects, *candidates]))
    sought = {name.casefold() for name in candidates}
    return [spelled[name] for name in sorted(order, key=lambda name: bool(sought) and name not in sought)]


def _changes(hypotheses: Iterable[Hypothesis]) -> list[str]:
    return list(dict.fromkeys([*(each.change_id or NO_CHANGE for each in hypotheses), NO_CHANGE]))
