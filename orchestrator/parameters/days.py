"""Days as people say them: yesterday, this morning, last night, Thursday, March 12, 12 March 2026, 2026-03-12. Pure."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from orchestrator.errors import ParameterExtractionError

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{each[:3]}(?:{each[3:]})?" if len(each) > 3 else each for each in _MONTHS).replace(
    "sep(?:", "sept?(?:"
)
_ORDINAL = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? (?P<year>20\d{2}))?"
_RELATIVE = re.compile(
    r"(?:the )?(?P<name>day before yesterday|yesterday|today|tomorrow)(?: (?P<part>morning|afternoon|evening|night))?(?!\w)"
    r"|(?:earlier )?(?P<this>this|last) (?P<of>morning|afternoon|evening|night)(?!\w)|(?P<tonight>tonight)(?!\w)",
    re.ASCII | re.IGNORECASE,
)
_WEEKDAY = re.compile(
    rf"(?:(?P<last>last )|on )?(?P<name>{'|'.join(_WEEKDAYS)}|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)(?!\w)"
    r"(?: (?P<part>morning|afternoon|evening|night)(?!\w))?",
    re.ASCII | re.IGNORECASE,
)
_DATE = re.compile(
    rf"(?:on )?(?:the )?(?:(?P<month>{_MONTH})\.? {_ORDINAL}(?!\w){_YEAR}|{_ORDINAL.replace('day', 'day2')} (?:of )?"
    rf"(?P<month2>{_MONTH})(?!\w){_YEAR.replace('year', 'year2')})",
    re.ASCII | re.IGNORECASE,
)
_MONTH_ALONE = re.compile(
    rf"(?:(?P<last>last )?(?P<month>{_MONTH})(?:,? (?P<year>20\d{{2}}))?|last year)(?=\s*(?:$|[,;.!?)\n\x00–—]))",
    re.ASCII | re.IGNORECASE,
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(20\d{2}))?(?![\w/])", re.ASCII)
"""3/13 and 13/3 are one day; 3/4 may be two, and is none."""
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?=\D|$)", re.ASCII)
_PARTS = {"morning": time(6), "afternoon": time(12), "evening": time(18), "night": time(22)}
_NOON, _DUSK = time(12), 6


@dataclass(frozen=True, slots=True)
class Day:
    """A day, said so until `end`: so many days from today, a weekday or a date, and which `part` of it."""

    end: int
    back: int | None = None
    weekday: int | None = None
    before_today: bool = False
    on: date | None = None
    month_day: tuple[int, int] | None = None
    last_year: bool = False
    part: str = ""

    @property
    def begins(self) -> time:
        """When what was said of it begins."""
        return _PARTS[self.part] if self.part else time()

    def is_late(self, hour: int) -> bool:
        """Whether an hour that is said of it as on a dial is one after noon: 3:15 this afternoon, 11 last night."""
        return self.part in ("afternoon", "evening") or (self.part == "night" and hour >= _DUSK)

    def dates(self, today: date, at: time) -> list[date]:
        """The dates that may be meant, where it is `today` and `at` is the time of day."""
        if self.on is not None:
            return [self.on]
        if self.last_year:
            return [date(today.year - 1, 1, 1)]
        if self.month_day is not None:
            dates = [each for year in (today.year - 1, today.year) if (each := _date(year, *self.month_day))]
            return [
                each for each in dates if not self.before_today or (each.year, each.month) != (today.year, today.month)
            ]
        if self.weekday is not None:
            back = (today.weekday() - self.weekday) % 7 or (7 if self.before_today else 0)
            return [today - timedelta(days=back), today - timedelta(days=back + 7)]
        back = self.back or 0
        return [today - timedelta(days=back - (1 if self.part == "night" and back and at < _NOON else 0))]


def day_at(text: str, at: int, field: str) -> Day | None:
    """The day whose words begin there. Raises ParameterExtractionError for one that no calendar has."""
    if found := _RELATIVE.match(text, at):
        return _relative(found)
    if found := _WEEKDAY.match(text, at):
        number = next(at for at, each in enumerate(_WEEKDAYS) if each.startswith(found["name"].lower()[:3]))
        return Day(found.end(), weekday=number, before_today=bool(found["last"]), part=(found["part"] or "").lower())
    if found := _DATE.match(text, at):
        return _dated(found, field)
    if found := _MONTH_ALONE.match(text, at):
        return _month(found)
    if found := _SLASHED.match(text, at):
        return _slashed(found)
    if found := _ISO.match(text, at):
        on = _date(*(int(each) for each in found.groups()))
        if on is None:
            raise _no_day(field, found[0])
        return Day(found.end(), on=on)
    return None


def _relative(found: re.Match[str]) -> Day:
    if found["tonight"]:
        return Day(found.end(), back=0, part="evening")
    if found["this"]:
        return Day(found.end(), back=int(found["this"].lower() == "last"), part=found["of"].lower())
    name = found["name"].lower()
    back = {"day before yesterday": 2, "yesterday": 1, "today": 0, "tomorrow": -1}[name]
    return Day(found.end(), back=back, part=(found["part"] or "").lower())


def _dated(found: re.Match[str], field: str) -> Day:
    month = (found["month"] or found["month2"])[:3].lower()
    number = next(at for at, each in enumerate(_MONTHS, 1) if each.startswith(month))
    day, year = int(found["day"] or found["day2"]), found["year"] or found["year2"]
    on = _date(int(year or 2024), number, day)
    if on is None:
        raise _no_day(field, found[0])
    return Day(found.end(), on=on) if year else Day(found.end(), month_day=(number, day))


def _month(found: re.Match[str]) -> Day:
    """A month, or a year, begins on its first day."""
    if not found["month"]:
        return Day(found.end(), last_year=True)
    number = next(at for at, each in enumerate(_MONTHS, 1) if each.startswith(found["month"][:3].lower()))
    if found["year"]:
        return Day(found.end(), on=date(int(found["year"]), number, 1))
    return Day(found.end(), month_day=(number, 1), before_today=bool(found["last"]))


def _slashed(found: re.Match[str]) -> Day | None:
    first, second, year = int(found[1]), int(found[2]), found[3]
    month, day = sorted((first, second))
    on = _date(int(year or 2024), month, day)
    if on is None or (first != second and day <= len(_MONTHS)):
        return None
    return Day(found.end(), on=on) if year else Day(found.end(), month_day=(month, day))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _no_day(field: str, said: str) -> ParameterExtractionError:
    return ParameterExtractionError(field, said, "must be a day that there is", f"{field}=14:00 or {field}=30m")
