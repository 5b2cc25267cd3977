"""How figures, times and names are said: in one place, in words somebody understands who doesn't know the system."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from agents.analyzers.seasons import Season
from agents.analyzers.words import vocabulary

FEW_NAMES = 4
SAID_OF_AN_ID = 8
_HEX_ID = re.compile(r"(?<![\w-])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{12,64}(?![\w-])")
_UNIT_WORDS = vocabulary("pct percent percentage ratio ms millis milliseconds seconds sec s bytes mb mi mib rate")


def clock(at: float | datetime) -> str:
    """The time of day in UTC: 14:01, or 14:01:30 where the seconds matter."""
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    moment = moment.astimezone(UTC)
    return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")


def figure(value: float, unit: str = "") -> str:
    """A number with two or three telling digits and its unit; bytes, seconds and ratios in the unit that reads best."""
    if unit == "B":
        return _scaled(value, 1024.0, ("B", "KiB", "MiB", "GiB", "TiB"))
    if unit == "ratio":
        return percent(value)
    if unit == "s" and 0 < abs(value) < 1:
        return figure(value * 1000, "ms")
    if unit == "ms" and abs(value) >= 10_000:
        return figure(value / 1000, "s")
    space = "" if unit in ("", "/s") else " "
    return f"{_digits(value)}{space}{unit}"


def before(season: Season) -> str:
    """On which earlier days it was so too, as the rest of a sentence; "" where on none."""
    if not season.days:
        return ""
    days = "yesterday" if season.days == (1,) else f"{listed([str(each) for each in season.days])} days ago"
    return f"; usual at this time: also {days}" if season.habit else f"; also at this time {days}"


def listed(names: Sequence[str]) -> str:
    """The names in a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def percent(share: float) -> str:
    """A share as a percentage."""
    value = share * 100
    return f"{_digits(value)} %"


def _scaled(value: float, factor: float, units: Sequence[str]) -> str:
    step = 0
    while abs(value) >= factor and step < len(units) - 1:
        value, step = value / factor, step + 1
    return f"{_digits(value)} {units[step]}"


def _digits(value: float) -> str:
    if not math.isfinite(value):
        return "unknown"
    size = abs(value)
    if size >= 100 or value == round(value, 0):
        return f"{round(value) + 0:d}"
    if size >= 10:
        return f"{value:.1f}".removesuffix(".0")
    if size >= 0.01:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{value:.2g}"


def plain(metric: str, peer: str = "") -> str:
    """A metric's name as words, without the unit that stands behind the value and the peer that is said apart."""
    text = metric.replace(peer, " ") if peer else metric
    parts = [part for part in text.replace("_", " ").split() if part.lower() not in _UNIT_WORDS]
    return " ".join(parts) or metric


def quoted(template: str, most: int = 160) -> str:
    """A log template between quotation marks, cut where it gets long."""
    return f"“{shortened(template, most)}”"


def shortened(text: str, most: int) -> str:
    """The text, cut after a word where it is longer than that."""
    if len(text) <= most:
        return text
    cut = text[:most].rsplit(" ", 1)[0] if " " in text[most // 2 : most] else text[: most - 1]
    return cut.rstrip(" ,:;-|") + "…"


def short_ids(text: str) -> str:
    """The text with long ids of commits as people say them: by their first eight digits."""
    return _HEX_ID.sub(lambda found: found.group()[:SAID_OF_AN_ID], text)


def many(names: Sequence[str], what: str, at_most: int = FEW_NAMES) -> str:
    """A few names by name, and more than that by their number: "a, b", "1 link", "7 links"."""
    if len(names) <= at_most:
        return ", ".join(names)
    return f"{len(names)} {what}{'s' if len(names) > 1 else ''}" if names else ""
