"""What the affected services do not suffer: trouble of that kind further down may be there, but it is not what hurts them.

A slow call that makes nobody slow, and errors that callers make good by trying again, are seldom what people complain of.
"""

from collections.abc import Iterable

from agents.analyzers.graph import Graph
from agents.incident.testimony import Testimony
from orchestrator.model import Aspect, Observation, Standing

OF_WHAT_NOBODY_SUFFERS = 0.5
FELT = (Aspect.ERRORS, Aspect.LATENCY)


class Calm:
    """Of whom errors or slowness would be seen somewhere where all is normal."""

    def __init__(self, observations: Iterable[Observation], graph: Graph) -> None:
        known = [each for each in observations if each.aspect in FELT and each.service and not each.peer]
        uneasy = {(each.service, each.aspect) for each in known if each.standing is Standing.UNUSUAL}
        normal = {(each.service, each.aspect) for each in known if each.standing is Standing.NORMAL} - uneasy
        self._unfelt = {
            (needed, aspect) for service, aspect in normal for needed in (service, *graph.depends_on(service))
        }

    def counts(self, word: Testimony) -> float:
        """How much of a word is left: all, or a part where those who need the service do not have that trouble."""
        return OF_WHAT_NOBODY_SUFFERS if (word.service, word.fact.aspect) in self._unfelt else 1.0
