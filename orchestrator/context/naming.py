"""Which services a person means: names as they are typed, and words of a title, held against the names that are known.

The law: a name is only replaced where one known name fits and no other; where several fit, people are asked. A name that
merely stands in a longer one never fits: who says orders does not mean orders-db. Pure.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

NEAR, ALIKE = 0.7, 0.85
AS_GOOD = 0.05
MOST_NEAR = 3
MOST_MENTIONED = 5
LONGEST_NAME = 3
SHORTEST, SHORTEST_STEM = 3, 4
_APART = re.compile(r"[^a-z0-9]+")
_GENERIC = re.compile(r"(?<=[a-z0-9]{4})(?:services?|svc|server|api|app)$")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Meant:
    """What somebody may mean: the one known name that fits, or "", and then those that are near, the nearest first."""

    name: str = ""
    near: tuple[str, ...] = ()


def meant(typed: str, known: Collection[str]) -> Meant:
    """The known service of a typed name: in another spelling, with or without "service", or with a slip of the finger."""
    said = _bare(typed)
    for same in (
        [each for each in known if each.casefold() == typed.casefold()],
        [each for each in known if _bare(each) == said],
        [each for each in known if _stem(each) == said or _bare(each) == _stem(typed)],
    ):
        if same:
            return Meant(same[0]) if len(same) == 1 else Meant(near=tuple(sorted(same)[:MOST_NEAR]))
    return _alike(typed, known)


def mentioned(title: str, known: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The services that a title names by their whole names, with or without "service"; then those that a word may mean."""
    words = [each for each in _APART.split(title.casefold()) if each]
    sure: dict[str, None] = {}
    doubtful: dict[str, None] = {}
    at = 0
    while at < len(words):
        length, found = next(_named(words, at, known), (1, []))
        at += length
        (sure if len(found) == 1 else doubtful).update(dict.fromkeys(found))
    return tuple(sure)[:MOST_MENTIONED], tuple(doubtful)[:MOST_NEAR]


def _named(words: Sequence[str], at: int, known: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    """How many words from there on are a name, and whose it may be; the longest first."""
    for length in range(LONGEST_NAME, 0, -1):
        said = "".join(words[at : at + length])
        found = sorted(each for each in known if _bare(each) == said and len(said) >= SHORTEST)
        if not found and len(said) >= SHORTEST_STEM:
            found = sorted(each for each in known if _stem(each) == said)
        if found:
            yield length, found


def _alike(typed: str, known: Iterable[str]) -> Meant:
    """Names nearly spelt so. Those with other numbers are others: worker-3 is no slip for worker-4.

    A slip of the finger leaves the parts of a name as many as they are; one with more is near at most.
    """
    said, numbers, parts = _bare(typed), _NUMBERS.findall(typed), _parts(typed)
    scored = [
        (difflib.SequenceMatcher(None, said, _bare(each)).ratio(), each)
        for each in sorted(known)
        if _NUMBERS.findall(each.casefold()) == numbers
    ]
    near = sorted((each for each in scored if each[0] >= NEAR), key=lambda each: (-each[0], each[1]))
    best = [name for score, name in near if score >= ALIKE and score >= near[0][0] - AS_GOOD]
    return (
        Meant(best[0])
        if len(best) == 1 and _parts(best[0]) == parts
        else Meant(near=tuple(name for _, name in near[:MOST_NEAR]))
    )


def _parts(name: str) -> int:
    return len([each for each in _APART.split(name.casefold()) if each])


def _bare(name: str) -> str:
    return _APART.sub("", name.casefold())


def _stem(name: str) -> str:
    return _GENERIC.sub("", _bare(name))
