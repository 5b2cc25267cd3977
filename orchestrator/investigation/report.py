"""The report: a pure function of a view. What a person needs first comes first; what was not looked at is said.

A cause is named in the headline only at or above the bar. "Nothing unusual" never stands alone: what could not be checked
stands beside it.
"""

from collections.abc import Iterable, Sequence

from orchestrator.events import InvestigationView
from orchestrator.investigation.ranking import grouped, rank
from orchestrator.investigation.states import ENDED
from orchestrator.model import (
    THE_BAR,
    Aspect,
    Conclusion,
    HypothesisGroup,
    InvestigationState,
    Observation,
    Phase,
    Report,
    Signal,
    Standing,
    StepOutcome,
)
from orchestrator.ports import TeamSpec

SYMPTOMS = (Aspect.ERRORS, Aspect.LATENCY, Aspect.TRAFFIC)
MOST_NEXT = 4

HEADLINES = {
    Conclusion.NO_CLEAR_CAUSE: "No clear cause",
    Conclusion.NOTHING_UNUSUAL: "Nothing unusual was found in what could be checked",
    Conclusion.NOTHING_OBSERVED: "Nothing could be observed",
}


def report_of(view: InvestigationView, team: TeamSpec) -> Report:
    """What the view amounts to, also before the run has ended: then it is provisional."""
    unusual = _standing(view.observations, Standing.UNUSUAL)
    groups = grouped(rank(view.hypotheses), view.decisions)
    conclusion = _conclusion(view.observations, groups)
    supporting = _cited(unusual, groups[0].lead.supporting) if groups else []
    impact = _impact(view, unusual)
    return Report(
        conclusion=conclusion,
        headline=_headline(view, conclusion, groups),
        groups=groups,
        hypothesis_count=len(view.hypotheses),
        impact=tuple(impact),
        evidence=tuple(view.observations),
        since=min((each.onset for each in [*supporting, *impact] if each.onset), default=None),
        ruled_out=_lines(_standing(view.observations, Standing.NORMAL)),
        not_checked=(*_lines(_standing(view.observations, Standing.NO_DATA)), *view.unknown),
        look_next=_look_next(groups),
        seen_before=view.similar,
        degraded=tuple(_degraded(view, team)),
        remarks=tuple(_remarks(view, team)),
        did_not_run=tuple(_did_not_run(view, team)),
        stopped_because=view.reason if view.state in (InvestigationState.STOPPED, InvestigationState.FAILED) else "",
        data_until=max((each.latest for each in view.observations if each.latest), default=None),
        cost=view.cost,
        decisive=_decisive(supporting) or _decisive(impact),
    )


def _standing(observations: Iterable[Observation], standing: Standing) -> list[Observation]:
    return [each for each in observations if each.standing == standing]


def _lines(observations: Iterable[Observation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.summary for each in observations))


def _cited(observations: Iterable[Observation], ids: Sequence[str]) -> list[Observation]:
    return [each for each in observations if each.observation_id in ids]


def _headline(view: InvestigationView, conclusion: Conclusion, groups: Sequence[HypothesisGroup]) -> str:
    if conclusion == Conclusion.LIKELY:
        return groups[0].lead.statement
    if conclusion == Conclusion.NOTHING_OBSERVED and view.state == InvestigationState.STOPPED:
        return "Stopped before anything was looked at"
    return HEADLINES[conclusion]


def _conclusion(observations: Sequence[Observation], groups: Sequence[HypothesisGroup]) -> Conclusion:
    if groups and groups[0].lead.initial_confidence >= THE_BAR:
        return Conclusion.LIKELY
    if not any(each.standing != Standing.NO_DATA for each in observations):
        return Conclusion.NOTHING_OBSERVED
    if any(each.standing == Standing.UNUSUAL for each in observations):
        return Conclusion.NO_CLEAR_CAUSE
    return Conclusion.NOTHING_UNUSUAL


def _impact(view: InvestigationView, unusual: Sequence[Observation]) -> list[Observation]:
    """The strongest fact of each symptom on the services that were reported as affected."""
    affected = {name.lower() for name in view.investigation.incident.affected_services}
    felt = [each for each in unusual if each.service.lower() in affected and _hurts(each)]
    best: dict[Aspect, Observation] = {}
    for each in sorted(felt, key=lambda one: (one.signal != Signal.METRIC, bool(one.peer), -one.score)):
        best.setdefault(each.aspect, each)
    return sorted(best.values(), key=lambda each: SYMPTOMS.index(each.aspect))


def _hurts(observation: Observation) -> bool:
    """Errors and waiting hurt; of the traffic only what stays away does."""
    if observation.aspect != Aspect.TRAFFIC:
        return observation.aspect in SYMPTOMS
    return None not in (observation.value, observation.usual) and (observation.value or 0) < (observation.usual or 0)


def _look_next(groups: Sequence[HypothesisGroup]) -> tuple[str, ...]:
    """How to check the first explanations, one way of each before a second way of any."""
    ways = [group.lead.verify for group in groups[:MOST_NEXT]]
    longest = max((len(each) for each in ways), default=0)
    in_turn = (each[n] for n in range(longest) for each in ways if n < len(each))
    return tuple(dict.fromkeys(in_turn))[:MOST_NEXT]


def _degraded(view: InvestigationView, team: TeamSpec) -> Iterable[str]:
    for each in view.steps:
        if each.outcome in (StepOutcome.FAILED, StepOutcome.TIMED_OUT, StepOutcome.OVER_BUDGET):
            between = ": " if each.outcome == StepOutcome.OVER_BUDGET else " "
            yield f"{team.title_of(each.step.agent_id)}{between}{each.note}".strip(": ")


def _remarks(view: InvestigationView, team: TeamSpec) -> Iterable[str]:
    """Each remark once, behind the names of all who made it."""
    made: dict[str, list[str]] = {}
    for each in view.steps:
        for remark in each.remarks:
            made.setdefault(remark, []).append(team.title_of(each.step.agent_id))
    return (f"{', '.join(dict.fromkeys(names))}: {remark}" for remark, names in made.items())


def _did_not_run(view: InvestigationView, team: TeamSpec) -> Iterable[str]:
    for agent_id in view.investigation.agent_ids:
        outcomes = {each.step.phase: each.outcome for each in view.steps if each.step.agent_id == agent_id}
        observed, explained = outcomes.get(Phase.OBSERVE), outcomes.get(Phase.HYPOTHESISE)
        if observed == StepOutcome.NOT_RUN or (observed is None and view.state in ENDED):
            yield team.title_of(agent_id)
        elif observed == StepOutcome.FINISHED and explained == StepOutcome.NOT_RUN:
            yield f"{team.title_of(agent_id)} (observed, but its hypotheses are plain analysis only)"


def _decisive(observations: Sequence[Observation]) -> Observation | None:
    """The strongest of these facts that can be drawn."""
    drawable = [each for each in observations if each.sketch and len(each.sketch.times) > 1]
    return max(drawable, key=lambda each: each.score, default=None)
