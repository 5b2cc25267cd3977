"""Names taken apart into words, and the service that one name finds in another."""

import re
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])\d*(?!xx)|[A-Z]?[a-z]+\d*(?!xx)|\d+(?:xx)?")


@lru_cache(maxsize=16384)
def words(name: str) -> tuple[str, ...]:
    """The lower-case words of a name in any spelling: `HTTPServer5xx_rate` is http, server, 5xx, rate."""
    return tuple(word.lower() for word in _WORD.findall(name))


def vocabulary(text: str) -> frozenset[str]:
    """The words of a table's row."""
    return frozenset(text.split())


class Mentions:
    """Finds which of the known services a text names, as whole words; the longest name counts.

    Names that are a single short or everyday word would be found everywhere, so they must be six letters or more, or
    stand where a name is expected (after "to", "from", "service", "upstream" …). A piece of a path is no name.
    """

    _EXPECTED = (
        r"(?:\b(?:to|from|by|of|at|service|upstream|downstream|calling|call|host|peer|dependency|server)[ :='\"]+)"
    )

    def __init__(self, services: Iterable[str]) -> None:
        names = sorted({each for each in services if len(each) >= 3}, key=lambda each: (-len(each), each))
        self._by_name = {each.lower(): each for each in names}
        sure = [each for each in names if len(each) >= 6 or not each.isalpha()]
        unsure = [each for each in names if each not in set(sure)]
        parts = [rf"(?:(?<=//)|(?<![\w/-]))(?:{_either(sure)})(?![\w/-])"] if sure else []
        parts += [rf"{self._EXPECTED}(?:{_either(unsure)})(?![\w/-])"] if unsure else []
        self._pattern = re.compile("|".join(parts), re.IGNORECASE) if parts else None
        self._inner = re.compile(rf"(?:{_either(names)})$", re.IGNORECASE) if names else None

    def in_text(self, text: str, but: str = "") -> str:
        """The first service that the text names, other than `but`; empty if none."""
        if self._pattern is None or self._inner is None:
            return ""
        for found in self._pattern.finditer(text):
            name = self._inner.search(found.group())
            service = self._by_name[name.group().lower()] if name else ""
            if service and service != but:
                return service
        return ""


def _either(names: Iterable[str]) -> str:
    return "|".join(re.escape(each) for each in names)


class MetricPeers:
    """Finds the other end in a metric's name: `client_orders-db_latency_p95_ms` of orders tells of orders-db."""

    def __init__(self, services: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        known = ((words(each), each) for each in services)
        for parts, each in sorted((one for one in known if one[0]), key=lambda one: (-len(one[0]), one[1])):
            self._by_first.setdefault(parts[0], []).append((parts, each))

    def of(self, service: str, metric: str) -> str:
        """The service that the metric's name holds besides its own; empty if none."""
        parts = words(metric)
        found = [
            (len(name), other)
            for at, part in enumerate(parts)
            for name, other in self._by_first.get(part, ())
            if other != service and parts[at : at + len(name)] == name
        ]
        return min(found, key=lambda one: (-one[0], one[1]))[1] if found else ""
