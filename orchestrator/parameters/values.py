"""One parser for each kind of value. Each returns the value or raises ParameterExtractionError; forms use them too."""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal

from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Severity

MOST_BUDGET = Decimal(1000)
MOST_NAMES = 50
MOST_NAME = 100
MOST_PAST = timedelta(days=90)

_AMOUNT = re.compile(r"(-?)\$?\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*\$?", re.ASCII)
_AGO = re.compile(
    r"-?\s*([0-9]{1,6})\s*(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?)(?:\s+ago)?",
    re.ASCII | re.IGNORECASE,
)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?(z?)", re.ASCII | re.IGNORECASE)
A_MOMENT = rf"(?:{_AGO.pattern}|{_CLOCK.pattern})"
"""An expression for a time as it may stand within a sentence; `parse_since` reads what it finds."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SEVERITIES = {
    "critical": Severity.SEV1,
    "high": Severity.SEV2,
    "major": Severity.SEV2,
    "medium": Severity.SEV3,
    "moderate": Severity.SEV3,
    "low": Severity.SEV4,
    "minor": Severity.SEV4,
    "unknown": Severity.UNKNOWN,
    **dict.fromkeys(("p0", "sev0", "sev-0"), Severity.SEV1),
    **{f"{letter}{n}": Severity(f"SEV{n}") for letter in ("p", "sev", "sev-") for n in (1, 2, 3, 4)},
}


def parse_budget(text: str) -> Decimal:
    """Dollars: `10`, `$2.50`. More than 0 and at most MOST_BUDGET."""
    example = "budget=10"
    found = _AMOUNT.fullmatch(text.strip())
    if not found:
        raise ParameterExtractionError("budget", text, "must be an amount of dollars", example)
    amount = Decimal(found.group(2))
    if found.group(1) or amount <= 0:
        raise ParameterExtractionError("budget", text, "must be more than $0", example)
    if amount > MOST_BUDGET:
        raise ParameterExtractionError("budget", text, f"must be at most ${MOST_BUDGET}", example)
    return amount


def parse_severity(text: str) -> Severity:
    """SEV1, P1 and critical mean the same."""
    found = _SEVERITIES.get(text.strip().lower())
    if found is None:
        raise ParameterExtractionError(
            "severity", text, "must be SEV1 to SEV4, P1 to P4, critical, high, medium or low", "severity=SEV2"
        )
    return found


def parse_names(field: str, text: str) -> tuple[str, ...]:
    """Names separated by commas, each once, in the order given."""
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    example = f"{field}=checkout,payments" if field == "services" else f"{field}=application,database"
    if not names:
        raise ParameterExtractionError(field, text, "must name at least one", example)
    if len(names) > MOST_NAMES or any(len(name) > MOST_NAME for name in names):
        rule = f"must be at most {MOST_NAMES} names of {MOST_NAME} characters"
        raise ParameterExtractionError(field, text[:80], rule, example)
    return names


def parse_since(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """`14:00` in `zone` (yesterday's where that is still to come), `14:00Z`, `30m`, `2h ago`, or ISO 8601. In UTC.

    Raises ParameterExtractionError for anything else, for the future, and for more than 90 days ago.
    """
    return _parse_moment("since", text, now, zone)


def parse_until(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """When trouble ended, in the same words as `parse_since`: for an incident that is over. In UTC."""
    return _parse_moment("until", text, now, zone)


def _parse_moment(field: str, text: str, now: datetime, zone: tzinfo) -> datetime:
    moment = _ago(text, now) or _clock(text, now, zone) or _iso(text, zone)
    example = f"{field}=14:00 or {field}=30m"
    if moment is None:
        raise ParameterExtractionError(field, text, "must be a time such as 14:00, 30m or 2026-03-14T14:00Z", example)
    if moment > now:
        raise ParameterExtractionError(field, text, "must not lie in the future", example)
    if moment < now - MOST_PAST:
        raise ParameterExtractionError(field, text, "must not lie more than 90 days ago", example)
    return moment


def _ago(text: str, now: datetime) -> datetime | None:
    found = _AGO.fullmatch(text.strip())
    if not found:
        return None
    unit = _UNITS[found.group(2)[0].lower()]
    return now - min(timedelta(**{unit: int(found.group(1))}), MOST_PAST * 2)


def _clock(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """The last time a clock in `zone` showed that; where it was put back in the night it shows some times twice."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return None
    where = UTC if found.group(4) else zone
    hour, minute, second = (int(part or 0) for part in found.group(1, 2, 3))
    wanted = time(hour, minute, second)
    days = (now.astimezone(where).date() - timedelta(days=back) for back in (0, 1, 2))
    shown = (datetime.combine(day, wanted.replace(fold=fold), where).astimezone(UTC) for day in days for fold in (0, 1))
    return max((each for each in shown if each <= now and each.astimezone(where).time() == wanted), default=None)


def _iso(text: str, zone: tzinfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None
