"""A bad link has two ends and one cause."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from agents.incident.testimony import Role, Testimony

OTHER_END = 0.3
CALLER_IS_LESS_LIKELY = 0.7


def shares_of_blame(words: Iterable[Testimony], felt: Callable[[Testimony], float]) -> dict[str, float]:
    """For each end of a bad link, how much of the blame for its bad links it takes; `felt` says how much one matters.

    The fewest causes that explain all bad links: again and again the service with most of the blame that is left takes
    it, and where both ends have as much, the one that is called.
    """
    left: dict[tuple[str, str], float] = {}
    for word in words:
        if word.role is Role.LINK:
            link = (word.fact.service, word.fact.peer)
            left[link] = max(left.get(link, 0.0), word.weight * felt(word))
    shares = {end: OTHER_END for link in left for end in link}
    while left:
        blame: dict[str, float] = defaultdict(float)
        for (caller, callee), weight in sorted(left.items()):
            blame[caller] += CALLER_IS_LESS_LIKELY * weight
            blame[callee] += weight
        culprit = max(sorted(blame), key=lambda end: blame[end])
        shares[culprit] = 1.0
        left = {link: weight for link, weight in left.items() if culprit not in link}
    return shares
