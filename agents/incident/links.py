"""A bad link has two ends and one cause."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from agents.incident.testimony import Role, Testimony

OTHER_END = 0.3
CALLER_IS_LESS_LIKELY = 0.7
IN_TROUBLE_ITSELF = 1.0


Link = tuple[str, str]


def shares_of_blame(words: Iterable[Testimony], felt: Callable[[Testimony], float]) -> dict[tuple[str, Link], float]:
    """For each end of each bad link, how much of the blame for that link it takes; `felt` says how much one matters.

    The fewest causes that explain all bad links: again and again the service with most of the blame that is left takes
    it, the more so where it does wrong itself, and where both ends have as much, the one that is called. A link that is
    explained by one end is no longer evidence against the other.
    """
    left: dict[Link, float] = {}
    own: dict[str, float] = defaultdict(float)
    for word in words:
        if word.role is Role.OWN:
            own[word.service] = max(own[word.service], word.weight)
        if word.role is Role.LINK:
            link = link_of(word)
            left[link] = max(left.get(link, 0.0), word.weight * felt(word))
    shares = {(end, link): OTHER_END for link in left for end in link}
    while left:
        blame: dict[str, float] = defaultdict(float)
        for (caller, callee), weight in sorted(left.items()):
            blame[caller] += CALLER_IS_LESS_LIKELY * weight
            blame[callee] += weight
        culprit = max(sorted(blame), key=lambda end: blame[end] * (1.0 + IN_TROUBLE_ITSELF * own[end]))
        shares |= {(culprit, link): 1.0 for link in left if culprit in link}
        left = {link: weight for link, weight in left.items() if culprit not in link}
    return shares


def link_of(word: Testimony) -> Link:
    """Caller and callee of the link that a word is about."""
    return word.fact.service, word.fact.peer
