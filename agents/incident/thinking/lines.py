"""Text of few bytes: whole lines in sections, those first that matter most.

The law: a line is there in full or not at all, in UTF-8 the whole never takes more than it may, and the same lines give the
same text. A line is one line, whatever stood in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.incident.words import shortened


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading. Of two sections the one with the lower `rank` gets its lines in first."""

    heading: str
    lines: Sequence[str]
    rank: int


def one_line(text: str, most: int) -> str:
    """The text on one line, cut after a word where it is longer than so many characters."""
    return shortened(" ".join(text.encode("utf-8", "replace").decode().split()), most)


def bounded(sections: Iterable[Section], most_bytes: int) -> str:
    """The sections in their order, without the lines for which there is no room. A section without lines is left out."""
    ordered = list(sections)
    kept: dict[int, list[str]] = {}
    left = most_bytes
    for place, section in sorted(enumerate(ordered), key=lambda one: one[1].rank):
        heading = _size(section.heading)
        for line in section.lines:
            size = _size(line) + (0 if place in kept else heading)
            if size <= left:
                kept.setdefault(place, []).append(line)
                left -= size
    return "".join(f"{line}\n" for place in sorted(kept) for line in (ordered[place].heading, *kept[place]))


def _size(line: str) -> int:
    return len(line.encode()) + 1
