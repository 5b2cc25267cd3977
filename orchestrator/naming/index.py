"""Known names taken apart: by their words, written in one or not, and by each word. Pure.

The law: letters and digits make a word, all else parts words, and capitals are small ones: Orders_DB is orders-db.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

KINDS = frozenset({"service", "services", "svc", "server", "app"})
_APART = re.compile(r"[^a-z0-9]+")
_IN_ONE = re.compile(r"(?<=[a-z0-9]{4})(?:services?|svc|server|app)$")


def parts_of(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case."""
    return tuple(each for each in _APART.split(name.casefold()) if each)


def without_kind(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Without "service" and the like at their end, unless nothing else is there."""
    return parts[:-1] if len(parts) > 1 and parts[-1] in KINDS else parts


def stem_of(parts: tuple[str, ...]) -> str:
    """The words written in one, without "service" and the like, be it a word of its own or not: checkoutservice."""
    bare = without_kind(parts)
    return "".join(bare) if bare != parts else _IN_ONE.sub("", "".join(parts))


@dataclass(frozen=True, slots=True)
class Index:
    """Known names by their words, by these written in one, by what is left without "service", and by each word."""

    whole: dict[tuple[str, ...], list[str]]
    joined: dict[str, list[str]]
    stems: dict[str, list[str]]
    by_part: dict[str, list[str]]
    longest: int


@lru_cache(maxsize=16)
def index_of(names: tuple[str, ...]) -> Index:
    """The index of these names, each once; one without a letter or a digit is left out."""
    whole: dict[tuple[str, ...], list[str]] = {}
    joined: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    by_part: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        parts = parts_of(name)
        if not parts:
            continue
        whole.setdefault(parts, []).append(name)
        joined.setdefault("".join(parts), []).append(name)
        stems.setdefault(stem_of(parts), []).append(name)
        for part in set(parts):
            by_part.setdefault(part, []).append(name)
    return Index(whole, joined, stems, by_part, max((len(each) for each in whole), default=0))
