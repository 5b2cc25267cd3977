"""JSON Lines as others write them: one object a line, some lines broken."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

MOST_LINES = 2_000_000


class Lines:
    """The objects of a `.jsonl` file; `unreadable` counts what was no object, `cut` says that there were too many."""

    def __init__(self, content: bytes, most: int = MOST_LINES) -> None:
        self._content = content
        self._most = most
        self.unreadable = 0
        self.cut = False

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(self._content.splitlines()):
            if number >= self._most:
                self.cut = True
                return
            if not line.strip():
                continue
            read = _read(line)
            if isinstance(read, dict):
                yield read
            else:
                self.unreadable += 1

    def left_out(self, what: str) -> str:
        """What could not be used, as words; empty if everything could."""
        return left_out(self.unreadable, what, f"everything after the first {self._most} lines" if self.cut else "")


def _read(line: bytes) -> object:
    """What the line holds, None where it is no JSON.

    Pydantic's reader takes half the time of the standard library's; what it does not take, the latter judges: it knows
    other encodings and halves of surrogate pairs.
    """
    try:
        return from_json(line, cache_strings="keys")
    except ValueError:
        pass
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def left_out(unreadable: int, what: str, more: str = "") -> str:
    """For example "3 log lines that could not be read"."""
    counted = f"{unreadable} {what} that could not be read" if unreadable else ""
    return ", ".join(part for part in (counted, more) if part)


def text(value: object) -> str:
    """A field that should be text: numbers are written out, null and anything nested is empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
