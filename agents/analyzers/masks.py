"""What changes from line to line, masked: the first step to a template, and what keeps raw text out of every summary.

Secrets, addresses and quotations are looked for only in lines that hold a sign of one, and what has digits in it is
judged word by word with a cache: logs repeat themselves. Lines are capped, because one hostile line of 200 kB would cost
seconds; no expression here backtracks over more than a word.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from orchestrator.redaction import redact

ANY = "<*>"
LONGEST = 2000

_ENCODED = re.compile(r"(?<![\w+/=])(?=[A-Za-z+/]*\d)[A-Za-z0-9+/]{60,}={0,2}(?![\w+/=])")
_ANY_MASK = re.compile(r"<(?:[a-z]+|private key|\*)>")
_TELLING_WORD = re.compile(r"[^\W\d_]{2,}")
_URL = re.compile(r"(?<![\w+.-])[A-Za-z][\w+.-]{0,20}://[^\s\"'<>)\]]+")
_QUOTED = re.compile(r"\"[^\"\n]{1,400}\"|(?<!\w)'[^'\n]{1,400}'(?!\w)")
_DATA = re.compile(r"\{[^{}\[\]()]*\}|\([^{}\[\]()=]*=[^{}\[\]()]*\)|\[[^{}\[\](),=]*[,=][^{}\[\]()]*\]")
_DEEPEST_DATA = 6
_PATH = re.compile(r"(?<![\w<./>])/[\w.%~+:@{}*-]+(?:/[\w.%~+:@{}*-]*)*")
_STATUS = re.compile(
    r"\b((?:GET|POST|PUT|PATCH|DELETE|HEAD|HTTP|status|code|returned|answered|responded|with)\b"
    r"(?:[ :=\"]+(?:<\w+>|[A-Za-z]+)){0,2}[ :=\"]+)([1-5])\d\d\b(?![.\d])"
)
_CODE = re.compile(r"[ :=\"][1-5]\d\d\b(?![.\d])")
_SOURCES = (
    "java|kt|scala|groovy|py|go|rs|rb|js|mjs|jsx|ts|tsx|cs|fs|vb|c|cc|cpp|cxx|h|hpp|php|ex|exs|erl|swift|dart|lua|pl"
)
_POSITION = (
    r"(?<![\w.$#:-])(?:[\w$]{1,80}[./]){0,12}"
    rf"(?:[\w$]{{1,80}}\.[A-Za-z_$][\w$]{{0,80}}#|[\w$-]{{1,80}}\.(?:{_SOURCES}):)\d{{1,6}}(?![\w.:]*\d)"
)
_POSITION_WORD = re.compile(_POSITION)
_WITH_DIGIT = re.compile(rf"(?P<position>{_POSITION})|(?<![\w.:+-])[A-Za-z_.:+-]*\d[\w.:+-]*%?")
_WORD_WITH_DIGIT = re.compile(r"(?<!\S)[^\s\d]*\d\S*")

_CLASS = ("1xx", "2xx", "3xx", "4xx", "5xx")
_WHOLE: tuple[tuple[str, "re.Pattern[str]"], ...] = (
    (
        "<time>",
        re.compile(
            r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?|\d\d?:\d\d:\d\d(?:\.\d+)?"
        ),
    ),
    ("<uuid>", re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
    ("<ip>", re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4}")),
    ("<n>", re.compile(r"[-+]?\d+(?:\.\d+)*(?:[eE][-+]?\d+)?(?:%|ns|us|µs|ms|s|m|h|[KMGk]i?B|B)?")),
    ("<hex>", re.compile(r"0x[0-9a-fA-F]+|[0-9a-fA-F]{8,}")),
)
_NUMBER = re.compile(r"(?<![A-Za-z_\d])\d+(?:\.\d+)?")
_ID = re.compile(r"[A-Za-z]{1,3}-?\d[\w-]*|\w*\d{3,}\w*|[A-Za-z0-9]+-[\w-]*\d[\w-]*")
_FEWEST_DIGITS = 2
_SHORTEST_ENCODED = 60
_SHORTEST_VALUE = 12
# What is masked alike whatever its digits are. Digits around an e could be a number with an exponent, and are another mask.
_HEX_ID = re.compile(r"(?=\d*[a-f])(?=[a-f]*\d)(?!\d+e\d+$)[0-9a-f]{16,32}")
_DIGITS_TELL_NOTHING = re.compile(
    r"(?=\D*\d)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{12,32}|(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d(?:[.,]\d+)?Z?"
)
_ZEROS = str.maketrans("abcdef123456789", "0" * 15)


def mask(line: str) -> str:
    """The line with everything replaced that is an id, a time, a number, an address, a quotation or a secret.

    An HTTP status keeps its class, for a request that failed is not the same line as one that did not.
    """
    line = line[:LONGEST]
    if "://" in line:
        line = _URL.sub("<url>", line)
    line = redact(line)
    if '"' in line or "'" in line:
        line = _QUOTED.sub("<text>", line)
    if "/" in line:
        line = _PATH.sub("<path>", line)
    if len(line) >= _SHORTEST_ENCODED and max(map(len, line.split()), default=0) >= _SHORTEST_ENCODED:
        line = _ENCODED.sub("<data>", line)
    if "{" in line or "[" in line or "(" in line:
        line = _without_data(line)
    if _CODE.search(line):
        line = _STATUS.sub(r"\g<1>\g<2>xx", line)
    return " ".join([_masked(piece) for piece in line.split(" ")])


def unvaried(line: str) -> str:
    """The line with one id or time in place of every other of its kind and length, where it stands between spaces.

    `mask` makes the same of it, and for this it has to look at a few hundred lines where thousands were logged: most
    differ only in when they were said and for which request.
    """
    pieces = line[:LONGEST].split(" ")
    return " ".join([_stand_in(piece) if len(piece) >= _SHORTEST_VALUE else piece for piece in pieces])


def position(words: Sequence[str]) -> str:
    """Where in the source code a line was written, as far as its words say it; empty if they do not."""
    for word in words:
        if "#" in word or ":" in word:
            found = _POSITION_WORD.search(word)
            if found:
                return found.group()
    return ""


def without_line_number(text: str) -> str:
    """The text with the file or class that it was written in, and no number of a line in it: any edit changes those."""
    return _POSITION_WORD.sub(lambda found: found.group().rstrip("0123456789"), text)


def telling_words(template: str) -> int:
    """How many words a template has left that are no mask."""
    return len(_TELLING_WORD.findall(_ANY_MASK.sub(" ", template)))


def _without_data(line: str) -> str:
    """What a program prints of its values (lists, maps, `Point(x=1)`) is data, from the innermost bracket outwards."""
    for _ in range(_DEEPEST_DATA):
        shorter = _DATA.sub("<data>", line)
        if shorter == line:
            break
        line = shorter
    return line


@lru_cache(maxsize=65536)
def _stand_in(piece: str) -> str:
    if _HEX_ID.fullmatch(piece):
        return "a".ljust(len(piece), "0")
    return piece.translate(_ZEROS) if _DIGITS_TELL_NOTHING.fullmatch(piece) else piece


@lru_cache(maxsize=65536)
def _masked(piece: str) -> str:
    """What stands between two spaces: programs say the same again and again, and looking it up is faster."""
    return _WORD_WITH_DIGIT.sub(_without_values, piece)


def _without_values(word: "re.Match[str]") -> str:
    return _WITH_DIGIT.sub(_replaced, word.group())


def _replaced(found: "re.Match[str]") -> str:
    return found["position"] or _word(found.group())


@lru_cache(maxsize=65536)
def _word(word: str) -> str:
    if word.rstrip(".:") in _CLASS:
        return word
    whole = _whole(word)
    if whole:
        return whole
    end = word[len(word.rstrip(".:+-")) :]
    parts = word.removesuffix(end).split(":")
    return ":".join(_whole(part) or _NUMBER.sub("<n>", part) for part in parts) + end


def _whole(word: str) -> str:
    for name, pattern in _WHOLE:
        if pattern.fullmatch(word):
            return name
    return "<id>" if sum(map(str.isdigit, word)) >= _FEWEST_DIGITS and _ID.fullmatch(word) else ""
