"""Ranking: by confidence, highest first. Nothing is merged and nothing dropped; humans see all.

What several agents assert alike is *grouped* when it is shown. Equal confidence keeps the order in which agents spoke, so
the same run always ranks the same.
"""

from collections.abc import Iterable, Sequence

from orchestrator.model import Decision, Hypothesis, HypothesisGroup, strength


def rank(hypotheses: Iterable[Hypothesis]) -> list[Hypothesis]:
    """All of them by `initial_confidence`, highest first; ties stay as they came."""
    return sorted(hypotheses, key=lambda each: -each.initial_confidence)


def numbered(hypotheses: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """The ranked hypotheses with their ids: "h1" for the first."""
    return tuple(each.model_copy(update={"hypothesis_id": f"h{n}"}) for n, each in enumerate(hypotheses, start=1))


def grouped(ranked: Sequence[Hypothesis], decisions: Iterable[Decision] = ()) -> tuple[HypothesisGroup, ...]:
    """Those that name the same service and fault stand together, in the order of the best of each group."""
    groups: dict[object, list[Hypothesis]] = {}
    for number, each in enumerate(ranked):
        key = (each.service.lower(), each.fault_kind) if each.service else number
        groups.setdefault(key, []).append(each)
    said = {decision.hypothesis_id: decision for decision in decisions}
    return tuple(_group(members, said) for members in groups.values())


def _group(members: list[Hypothesis], said: dict[str, Decision]) -> HypothesisGroup:
    ids = tuple(each.hypothesis_id for each in members)
    return HypothesisGroup(
        lead=members[0],
        hypothesis_ids=ids,
        named_by=tuple(dict.fromkeys(each.agent_id for each in members)),
        strength=strength(members[0].initial_confidence),
        decision=next((said[one] for one in ids if one in said), None),
    )
