"""Which known name somebody means who typed one. Pure.

The law: a name is replaced only where one known name fits and no other; all else is a question. In another spelling, another
number, with or without "service", or with a slip of the finger it fits. A part of a name fits where the name is one of
those (the only gateway is the gateway) or where the rest only says what kind of thing it is: shipping is shipping-service,
but who says orders never means orders-db, which is another service. A product is named by its part: redis is redis-cache.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from orchestrator.naming.index import KINDS, Index, index_of, parts_of, stem_of, without_kind
from orchestrator.naming.spelling import is_slip

SHORTEST_PART = 4
_ONLY_SAY_THE_KIND = KINDS | {"api", "backend", "main", "core", "internal", "public"}
_PRODUCTS = frozenset((
    "cassandra", "clickhouse", "elastic", "elasticsearch", "etcd", "kafka", "mariadb", "memcached", "mongo", "mongodb",
    "mysql", "nats", "nginx", "postgres", "postgresql", "rabbitmq", "redis", "valkey",
))  # fmt: skip
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Meant:
    """What somebody may mean: the one known name that fits, or "", and then those that people are to be asked about."""

    name: str = ""
    near: tuple[str, ...] = ()


NOBODY = Meant()


def one_of(names: Iterable[str]) -> Meant:
    """The name where it is the only one; of several none."""
    found = tuple(sorted(set(names)))
    return Meant(found[0]) if len(found) == 1 else Meant(near=found)


def meant(typed: str, known: Collection[str]) -> Meant:
    """The known name of a typed one; the same whatever the order of those that are known."""
    names = tuple(sorted(known))
    index, parts = index_of(names), parts_of(typed)
    for found in (
        [each for each in names if each.casefold() == typed.casefold()],
        index.whole.get(parts) or index.joined.get("".join(parts)),
        stemmed(parts, index) or renumbered(without_kind(parts), index),
    ):
        if found:
            return one_of(found)
    part = in_part(parts, index)
    return part if part != NOBODY else one_of(slipped("-".join(parts), names))


def stemmed(parts: tuple[str, ...], index: Index) -> list[str]:
    """Names that are the same with or without "service"; that of an api is then as good."""
    said = stem_of(parts)
    found = [*index.joined.get(said, ()), *index.stems.get(said, ())] if said else []
    if found and said == "".join(parts):
        found += index.whole.get((*parts, "api"), ())
    return list(dict.fromkeys(found))


def renumbered(parts: tuple[str, ...], index: Index) -> list[str]:
    """Names that are the same in the plural or singular."""
    return [name for each in numbers(parts) for name in index.whole.get(each, ())]


def numbers(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Each word in its other number: orders for order, and order for orders."""
    for at, part in enumerate(parts):
        other = part[:-1] if part.endswith("s") else f"{part}s"
        if len(other) >= SHORTEST_PART:
            yield (*parts[:at], other, *parts[at + 1 :])


def in_part(parts: tuple[str, ...], index: Index) -> Meant:
    """The one name that holds all of these words, where it fits; else all that do."""
    bare = without_kind(parts)
    if not bare:
        return NOBODY
    found = set.intersection(
        *({name for form in _forms(part) for name in index.by_part.get(form, ())} for part in bare)
    )
    return either_of(bare, sorted(found, key=lambda each: (len(parts_of(each)), each)))


def either_of(parts: tuple[str, ...], names: Sequence[str]) -> Meant:
    """The one of these names that hold such words, where there is but one and it fits; else all are a question."""
    return Meant(names[0]) if len(names) == 1 and fits(parts, names[0]) else Meant(near=tuple(names))


def fits(parts: tuple[str, ...], name: str) -> bool:
    """Whether a name that holds these words is what they say, and not something else that belongs to it."""
    said = {form for part in parts for form in _forms(part)}
    whole = parts_of(name)
    last = max((at for at, each in enumerate(whole) if each in said), default=0)
    return set(whole[last + 1 :]) <= _ONLY_SAY_THE_KIND or bool(said & _PRODUCTS)


def _forms(part: str) -> tuple[str, ...]:
    return (part, part[:-1]) if part.endswith("s") and len(part) > SHORTEST_PART else (part, f"{part}s")


def slipped(word: str, names: Iterable[str]) -> list[str]:
    """The names it may be a slip of. Those with other numbers are others: worker-3 is no slip for worker-4."""
    digits = _DIGITS.findall(word)
    return [each for each in names if is_slip(word, "-".join(parts_of(each))) and _DIGITS.findall(each) == digits]
