"""One point in time as it stands behind since= or in a form, and the rules that every such point has to keep. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from orchestrator.errors import ParameterExtractionError
from orchestrator.parameters.durations import duration_at
from orchestrator.parameters.moments import Spoken, no_time, resolved, spoken_at

MOST_DAYS = 90
MOST_PAST = timedelta(days=MOST_DAYS)
ROUGHLY = r"(?:(?:about|around|approximately|approx\.?|roughly|at|ca\.?|circa|exactly|just|maybe|like)\s+|~\s?)*"
FREE = r"(?<![\w=./-])"
"""Where words begin that are no part of a name, a path or a value."""
LAST = re.compile(
    r"(?<![\w=./-])(?:(?:for|in|over|during|within|since) )?(?:about )?(?:the )?(?:last|past) (?:about |~)?",
    re.IGNORECASE,
)
AGO = re.compile(r"\s(?:ago|back|earlier)(?!\w)", re.IGNORECASE)
_BEFORE = re.compile(r"(?:the )?(?:last|past) |(?:(?:T|now)\s?)?[-−]\s*", re.IGNORECASE)
_HOURS = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d\s?(?:hrs?|hours)(?!\w)", re.ASCII | re.IGNORECASE)
"""0915 hrs is a quarter past nine, not five weeks."""
_EPOCH = re.compile(r"(?P<seconds>1\d{9})(?:\d{3})?(?![\w.]\w|\w)", re.ASCII)
"""Seconds since 1970, or milliseconds, between 2001 and 2033."""


@dataclass(frozen=True, slots=True)
class Here:
    """When and where it is said."""

    now: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Read:
    """A moment that was read until `end`, and its parts where those were a clock's or a calendar's."""

    moment: datetime
    end: int
    said: Spoken | None = None


def moment_at(text: str, at: int, field: str, here: Here) -> Read | None:
    """A moment, or how long ago it was, that begins there. Raises ParameterExtractionError for a time that is none."""
    before = _BEFORE.match(text, at)
    lasted = None if _HOURS.match(text, at) else duration_at(text, before.end() if before else at, alone=bool(before))
    if lasted:
        ago = AGO.match(text, lasted[1])
        return Read(here.now - lasted[0], ago.end() if ago else lasted[1])
    if epoch := _EPOCH.match(text, at):
        return Read(datetime.fromtimestamp(int(epoch["seconds"]), UTC), epoch.end())
    said = spoken_at(text, at, field)
    if said is None:
        return None
    try:
        moment = resolved(said, here.now, here.zone)
    except OverflowError:
        raise no_time(field, text[at : said.end]) from None
    return Read(moment, said.end, said) if moment else None


def allowed(field: str, said: str, moment: datetime, now: datetime) -> datetime:
    """The moment, if trouble can have begun or ended then. Raises ParameterExtractionError."""
    example = f"{field}=14:00 or {field}=30m"
    if moment > now:
        raise ParameterExtractionError(field, said, "must not lie in the future", example)
    if moment < now - MOST_PAST:
        raise ParameterExtractionError(field, said, f"must not lie more than {MOST_DAYS} days ago", example)
    return moment


def parse_since(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """`14:00` in `zone` (yesterday's where that is still to come), `14:00Z`, `30m`, `2h ago`, or ISO 8601. In UTC.

    Raises ParameterExtractionError for anything else, for the future, and for more than 90 days ago.
    """
    return _parse_moment("since", text, now, zone)


def parse_until(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """When trouble ended, in the same words as `parse_since`: for an incident that is over. In UTC."""
    return _parse_moment("until", text, now, zone)


def _parse_moment(field: str, text: str, now: datetime, zone: tzinfo) -> datetime:
    said = text.strip()
    found = moment_at(said, 0, field, Here(now, zone))
    if found is None or found.end != len(said):
        raise no_time(field, text)
    return allowed(field, text, found.moment, now)
