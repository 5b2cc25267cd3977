"""How grave a log line is: by its level, or by its words where it has none. And what can become of a template."""

import re
from enum import StrEnum

_ERRORS = ("ERROR", "FATAL", "CRITICAL", "SEVERE", "PANIC", "EMERG", "ALERT", "ERR", "CRIT")
_GRAVE = re.compile(
    r"\b(?:ERROR|FATAL|CRITICAL|SEVERE|PANIC|EMERG|ALERT)\b|(?i:\b\w*exception\b|\btraceback\b|\bpanic:)"
)
_WARNING = re.compile(
    r"\bWARN(?:ING)?\b|(?i:\b(?:fail(?:ed|ure|s)?|timed? ?out|timeout|refused|rejected|cannot|could not|unable|denied)\b)"
)


class Trend(StrEnum):
    """What became of a template."""

    NEW = "new"
    RISING = "rising"
    FALLING = "falling"
    GONE = "gone"


class Gravity(StrEnum):
    """Errors say that something went wrong, warnings that it may."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


def gravity(level: str, text: str) -> Gravity:
    """How grave a line of that level and text is."""
    said = level.upper()
    if said in _ERRORS:
        return Gravity.ERROR
    if said.startswith("WARN"):
        return Gravity.WARNING
    if _GRAVE.search(text):
        return Gravity.ERROR
    return Gravity.WARNING if _WARNING.search(text) else Gravity.INFO
