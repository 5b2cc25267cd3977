"""How long: 30m, 1h30m, two and a half hours, half an hour, a quarter of an hour, a couple of days. Pure."""

import re
from datetime import timedelta
from decimal import Decimal

from orchestrator.parameters.numbers import SPOKEN, number

LONGEST = timedelta(days=3650)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_UNIT = r"(?:s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:(?:ee)?ks?)?)"
_COUNT = rf"(?:[0-9]{{1,6}}(?:\.[0-9]{{1,2}})?|{SPOKEN}|an?|a couple of|a few)"
_HALF = r"(?: and a half)"
_COMPACT = re.compile(rf"((?:[0-9]{{1,6}}(?:\.[0-9]{{1,2}})?\s?{_UNIT})+)(?![\w%])", re.ASCII | re.IGNORECASE)
_PART = re.compile(rf"([0-9.]+)\s?({_UNIT})", re.ASCII | re.IGNORECASE)
_FRACTION = re.compile(
    r"(half an? |(?:a )?quarter (?:of )?an? |three quarters of an? )(hour|day|minute|week)(?!\w)",
    re.ASCII | re.IGNORECASE,
)
_SPOKEN = re.compile(
    rf"({_COUNT})({_HALF})?[ -]?({_UNIT})({_HALF})?(?!\w)(?:(?: and |, | )({_COUNT}) ?({_UNIT})(?!\w))?",
    re.ASCII | re.IGNORECASE,
)
_ALONE = re.compile(rf"(minute|hour|day|week)({_HALF}(?![\w-]))?(?!\w)", re.ASCII | re.IGNORECASE)
_FRACTIONS = {"h": Decimal("0.5"), "q": Decimal("0.25"), "a": Decimal("0.25"), "t": Decimal("0.75")}
_WORDS = {"a": Decimal(1), "an": Decimal(1), "a couple of": Decimal(2), "a few": None}


def duration_at(text: str, at: int, *, alone: bool = False) -> tuple[timedelta, int] | None:
    """How long the words there say, and where they end. `alone`: "hour" is one ("the last hour")."""
    if found := _COMPACT.match(text, at):
        return _seconds(sum(Decimal(count) * _unit(unit) for count, unit in _parts(found[1]))), found.end()
    if found := _FRACTION.match(text, at):
        return _seconds(_FRACTIONS[found[1][0].lower()] * _unit(found[2])), found.end()
    if found := _SPOKEN.match(text, at):
        return _spoken(found)
    if alone and (found := _ALONE.match(text, at)):
        return _seconds((Decimal("1.5") if found[2] else Decimal(1)) * _unit(found[1])), found.end()
    return None


def _parts(text: str) -> list[tuple[str, str]]:
    return [(each[0], each[1]) for each in _PART.findall(text) if each[0].count(".") < 2 and each[0] != "."]


def _spoken(found: re.Match[str]) -> tuple[timedelta, int] | None:
    count = _count(found[1])
    if count is None:
        return None
    half = Decimal("0.5") if found[2] or found[4] else Decimal(0)
    total = (count + half) * _unit(found[3])
    if found[5]:
        more = _count(found[5])
        if more is None or _unit(found[6]) >= _unit(found[3]):
            return _seconds(total), found.end(4) if found[4] else found.end(3)
        total += more * _unit(found[6])
    return _seconds(total), found.end()


def _count(words: str) -> Decimal | None:
    lower = words.lower()
    return _WORDS[lower] if lower in _WORDS else number(lower)


def _unit(word: str) -> int:
    return _SECONDS[word[0].lower()]


def _seconds(count: Decimal | int) -> timedelta:
    return min(timedelta(seconds=float(min(count, Decimal(10**9)))), LONGEST)
