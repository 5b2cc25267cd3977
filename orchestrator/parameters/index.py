"""Known names taken apart: by their words, written in one, and by each word. Pure.

The law: letters and digits make a word, all else parts words, and capitals are small ones: Orders_DB is orders-db.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_APART = re.compile(r"[^a-z0-9]+")


def parts_of(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case."""
    return tuple(each for each in _APART.split(name.casefold()) if each)


@dataclass(frozen=True, slots=True)
class Index:
    """Known names by their words, and by each of those."""

    whole: dict[tuple[str, ...], list[str]]
    joined: dict[str, list[str]]
    by_part: dict[str, list[str]]
    longest: int


@lru_cache(maxsize=16)
def index_of(names: tuple[str, ...]) -> Index:
    """The index of these names, each once; one without a letter or a digit is left out."""
    whole: dict[tuple[str, ...], list[str]] = {}
    joined: dict[str, list[str]] = {}
    by_part: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        parts = parts_of(name)
        if not parts:
            continue
        whole.setdefault(parts, []).append(name)
        joined.setdefault("".join(parts), []).append(name)
        for part in set(parts):
            by_part.setdefault(part, []).append(name)
    return Index(whole, joined, by_part, max((len(each) for each in whole), default=0))
