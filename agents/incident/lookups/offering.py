"""When a model is offered lookups, and which: its own, and what was added to them.

The law: a lookup is offered where it may change the verdict. Where one explanation is above the bar and no other comes near
it, what was observed decides, and looking closer would only cost.
"""

from collections.abc import Sequence

from agents.incident.lookups.remit import Remit
from agents.incident.lookups.shelf import lookups
from agents.incident.suspect import Suspect
from orchestrator.model import THE_BAR
from orchestrator.ports import FurtherTools, ToolSource

NEAR = 0.1
"""Two explanations whose confidences are no further apart are not told apart by them."""


def is_open(ranked: Sequence[Suspect]) -> bool:
    """Whether what was observed leaves open what is to blame. `ranked` are all suspects, likeliest first."""
    if not ranked or ranked[0].confidence < THE_BAR:
        return True
    return len(ranked) > 1 and ranked[0].confidence - ranked[1].confidence <= NEAR


async def offered(remit: Remit, ranked: Sequence[Suspect], added: ToolSource) -> FurtherTools:
    """The lookups of one turn, and what there is to say of those that are not there."""
    if not is_open(ranked):
        return FurtherTools()
    own, more = lookups(remit), await added.tools()
    taken = {each.name for each in own}
    return FurtherTools((*own, *(each for each in more.tools if each.name not in taken)), more.remarks)
