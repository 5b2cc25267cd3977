"""A chat thread in the terminal, as it grows: new messages whole, of an edited one only the lines that are new."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from bot.terminal.entries import DIM, LABEL, STRONG
from bot.terminal.safe import safe

_BOLD = re.compile(r"(?<![\w*])\*(\S(?:[^*]{0,400}\S)?)\*(?![\w*])")
_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Post:
    """A message as a person reads it: `text` line by line, plain but for Slack's *bold*.

    `ts` names it within its channel (epoch seconds); the same `ts` again is an edit. `thread_ts` names the parent of a
    reply, and is empty for everything else.
    """

    author: str
    text: str
    ts: str
    thread_ts: str = ""


class ThreadPrinter:
    """Prints posts. Remembers what it printed of each, so that an edit shows what changed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[str, tuple[str, ...]] = {}

    def show(self, post: Post) -> None:
        """Print a new message, or what an edit brought. An edit that brought nothing new prints nothing."""
        lines = tuple(safe(line).rstrip() for line in post.text.splitlines() if line.strip() and line.strip() != _FENCE)
        before = self._shown.get(post.ts)
        self._shown[post.ts] = lines
        new = lines if before is None else tuple(line for line in lines if line not in before)
        if not new:
            return
        margin = "    " if post.thread_ts and post.thread_ts != post.ts else ""
        edited = "" if before is None else ", edited"
        head = Text(f"{margin}{safe(post.author)}", style=LABEL)
        head.append(f"  {_time(post.ts)}{edited}", style=DIM)
        self._console.print(head)
        for line in new:
            self._console.print(Text(f"{margin}  ").append_text(_emphasised(line)))


def _emphasised(line: str) -> Text:
    """Slack's *bold* in bold, without its asterisks."""
    text, end = Text(), 0
    for found in _BOLD.finditer(line):
        text.append(line[end : found.start()]).append(found[1], style=STRONG)
        end = found.end()
    return text.append(line[end:])


def _time(ts: str) -> str:
    try:
        return f"{datetime.fromtimestamp(float(ts), tz=UTC):%H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return ""
