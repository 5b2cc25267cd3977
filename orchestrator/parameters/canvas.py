"""A text while it is read: what was read is struck out, what somebody else said is covered, and the rest is the title.

The law: readers look at `open`, in which every character stands where it stands in `text`. Nothing is read twice, and
nothing is read out of quotes, code, addresses and quoted lines as if the writer had said it.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from orchestrator.naming.spelling import slip_of

STRUCK, COVERED = "\x00", "\x01"
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})
_INVISIBLE = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]|[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_BLANK = re.compile(r"[^\S\n]+")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://\S+")
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_QUOTED = re.compile(r'(?<![=\w])(?<!=\s)"[^"\n]*"')
_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_NAME = re.compile(r"[`\"]([^`\"=\n]{1,40})[`\"]")
_WORD = re.compile(r"(?<![A-Za-zÀ-ɏ0-9_=/.-])[A-Za-z]{4,14}(?![A-Za-zÀ-ɏ0-9_/-])")
MOST_IN_A_NAME = 3
MOST_TEXT = 4000
"""Characters that are read; the rest is dropped, so that no text takes longer than a quarter of a second."""


def plain(text: str) -> str:
    """The text without what cannot be seen, with straight quotes and single blanks; a lone surrogate is shown as ?."""
    seen = _INVISIBLE.sub(lambda found: "" if found[0] > "\x9f" or found[0][0] == "\x1b" else " ", text)
    words = seen.encode(errors="replace").decode().translate(_STRAIGHT).replace("\r", "\n")
    lines = (_BLANK.sub(" ", line).strip() for line in words.split("\n"))
    return "\n".join(line for line in lines if line)


class Canvas:
    """`vocabulary` are words of the grammar whose slips are mended for the readers; `names` are never mended."""

    def __init__(self, text: str, vocabulary: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        self.text = plain(text[:MOST_TEXT])
        if len(self.text) > 2 and self.text[0] == self.text[-1] == '"' and self.text.count('"') == 2:
            self.text = self.text[1:-1].strip()
        self._mended: list[tuple[int, int]] = [(0, 0)]
        self._names: list[tuple[int, int, str]] = []
        self.open = self._mend(frozenset(vocabulary), frozenset(names))
        self._cover()

    def strike(self, start: int, end: int) -> str:
        """Take these characters of `open` as read. Returns the writer's words."""
        self.open = self.open[:start] + STRUCK * (end - start) + self.open[end:]
        return self.words(start, end)

    def words(self, start: int, end: int) -> str:
        """What the writer wrote there."""
        return self.text[self._there(start) : self._there(end)].strip(" ,;")

    def unread(self) -> str:
        """What was not read, as it was written, what was struck out as STRUCK."""
        left, at = [], 0
        for found in re.finditer(rf"{STRUCK}+", self.open):
            start, end = self._there(found.start()), self._there(found.end())
            left += [self.text[at:start], STRUCK]
            at = end
        return "".join([*left, self.text[at:]])

    @contextmanager
    def names_open(self) -> Iterator[None]:
        """Short names in quotes can be read here, as they only say how something is called."""
        for start, end, written in self._names:
            if self.open[start:end] == COVERED * (end - start):
                self.open = self.open[:start] + written + self.open[end:]
        yield
        for start, end, written in self._names:
            if self.open[start:end] == written:
                self.cover(start, end)

    def _cover(self) -> None:
        """What somebody else said."""
        for pattern in (_FENCED, _ADDRESS, _LINE, _CODE, _QUOTED):
            for found in pattern.finditer(self.open):
                if _NAME.fullmatch(found[0]) and len(found[0].split()) <= MOST_IN_A_NAME:
                    self._names.append((found.start(), found.end(), found[0]))
                self.cover(found.start(), found.end())

    def cover(self, start: int, end: int) -> None:
        """Take these characters as somebody else's. They stay in the title."""
        self.open = self.open[:start] + COVERED * (end - start) + self.open[end:]

    def _mend(self, vocabulary: frozenset[str], names: frozenset[str]) -> str:
        parts, at, shift = [], 0, 0
        for found in _WORD.finditer(self.text):
            word = found[0].lower()
            if word in vocabulary or word in names:
                continue
            meant = slip_of(word, vocabulary, shortest=8)
            if meant is None:
                continue
            parts += [self.text[at : found.start()], meant]
            at = found.end()
            shift += len(meant) - len(word)
            self._mended.append((at + shift, at))
        return "".join([*parts, self.text[at:]])

    def _there(self, position: int) -> int:
        """The place in `text` of a place in `open`."""
        mended, written = next(each for each in reversed(self._mended) if each[0] <= position)
        return written + position - mended
