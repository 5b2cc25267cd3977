"""Which services a title names, and which names that are known are spelt nearly like one that is not. Pure.

The law is that of `orchestrator.naming`; a title is no question though: only whole names in it are taken.
"""

import difflib
import re
from collections.abc import Collection, Iterator, Sequence

from orchestrator.naming import NOBODY
from orchestrator.naming.index import Index, index_of, parts_of
from orchestrator.naming.meaning import in_part, stemmed

NEAR = 0.7
MOST_NEAR = 3
MOST_MENTIONED = 5
LONGEST_NAME = 3
SHORTEST, SHORTEST_STEM = 3, 4
_NUMBERS = re.compile(r"\d+")


def mentioned(title: str, known: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The services that a title names by their whole names, with or without "service"; then those that a word may mean."""
    words, index = parts_of(title), index_of(tuple(sorted(known)))
    sure: dict[str, None] = {}
    doubtful: dict[str, None] = {}
    at = 0
    while at < len(words):
        length, found = next(_named(words, at, index), (1, []))
        at += length
        (sure if len(found) == 1 else doubtful).update(dict.fromkeys(found))
    return tuple(sure)[:MOST_MENTIONED], tuple(doubtful)[:MOST_NEAR]


def _named(words: Sequence[str], at: int, index: Index) -> Iterator[tuple[int, Sequence[str]]]:
    """How many words from there on are a name, and whose it may be; the longest first."""
    for length in range(LONGEST_NAME, 0, -1):
        said = "".join(words[at : at + length])
        found: Sequence[str] = index.joined.get(said, ()) if len(said) >= SHORTEST else ()
        if not found and len(said) >= SHORTEST_STEM:
            found = stemmed((said,), index) or _api(said, index)
        if found:
            yield length, sorted(found)


def _api(said: str, index: Index) -> Sequence[str]:
    """Its api, with everything else that is called so."""
    part = in_part((said,), index) if (said, "api") in index.whole else NOBODY
    return (part.name,) if part.name else part.near


def alike(typed: str, known: Collection[str]) -> tuple[str, ...]:
    """Names nearly spelt so, the nearest first. Those with other numbers are others: worker-3 is not near worker-4."""
    said, numbers = _bare(typed), _NUMBERS.findall(typed)
    scored = [
        (difflib.SequenceMatcher(None, said, _bare(each)).ratio(), each)
        for each in known
        if _NUMBERS.findall(each.casefold()) == numbers
    ]
    near = sorted((each for each in scored if each[0] >= NEAR), key=lambda each: (-each[0], each[1]))
    return tuple(name for _, name in near[:MOST_NEAR])


def _bare(name: str) -> str:
    return "".join(parts_of(name))
