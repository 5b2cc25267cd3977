"""A moment as people say it: 14:00, 2:20 pm, quarter past two, yesterday at 23:50, Thursday 18:00, 12 March, 8:00. Pure.

The law: a clock time without a day is the last one that a clock there showed; with a day it is that day's, also where that
lies ahead, so that it can be refused. Words that say when but name no moment (25:00, 30 February) are refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from orchestrator.errors import ParameterExtractionError
from orchestrator.parameters.days import Day, day_at
from orchestrator.parameters.numbers import SPOKEN, spoken
from orchestrator.parameters.zones import zone_behind

_HALF_DAY = r"(?:\s?(?P<half>[ap])\.?m\.?(?![a-z]))"
_DIGITS = re.compile(
    rf"(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})(?::(?P<second>\d{{2}})(?:\.\d{{1,9}})?)?(?!\d|[:.]\d){_HALF_DAY}?(?![A-Ya-y%])",
    re.ASCII | re.IGNORECASE,
)
_HOUR = re.compile(rf"(?P<hour>\d{{1,2}}){_HALF_DAY}", re.ASCII | re.IGNORECASE)
_WITHOUT_COLON = re.compile(
    r"(\d{2})h(\d{2})(?![\w:%]|\.\d)|([01]\d|2[0-3])([0-5]\d)(?:\s?hrs?(?!\w)|\s?hours(?!\w)|(?=\s?(?:Z|UTC|GMT)(?!\w)))"
    r"|(0\d|1[0-8])([0-5]\d)(?=\s*(?:$|[,;!?)\n\x00]|\.(?!\d)))",
    re.ASCII | re.IGNORECASE,
)
"""13h30, 0915, 1430 hrs; 2024 at the end of a sentence is a year."""
_ISH = re.compile(r"(?P<hour>\d{1,2})[ -]?ish(?!\w)", re.ASCII | re.IGNORECASE)
_WORDED = re.compile(
    rf"(?P<hour>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    rf"(?: (?P<minute>(?:twenty|thirty|forty|fifty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?"
    rf"|ten|eleven|twelve|\w{{3,5}}teen))?(?!\w)(?P<said>{_HALF_DAY})?",
    re.ASCII | re.IGNORECASE,
)
"""One thirty pm, eleven am; a number alone is no time."""
_BARE = re.compile(r"(?P<hour>\d{1,2})(?![\w:.%])", re.ASCII)
_OCLOCK = re.compile(rf"(?P<hour>\d{{1,2}}|{SPOKEN}) o'?\s?clock{_HALF_DAY}?", re.ASCII | re.IGNORECASE)
_PAST = re.compile(
    rf"(?:a )?(?P<some>quarter|half|{SPOKEN}|\d{{1,2}})(?: minutes)? (?P<way>past|to|before|after) "
    rf"(?P<hour>{SPOKEN}|\d{{1,2}})(?![\w:.]){_HALF_DAY}?",
    re.ASCII | re.IGNORECASE,
)
_NAMED = re.compile(r"(noon|midday|midnight)(?!\w)", re.ASCII | re.IGNORECASE)
_JOIN = re.compile(r"(?:T(?=\d)|,? at |,? around |,? about |, | of | on | )", re.IGNORECASE)
_TO_DAY = re.compile(r"(?: on |, | )", re.IGNORECASE)
_OTHER = {"a": "p", "p": "a"}
_MINUTES = {"quarter": 15, "half": 30}


@dataclass(frozen=True, slots=True)
class Clock:
    """What a clock shows; `half` is "a" or "p", "" where nobody said, and then `twelve` says that either may be meant.

    `bare` is a lone number, which is an hour only beside a day or another clock time.
    """

    hour: int
    minute: int = 0
    second: int = 0
    half: str = ""
    twelve: bool = False
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """The parts of a moment that were said, until `end`."""

    end: int
    clock: Clock | None = None
    day: Day | None = None
    zone: tzinfo | None = None

    def like(self, other: "Spoken") -> "Spoken":
        """The same, with what only the other end of a window said: 13:00 and 13:45 UTC are both UTC."""
        clock, later = self.clock, other.clock
        if clock and later and later.half and not clock.half and 1 <= clock.hour <= 12:
            earlier = (clock.hour % 12, clock.minute) < (later.hour % 12, later.minute)
            clock = replace(clock, half=later.half if earlier else _OTHER[later.half], twelve=False)
        return replace(self, clock=clock, day=self.day or other.day, zone=self.zone or other.zone)


def spoken_at(text: str, at: int, field: str, *, bare: bool = False) -> Spoken | None:
    """The moment whose words begin there. `bare`: a lone number is an hour. Raises ParameterExtractionError."""
    day = day_at(text, at, field)
    if day is None:
        return _clock_then_day(text, at, field, bare=bare)
    join = _JOIN.match(text, day.end)
    clock = _clock_at(text, join.end(), field, bare="at" in join[0]) if join else None
    if clock is None:
        return Spoken(day.end, day=day)
    zone, end = zone_behind(text, clock[1], field, dated=day.on is not None)
    return Spoken(end, _of(clock[0], day), day, zone)


def _clock_then_day(text: str, at: int, field: str, *, bare: bool) -> Spoken | None:
    clock = _clock_at(text, at, field, bare=True)
    if clock is None:
        return None
    zone, end = zone_behind(text, clock[1], field)
    join = _TO_DAY.match(text, end)
    day = day_at(text, join.end(), field) if join else None
    if day is None:
        return None if clock[0].bare and not bare else Spoken(end, clock[0], zone=zone)
    return Spoken(day.end, _of(clock[0], day), day, zone)


def _of(clock: Clock, day: Day) -> Clock:
    late = not clock.half and 1 <= clock.hour < 12 and day.is_late(clock.hour)
    if clock.twelve and day.part == "morning":
        return replace(clock, half="a", twelve=False)
    return replace(clock, half="p", twelve=False) if late else clock


def _clock_at(text: str, at: int, field: str, *, bare: bool = False) -> tuple[Clock, int] | None:
    """The time of day that begins there, and where it ends. `bare`: a number alone may be an hour, too."""
    for pattern, read in _FORMS:
        if (found := pattern.match(text, at)) and (clock := read(found)):
            return _checked(clock, found[0], field), found.end()
    if bare and (found := _BARE.match(text, at)) and int(found["hour"]) < 24:
        return Clock(int(found["hour"]), bare=True), found.end()
    return None


def _digits(found: re.Match[str]) -> Clock:
    parts = found.groupdict()
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    return Clock(hour, minute, second, _half(found))


def _named(found: re.Match[str]) -> Clock:
    return Clock(0 if found[1].lower() == "midnight" else 12)


def _hour_said(found: re.Match[str]) -> Clock:
    return _on_dial(_count(found["hour"]), half=_half(found))


def _without_colon(found: re.Match[str]) -> Clock:
    hour, minute = (int(each) for each in found.groups() if each)
    return Clock(hour, minute)


def _worded(found: re.Match[str]) -> Clock | None:
    """One thirty, eleven am; an hour alone in words is none."""
    if not found["minute"] and not found["half"]:
        return None
    return _on_dial(_count(found["hour"]), spoken(found["minute"] or "zero"), half=_half(found))


def _past(found: re.Match[str]) -> Clock:
    """Half past one; whether by day or by night is left open, unless it was said."""
    minutes = _MINUTES.get(found["some"].lower()) or _count(found["some"])
    ahead = found["way"].lower() in ("past", "after")
    hour = _count(found["hour"])
    half = _half(found)
    before = hour - 1 if hour > 1 else 12
    return replace(_on_dial(hour, half=half), hour=hour if ahead else before, minute=minutes if ahead else 60 - minutes)


def _half(found: re.Match[str]) -> str:
    return (found.groupdict().get("half") or "").lower()


def _on_dial(hour: int, minute: int = 0, *, half: str = "") -> Clock:
    """As a dial shows it, where nobody said whether by day or by night."""
    return Clock(hour, minute, half=half, twelve=not half and hour <= 12)


def _count(words: str) -> int:
    return int(words) if words.isdigit() else spoken(words)


def _checked(clock: Clock, said: str, field: str) -> Clock:
    if clock.minute > 59 or clock.second > 59 or clock.hour > 23 or (clock.half and not 1 <= clock.hour <= 12):
        raise no_time(field, said)
    return clock


def no_time(field: str, said: str) -> ParameterExtractionError:
    """The refusal of words that name no moment."""
    example = f"{field}=14:00 or {field}=30m"
    return ParameterExtractionError(field, said, "must be a time such as 14:00, 30m or 2026-03-14T14:00Z", example)


def resolved(said: Spoken, now: datetime, zone: tzinfo, *, after: datetime | None = None) -> datetime | None:
    """That moment in UTC, the last one that is not ahead, or with `after` the first one behind it.

    None where no clock there ever showed it in the last days.
    """
    where = said.zone or zone
    clocks = _wall(said.clock or (said.day.begins if said.day else time()))
    if said.day is None:
        found = [each for wall in clocks for each in _shown(wall, now, where)]
        return max((each for each in found if each <= now), default=None)
    dates = said.day.dates(now.astimezone(where).date(), clocks[0])
    moments = sorted(_at(each, wall, where) for each in dates for wall in clocks)
    if after is not None:
        return next((each for each in moments if each > after), moments[-1])
    return max((each for each in moments if each <= now), default=moments[0])


def next_after(clock: Clock, start: datetime, zone: tzinfo) -> datetime:
    """The first time after `start` that a clock in `zone` shows this."""
    day = start.astimezone(zone).date()
    moments = (_at(day + timedelta(days=ahead), wall, zone) for ahead in (0, 1) for wall in _wall(clock))
    return min(each for each in moments if each > start)


def _wall(clock: Clock | time) -> list[time]:
    if isinstance(clock, time):
        return [clock]
    hour = clock.hour % 12 + (12 if clock.half == "p" else 0) if clock.half else clock.hour
    hours = (hour % 12, hour % 12 + 12) if clock.twelve else (hour,)
    return [time(each, clock.minute, clock.second) for each in hours]


def _at(day: date, wall: time, where: tzinfo) -> datetime:
    return datetime.combine(day, wall, where).astimezone(UTC)


def _shown(wall: time, now: datetime, where: tzinfo) -> list[datetime]:
    """When clocks there showed that; where they were put back in the night they show some times twice, or never."""
    days = (now.astimezone(where).date() - timedelta(days=back) for back in (0, 1, 2))
    shown = (datetime.combine(day, wall.replace(fold=fold), where).astimezone(UTC) for day in days for fold in (0, 1))
    return [each for each in shown if each.astimezone(where).time() == wall]


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Clock | None]], ...] = (
    (_DIGITS, _digits),
    (_HOUR, _digits),
    (_NAMED, _named),
    (_PAST, _past),
    (_OCLOCK, _hour_said),
    (_ISH, _hour_said),
    (_WITHOUT_COLON, _without_colon),
    (_WORDED, _worded),
)
"""How people write a time of day; the first that fits is meant."""
