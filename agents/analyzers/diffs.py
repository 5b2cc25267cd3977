"""What a change takes away, brings in and leaves as it was, read from its diff: the first question of every review.

Lines are compared as bags of tokens, so code that only moves (into a helper, to another line) counts as kept: what
reappears was not taken away. Numbers are paired by the words beside them, so that 5 s that become 300 ms are seen as one
setting that was lowered. Unified diffs are read; a text without marks is neither taken away nor brought in.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from agents.analyzers.words import words

_TOKEN = re.compile(r"[A-Za-z_][\w]*|\d+(?:\.\d+)?[A-Za-z%]*")
_ARROW = re.compile(r"([\w.%-]+)\s*(?:->|→|=>)\s*([\w.%-]+)")
_COMMENT = re.compile(r"^\s*(?://|#|\*|/\*|--\s|;|<!--)")
_NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*(?:\*\s*)?(?:time\.|Duration\.of|TimeUnit\.)?([A-Za-z%]*)")
_UNITS = {
    **dict.fromkeys(("ns", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("us", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ms", "millis", "millisecond", "milliseconds", "m"), 1e-3),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("k", "ki", "kb", "kib"), 1024.0),
    **dict.fromkeys(("mi", "mb", "mib"), 1024.0**2),
    **dict.fromkeys(("g", "gi", "gb", "gib"), 1024.0**3),
}
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A setting that got another number: the words beside it, and by what factor it is now larger."""

    about: frozenset[str]
    before: str
    after: str
    factor: float


@dataclass(frozen=True)
class Diff:
    """The lines taken out and put in, in order, and those as they are after it (put in or not), each with whether it is new."""

    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    after: tuple[tuple[str, bool], ...] = ()

    @cached_property
    def only_removed(self) -> tuple[str, ...]:
        """Lines that are gone: one that is only put elsewhere, or indented otherwise, is not."""
        kept = {line.strip() for line in self.added}
        return tuple(line for line in self.removed if line.strip() not in kept)

    @cached_property
    def only_added(self) -> tuple[str, ...]:
        """Lines that were nowhere before."""
        known = {line.strip() for line in self.removed}
        return tuple(line for line in self.added if line.strip() not in known)

    @cached_property
    def context(self) -> tuple[str, ...]:
        """Lines that stay where they are."""
        return tuple(line for line, is_new in self.after if not is_new)

    @cached_property
    def taken(self) -> frozenset[str]:
        """Words of the removed lines that no added line has."""
        return _words(self.removed) - _words(self.added)

    @cached_property
    def brought(self) -> frozenset[str]:
        """Words of the added lines that no removed line has."""
        return _words(self.added) - _words(self.removed)

    @cached_property
    def kept(self) -> float:
        """The share of the names and numbers taken out that were put back in elsewhere; 0 where nothing was taken out."""
        before, after = _tokens(self.removed), _tokens(self.added)
        return len(before & after) / len(before) if before else 0.0

    @cached_property
    def renumbered(self) -> tuple[Renumbered, ...]:
        """Settings that got another number."""
        found = []
        left = list(self.only_added)
        for line in self.only_removed:
            match = max(left, key=lambda other: _likeness(line, other), default=None)
            if match is not None and _likeness(line, match) >= _ALIKE:
                left.remove(match)
                found += _numbers_between(line, match)
        return tuple(found)


def read_diff(text: str) -> Diff:
    """The diff in a text; its comments are left out, for they change nothing."""
    removed: list[str] = []
    added: list[str] = []
    after: list[tuple[str, bool]] = []
    for line in text.split("\n"):
        mark, said = line[:1], line[1:]
        if line.startswith(("+++ ", "--- ", "@@")) or _COMMENT.match(said if mark in "+- " else line):
            continue
        if mark == "-":
            removed.append(said)
        elif mark == "+":
            added.append(said)
            after.append((said, True))
        else:
            after.append((line, False))
    return Diff(tuple(removed), tuple(added), tuple(after))


def set_otherwise(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of before and after in words such as `1500->60` and `off->on`."""
    return tuple(_ARROW.findall(text))


def renumbered_in_words(name: str, text: str) -> tuple[Renumbered, ...]:
    """A setting of that name that got another number, told as `1500->60`."""
    return tuple(
        each
        for before, after in set_otherwise(text)
        for each in _numbers_between(f"{name} {before}", f"{name} {after}")
    )


def _tokens(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(token for line in lines for token in _TOKEN.findall(line))


def _words(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(word for token in _tokens(lines) for word in words(token))


def _likeness(line: str, other: str) -> float:
    """The share of words that two lines have in common, numbers and units aside."""
    first, second = _names(line), _names(other)
    return len(first & second) / len(first | second) if first | second else 0.0


def _names(line: str) -> set[str]:
    return {token for token in _TOKEN.findall(line) if not token[0].isdigit() and token.lower() not in _UNITS}


def _numbers_between(before: str, after: str) -> list[Renumbered]:
    about = frozenset(words(before)) | frozenset(words(after))
    first, second = _NUMBER.findall(before), _NUMBER.findall(after)
    if len(first) != len(second):
        return []
    return [
        Renumbered(about, "".join(old), "".join(new), _amount(*new) / _amount(*old))
        for old, new in zip(first, second, strict=True)
        if _amount(*old) != _amount(*new) and _amount(*old) and _amount(*new)
    ]


def _amount(number: str, unit: str) -> float:
    return float(number) * _UNITS.get(unit.lower(), 1.0)
