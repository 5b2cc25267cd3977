"""Which services are meant: names as they are typed, and as they stand in sentences, held against those that are known. Pure.

The law: a known name that stands whole goes first, the longest first; a part of a name, or one nearly spelt so, counts only
where one name fits, and is a question where several do. What a word counts ("300 orders") or does ("search the logs") is no
service. Without known names a typed one is taken as it is, and a sentence names none.
"""

import itertools
import re
from collections.abc import Sequence

from orchestrator.naming import NOBODY, Meant
from orchestrator.naming.index import KINDS, Index, index_of, parts_of, without_kind
from orchestrator.naming.meaning import SHORTEST_PART, either_of, in_part, numbers, one_of, renumbered, slipped, stemmed
from orchestrator.parameters.around import is_neither, is_other
from orchestrator.parameters.canvas import Canvas
from orchestrator.parameters.claims import Claims
from orchestrator.parameters.extraction import Choice
from orchestrator.parameters.known import Known

MOST_CHOICES = 5
LONG = 9
_GENERIC = frozenset((
    "service", "services", "svc", "server", "api", "app", "backend", "db", "database", "worker", "cache", "queue",
    "web", "ui", "job", "gateway", "user", "users", "data", "admin", "internal", "public", "main", "core",
))  # fmt: skip
_TELLING = frozenset({"gateway"})
"""Of those, what a sentence can be about by itself."""
_DATABASES = frozenset({"database", "databases", "dbs"})
_STORES = _DATABASES | {"db"}
_PARTICLES = frozenset({"out", "in", "up", "on", "off", "down", "over", "back", "away", "to", "by"})
_TOKEN = re.compile(r"(?<![A-Za-zÀ-ɏ0-9_=@#$])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*(?![A-Za-zÀ-ɏ0-9_=])", re.ASCII)
_BETWEEN = frozenset({" ", "' ", "'s "})
_OF = re.compile(r" (?:of|behind) (?:(?:the|our|its|their) )?")


_Token = tuple[str, int, int]
"""A word, where it begins and where it ends."""


def named_in(text: str, known: Known) -> tuple[str, ...]:
    """The services that these few words surely name."""
    sure, _ = _read([(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text)], text, known)
    return tuple(sure)


def read_services(canvas: Canvas, claims: Claims, known: Known) -> None:
    """Services that the sentence names. Those that were typed go before, and then none is asked for."""
    if claims.of("services") or any(each.field == "services" for each in claims.questions) or not known.services:
        return
    tokens = [
        (each[0], each.start(), each.end()) for each in _TOKEN.finditer(canvas.open) if _stands_alone(canvas.open, each)
    ]
    sure, doubtful = _read(tokens, canvas.open, known)
    if sure:
        claims.add("services", tuple(sure), ", ".join(sure.values()))
    elif doubtful:
        said, names = doubtful[0]
        claims.ask("services", said, choices_of(names))


def choices_of(names: Sequence[str]) -> tuple[Choice, ...]:
    """One of these names."""
    return tuple(Choice(label=each, option=f"services={each}") for each in names[:MOST_CHOICES])


def _stands_alone(text: str, token: re.Match[str]) -> bool:
    """Whether it is a word of its own, and not of a path, a file, an address or a label."""
    start, end = token.span()
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:] in ("/", ".") and (len(before) < 2 or not before[0].isalnum() or before[-1] == "."):
        return False
    return not (after[:1] == "." and after[1:].isalnum()) and after[:1] != "("


def _read(
    tokens: Sequence[_Token], text: str, known: Known
) -> tuple[dict[str, str], list[tuple[str, tuple[str, ...]]]]:
    """The services that are surely named, with their words, and the words that may name several."""
    index = index_of(known.services)
    sure: dict[str, str] = {}
    doubtful: list[tuple[str, tuple[str, ...]]] = []
    at = named = excluded = 0
    while at < len(tokens):
        length, found = _named(tokens, at, text, known, index)
        start, end = tokens[at][1], tokens[at + max(length, 1) - 1][2]
        excluded = end if found != NOBODY and is_neither(text, excluded, start, end) else excluded
        other = found == NOBODY or excluded == end or is_other(text, start, end, named)
        if found.name and not other:
            sure.setdefault(found.name, text[start:end])
        elif not other:
            doubtful.append((text[start:end], found.near))
        named = end if found != NOBODY else named
        at += max(length, 1)
    return sure, doubtful


