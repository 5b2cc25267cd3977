"""A report: what a run came to, in the order in which somebody woken at night needs it. Surfaces only render it.

Nothing is merged here: a group shows hypotheses of several agents together that name the same service and fault, and
keeps the id of every one of them.
"""

from enum import StrEnum

from orchestrator.model.base import Frozen, Moment
from orchestrator.model.context import PastIncident
from orchestrator.model.cost import CostBreakdown
from orchestrator.model.decision import Decision
from orchestrator.model.evidence import Observation
from orchestrator.model.hypothesis import Hypothesis, Strength


class Conclusion(StrEnum):
    """What the run may say of itself."""

    LIKELY = "likely"
    NO_CLEAR_CAUSE = "no_clear_cause"
    NOTHING_UNUSUAL = "nothing_unusual"
    NOTHING_OBSERVED = "nothing_observed"


class HypothesisGroup(Frozen):
    """One explanation as shown: the leading hypothesis and all others that name the same service and fault."""

    lead: Hypothesis
    hypothesis_ids: tuple[str, ...]
    named_by: tuple[str, ...]
    strength: Strength
    decision: Decision | None = None


class Report(Frozen):
    """Everything a surface shows of a finished run. Texts are plain: no markup of any surface, nothing unmasked.

    `impact` are the facts about the service where the trouble shows; `evidence` all facts that stand out, by id;
    `ruled_out` and `not_checked` are lines; `seen_before` are earlier incidents that resemble this one; `degraded` says
    which agent did not answer and why; `remarks` what agents have to say beside what they found; `did_not_run` names
    the agents whose turn did not come; `stopped_because` is empty for a run that went to its end.
    """

    conclusion: Conclusion
    headline: str
    groups: tuple[HypothesisGroup, ...] = ()
    hypothesis_count: int = 0
    impact: tuple[Observation, ...] = ()
    evidence: tuple[Observation, ...] = ()
    since: Moment | None = None
    ruled_out: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    look_next: tuple[str, ...] = ()
    seen_before: tuple[PastIncident, ...] = ()
    degraded: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    did_not_run: tuple[str, ...] = ()
    stopped_because: str = ""
    data_until: Moment | None = None
    cost: CostBreakdown = CostBreakdown()
    decisive: Observation | None = None

    def observation(self, observation_id: str) -> Observation | None:
        """The fact of that id among the evidence, if it is there."""
        return next((each for each in self.evidence if each.observation_id == observation_id), None)
