"""How sure an explanation is that a model adds, and how far doubt can bring the leading one down.

The law: a model's answer is words and ids; confidence comes from the facts alone, by the calibration of plain analysis.

1. What plain analysis suspects has the confidence that plain analysis gives it.
2. Another explanation at a suspected service is as strong as the share of the evidence against that service that it cites,
   and is judged as what does not lead. Plain analysis has weighed all facts, so a part of them is never stronger: it stays
   below what that service is suspected with already.
3. A service that plain analysis does not suspect stays below all that it does: no fact speaks against it.
4. To cite more never makes an explanation less sure.
5. Doubt takes from the leading explanation at most what it has for leading: it keeps more than evidence as strong as its own
   has elsewhere. Who doubts the first accuses nobody else by that, so the order of services stays that of the evidence.
"""

from collections.abc import Collection, Sequence

from agents.incident.calibration import ONE_STEP, behind_the_first, calibrated, kept_calibration, loudness
from agents.incident.suspect import Suspect
from agents.incident.suspects import LEAST, Weighing
from orchestrator.model import Observation


class Settling:
    """Confidence over the observations of all agents."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        self._weighing = Weighing(observations)
        found = self._weighing.suspects()
        self._strengths = {each.service: each.confidence for each in found}
        self._strongest = found[0].confidence if found else LEAST
        self._heard = loudness(observations)
        self.ranked: list[Suspect] = calibrated(found, observations)

    def added(self, service: str, cited: Collection[str]) -> float:
        """The confidence of an explanation at that service that plain analysis does not give, from the cited facts."""
        strength = self._strengths.get(service, LEAST) * self._weighing.share(service, cited)
        sure = self._behind(strength)
        known = (each.confidence for each in self.ranked if each.service == service)
        least_suspected = self.ranked[-1].confidence if self.ranked else 1.0
        return max(0.0, min(sure, next(known, least_suspected) - ONE_STEP))

    def least_of_the_first(self) -> float:
        """Under this nothing brings the leading explanation."""
        return self._behind(self._strongest) + ONE_STEP

    def _behind(self, strength: float) -> float:
        return behind_the_first(strength, self._strongest, self._heard, kept_calibration())