def _named(tokens: Sequence[_Token], at: int, text: str, known: Known, index: Index) -> tuple[int, Meant]:
    """How many words from there on name a service, and which it may be; the most words first."""
    if of := _database_of(tokens, at, text, index):
        return of
    for length in range(min(index.longest + 1, len(tokens) - at), 1, -1):
        parts = _together(tokens[at : at + length], text)
        if not parts:
            continue
        found = (
            index.whole.get(parts)
            or index.whole.get(tuple("db" if part in _DATABASES else part for part in parts))
            or _joined(parts, index)
            or renumbered(parts, index)
        )
        if not found and parts[-1] in KINDS:
            found = stemmed(parts, index) or renumbered(without_kind(parts), index)
        meant = one_of(found) if found or parts[-1] not in KINDS else in_part(parts, index)
        if meant != NOBODY:
            return length, meant
    return 1, _one_word(tokens[at][0], known, index)


def _database_of(tokens: Sequence[_Token], at: int, text: str, index: Index) -> tuple[int, Meant] | None:
    """The same for "the database of orders", which is orders-db where such a name is known."""
    if tokens[at][0].casefold() not in _STORES:
        return None
    first = next(
        (n for n in (at + 3, at + 2) if n < len(tokens) and _OF.fullmatch(text, tokens[at][2], tokens[n][1])), at
    )
    for last in range(min(first + index.longest, len(tokens)), first, -1) if first > at else ():
        owner = without_kind(_together(tokens[first:last], text))
        stores = [form for kind in ("db", "database") for form in ((*owner, kind), *numbers((*owner, kind)))]
        if owner and (found := [name for each in stores for name in index.whole.get(each, ())]):
            return last - at, one_of(found)
    return None


def _together(span: Sequence[_Token], text: str) -> tuple[str, ...]:
    """The parts of words that stand side by side; none where something stands between."""
    apart = any(text[left[2] : right[1]] not in _BETWEEN for left, right in itertools.pairwise(span))
    return () if apart else tuple(part for word, _, _ in span for part in parts_of(word))


def _joined(parts: tuple[str, ...], index: Index) -> list[str]:
    """A name that is written in one, in two words; not where the second only belongs to a verb: check out the cart."""
    return [] if parts[-1] in _PARTICLES else index.joined.get("".join(parts), [])


def _one_word(word: str, known: Known, index: Index) -> Meant:
    parts = parts_of(word)
    found = index.whole.get(parts)
    if not found and len(parts) > 1:
        found = index.joined.get("".join(parts)) or stemmed(parts, index) or renumbered(without_kind(parts), index)
    if not found and parts[-1].endswith("s") and len(parts[-1]) > SHORTEST_PART:
        found = index.whole.get((*parts[:-1], parts[-1][:-1]))
    if not found and len(parts) == 1 and _tells(parts[0]):
        return _telling(parts[0], known, index)
    return one_of(found or _misspelt("-".join(parts), known.services))


def _telling(part: str, known: Known, index: Index) -> Meant:
    """What a word names that is no whole name: where it begins one, or nearly is one."""
    if found := stemmed((part,), index):
        return one_of(found)
    begun = [each for each in index.by_part.get(part, ()) if parts_of(each)[0] == part or part in _TELLING]
    return either_of((part,), begun) if begun else one_of(_misspelt(part, known.services))


def _misspelt(word: str, names: Sequence[str]) -> list[str]:
    """As a slip of a name, or of its plural where the word is long enough to tell."""
    found = slipped(word, names)
    return found if found or not word.endswith("s") or len(word) < LONG else slipped(word[:-1], names)


def _tells(part: str) -> bool:
    """Whether this one word of a name says which is meant: redis does, and user or db do not."""
    return (len(part) >= SHORTEST_PART and part not in _GENERIC) or part in _TELLING
