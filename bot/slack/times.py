"""Moments, durations and money as people read them. Always with UTC, so that nobody has to guess whose 14:02 is meant."""

from datetime import UTC, datetime
from decimal import Decimal

from orchestrator.model import spent_of


def clock(moment: datetime, near: datetime, *, seconds: bool = False) -> str:
    """ "14:02 UTC", or "14 Mar 14:02 UTC" where `near` is another day; the year too where that differs."""
    return f"{_bare(moment, near, seconds)} UTC"


def bare_clock(moment: datetime) -> str:
    """ "14:02:30", where UTC is said beside it."""
    return f"{moment.astimezone(UTC):%H:%M:%S}"


def span(start: datetime, end: datetime, near: datetime) -> str:
    """ "13:02–14:02 UTC", with the day where `near` is another one."""
    return f"{_bare(start, near, False)}–{_bare(end, start, False)} UTC"


def local(moment: datetime) -> str:
    """The same moment on the clock of whoever reads, which only Slack knows; UTC where it cannot."""
    utc = moment.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{{time}} your time|{utc:%H:%M} UTC>"


def duration(seconds: float) -> str:
    """ "0.4 s", "18 s", "1 min 5 s"."""
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def of_budget(spent: Decimal, limit: Decimal) -> str:
    """ "$0.40 of $10.00"."""
    return spent_of(spent, limit)


def _bare(moment: datetime, near: datetime, seconds: bool) -> str:
    moment, near = moment.astimezone(UTC), near.astimezone(UTC)
    time = f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
    if moment.date() == near.date():
        return time
    day = f"{moment.day} {moment:%b}" if moment.year == near.year else f"{moment.day} {moment:%b %Y}"
    return f"{day} {time}"
