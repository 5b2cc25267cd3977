"""Time zones as people write them behind a clock time. Pure.

The law: a zone that is not known, or that is several (IST, CST), is refused, never guessed. Abbreviations are offsets: EST
is five hours behind UTC in summer too, which is what the person who writes EDT knows.
"""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestrator.errors import ParameterExtractionError

_OFFSETS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9,
    "AKDT": -8, "HST": -10, "JST": 9, "KST": 9, "SGT": 8, "HKT": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_PLACES = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_IN_ANY_CASE = {"utc", "gmt", "z", "cet", "cest", "edt", "pdt", "pst"}
"""The others in lower case are words of some language: est, eet, west."""
_AHEAD = re.compile(r"(?:\s?(?:UTC|GMT)([+-])|(\+))(\d{1,2})(?::?(\d{2}))?(?![\d:])", re.ASCII | re.IGNORECASE)
_BEHIND = re.compile(r"()(-)(\d{2}):?(\d{2})(?![\d:])", re.ASCII)
"""Only behind a date: in 14:05-14:30 it is the end of a window."""
_PLACE = re.compile(r"\s\(?([A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_-]+){1,2})\)?", re.ASCII)
_SHORT = re.compile(r"\s?\(?([A-Za-z]{1,5})\)?(?![A-Za-z0-9_/=-])", re.ASCII)
_IN = re.compile(rf"\sin (?=(?:{'|'.join(each for each in _OFFSETS if len(each) > 2)}|IST|CST|ET)(?![\w/-]))")
"""14:00 in UTC; in PT is as likely in Portugal."""
_END = re.compile(r"\s*(?:$|[\x00,;.!?)\n])")
_FURTHEST = 14


def zone_behind(text: str, at: int, field: str, *, dated: bool = False) -> tuple[tzinfo | None, int]:
    """The zone that stands there, and where it ends; None where none does. Raises ParameterExtractionError."""
    if found := _AHEAD.match(text, at) or (_BEHIND.match(text, at) if dated else None):
        return _ahead(found, field), found.end()
    if said := _IN.match(text, at):
        at = said.end() - 1
    if found := _PLACE.match(text, at):
        return _place(found[1], field), found.end()
    found = _SHORT.match(text, at)
    if not found or (not text[at : at + 1].isspace() and found[1].upper() not in ("Z", "UTC", "GMT")):
        return None, at
    word = found[1]
    if (word.isupper() or word.lower() in _IN_ANY_CASE) and word.upper() in _OFFSETS:
        hours = _OFFSETS[word.upper()]
        return (timezone(timedelta(hours=hours)) if hours else UTC), found.end()
    if word in _PLACES:
        return _place(_PLACES[word], field), found.end()
    if _looks_like_one(word, text, found.end()):
        raise _unknown(field, word)
    return None, at


def _looks_like_one(word: str, text: str, end: int) -> bool:
    """Capitals that end as zones do, or end the sentence. SEV2 and DB errors are none."""
    if len(word) < 3 or not word.isupper() or text.isupper():
        return False
    return word.endswith(("ST", "DT")) or bool(_END.match(text, end))


def _ahead(found: re.Match[str], field: str) -> tzinfo:
    hours, minutes = int(found[3]), int(found[4] or 0)
    if hours > _FURTHEST or minutes > 59:
        raise _unknown(field, found[0].strip())
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if "-" in (found[1], found[2]) else ahead)


@cache
def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _place(name: str, field: str) -> tzinfo:
    zone = _zone(name)
    if zone is None:
        raise _unknown(field, name)
    return zone


def _unknown(field: str, word: str) -> ParameterExtractionError:
    rule = "must be in a zone that is known and only one, such as UTC, CET, UTC+2 or Europe/Berlin"
    return ParameterExtractionError(field, word, rule, f"{field}=14:00 UTC")
