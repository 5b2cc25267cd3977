"""The pages of the documentation, cut into what can be run."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its language and its text."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    return [Block(language, text) for language, text in _FENCE.findall(page.read_text(encoding="utf-8"))]


def commands(page: Path) -> Iterator[str]:
    """Every line of a console block that somebody is told to type."""
    for block in blocks(page):
        if block.language == "console":
            yield from (line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ "))
