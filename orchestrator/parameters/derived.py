"""Whether words can say what a model says that it read in them. Pure.

The law: a model may be wrong, or taken in by the text. A time, an amount, a severity, a mode and agents are only taken from it
where the words that it names state just that, by the grammar's own rules or by the words of other languages that are known
here; what they cannot say is dropped. Services alone are taken as it says: which is meant takes somebody who understands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any

from orchestrator.model import Severity
from orchestrator.parameters import tongues
from orchestrator.parameters.known import Known
from orchestrator.parameters.numbers import SPOKEN, spoken

_DIGITS = r"\d{1,6}(?:\.\d{1,2})?"
_DAYS = 2
NEAR_BEFORE, NEAR_BEHIND = 25, 10
_SAME = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Cited:
    """Words that a model names, when and where they were written, and what was known then."""

    words: str
    now: datetime
    zone: tzinfo
    known: Known

    def can_say(self, field: str, value: Any) -> bool:
        """Whether these words state that `field`, an option's name, is `value`."""
        said = tongues.folded(self.words)
        if field == "budget":
            return value in set(_amounts(said))
        if field in ("since", "until"):
            return any(abs(value - each) < _SAME for each in self._moments(said))
        if field == "severity":
            return _severities(said) == [value]
        if field == "mode":
            return [mode for mode, words in tongues.MODES.items() if any(each in said for each in words)] == [value]
        return field != "agents" or _agents(said, self.known.agents) == set(value)

    def _moments(self, said: str) -> Iterator[datetime]:
        """Every moment that they may mean."""
        yield from _clocks(said, self.now.astimezone(self.zone))
        for count, unit in _durations(said):
            yield self.now - min(float(count) * unit, float(10**9)) * timedelta(seconds=1)
        if re.search(tongues.pattern(tongues.DEPLOY), said):
            yield from (each.at for each in self.known.changes)


def _clocks(said: str, here: datetime) -> Iterator[datetime]:
    """The last time that a clock showed so, in the morning or the afternoon; on the day before where that is said."""
    yesterday = re.search(tongues.pattern(tongues.YESTERDAY), said)
    for found in re.finditer(rf"(?<![\d.:])(\d{{1,2}}){tongues.CLOCKS}(?:\s?(\d{{2}}))?(?!\d)", said):
        hour, minute = int(found[1]), int(found[2] or 0)
        for each in {hour, (hour + 12) % 24 if hour <= 12 else hour}:
            if each > 23 or minute > 59:
                continue
            moment = here.replace(hour=each, minute=minute, second=0, microsecond=0)
            days = range(1, 2) if yesterday else range(_DAYS)
            yield next((at for day in days if (at := moment - timedelta(days=day)) <= here), moment)


def _durations(said: str) -> Iterator[tuple[Decimal, int]]:
    for found in _counted(tongues.pattern(" ".join(tongues.UNITS))).finditer(said):
        unit = next(
            seconds for word, seconds in tongues.UNITS.items() if re.fullmatch(tongues.pattern(word), found["what"])
        )
        yield _number(found["count"]), unit


def _amounts(said: str) -> Iterator[Decimal]:
    """Numbers beside a word of money, before or behind."""
    money = tongues.pattern(tongues.MONEY)
    for found in (*_counted(money).finditer(said), *_behind(money).finditer(said)):
        yield _number(found["count"])


@cache
def _count() -> str:
    return rf"(?P<count>(?<![A-Za-z\d.,:]){_DIGITS}(?![\d:.,]\d)|\b{SPOKEN}\b|{tongues.pattern(' '.join(tongues.NUMBERS))})"


@cache
def _counted(what: str) -> re.Pattern[str]:
    return re.compile(rf"{_count()}[\s-]*(?P<what>{what})")


@cache
def _behind(what: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<what>{what})\w*[^\w.,;]{{0,3}}(?:(?:is|to|of|von|de|di|van|:|=)\s)?{_count()}")


def _number(text: str) -> Decimal:
    if text[0].isdigit():
        return Decimal(text)
    for word, value in tongues.NUMBERS.items():
        if re.fullmatch(tongues.pattern(word), text):
            return value
    return Decimal(spoken(text))


def _severities(said: str) -> list[Any]:
    """Those that they state, and not deny."""
    beside = re.search(tongues.pattern(tongues.HOW_BAD), said)
    stated = [
        severity
        for severity, words in tongues.SEVERITIES.items()
        for found in re.finditer(tongues.pattern(words), said)
        if not _denied(said, found)
    ]
    return list(dict.fromkeys(each for each in stated if beside or each == Severity.SEV1))


def _denied(said: str, found: re.Match[str]) -> bool:
    before, after = said[: found.start()][-NEAR_BEFORE:], said[found.end() :][:NEAR_BEHIND]
    return bool(re.search(tongues.pattern(tongues.NOT), f"{before} {after}"))


def _agents(said: str, known: Sequence[str]) -> set[str]:
    """Those that they name, where they say that others are not to look."""
    if not re.search(tongues.pattern(tongues.ONLY), said) or re.search(tongues.pattern(tongues.NOT), said):
        return set()
    return {each for each in known if re.search(tongues.pattern(tongues.AGENTS.get(each, each.casefold())), said)}
