"""How a lookup's answer is written: lines that fit, and what did not is said. Everything in it is data, masked, on one line."""

from collections.abc import Iterable, Sequence

from orchestrator.model import Asked, Window
from orchestrator.redaction import redact

MOST_BYTES = 2_000
LONGEST_LINE = 300
_ROOM = 80


def fitted(lines: Iterable[str], *, cut: str = "lines") -> str:
    """As many lines as two kilobytes hold, from the first on; how many are missing stands at the end."""
    told = list(lines)
    kept: list[str] = []
    size = 0
    for line in told:
        size += len(line.encode()) + 1
        if size > MOST_BYTES - _ROOM:
            break
        kept.append(line)
    missing = len(told) - len(kept)
    return "\n".join([*kept, f"(cut: {missing} more {cut})"] if missing else kept)


def safe(text: str, most: int = LONGEST_LINE) -> str:
    """What a program wrote, as it may be shown: no secrets, no control characters, one line, not too long."""
    plain = "".join(each if each.isprintable() else " " for each in redact(text, 4 * most))
    plain = " ".join(plain.split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def said(window: Window) -> str:
    """A window in UTC: "13:00–14:30", with the day where it is not one day."""
    start, end = window.start, window.end
    if start.date() == end.date():
        return f"{start:%H:%M}–{end:%H:%M}"
    return f"{start:%Y-%m-%d %H:%M}–{end:%Y-%m-%d %H:%M}"


def nothing(what: str, asked: Asked, window: Window, near: Sequence[str] = ()) -> str:
    """That there is nothing, and what was searched."""
    left_out = f" Not read: {safe(asked.left_out)}." if asked.left_out else ""
    hint = f" There are: {', '.join(near)}." if near else ""
    what = safe(what)
    return f"Nothing there: {what}. Searched {asked.source} ({safe(asked.query, 160)}), {said(window)} UTC.{left_out}{hint}"


def partly(asked: Asked) -> list[str]:
    """That a source did not tell all, where that is so."""
    return [f"(not read: {safe(asked.left_out)})"] if asked.left_out else []
