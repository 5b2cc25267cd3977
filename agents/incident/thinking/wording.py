"""A model's words as people may read them: one line of plain text, without links, mentions, markup or hidden characters.

What a model says is made of what telemetry says, and telemetry may hold anything; nothing of it may ring a phone, look like
a button or lead anywhere.
"""

import re
import unicodedata

_TAG = re.compile(r"<[^<>\n]*>")
_NAMED_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)")
_ADDRESS = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,20}:/\S*|\bmailto:\S+|\bwww\.\S+)", re.IGNORECASE)
_MENTION = re.compile(r"(?<!\w)[@!](?=\w)")
_MARKS = str.maketrans(dict.fromkeys("`*~<>|{}", " "))
_COMMAND = re.compile(
    r"(?<!\S)--?[a-z]|\$\(|\b(?:run|execute|sudo)[\s:]+(?:kubectl|helm|docker|systemctl|terraform|psql|curl|ssh|bash|sh|rm)\b",
    re.IGNORECASE,
)
"""What looks like something to be typed: options, which no sentence has, or a program that is to be run."""
_SPACE_BEFORE = re.compile(r" (?=[,.;:!?](?:\s|$))")


def plain_words(said: str) -> str:
    """The words without all that; "" where nothing is left, or where they were more than one line."""
    if len(said.strip().splitlines()) != 1:
        return ""
    text, cleaner = " ".join(said.split()), ""
    while (cleaner := _cleaned(text)) != text:  # what is taken away may have stood between the halves of a link
        text = cleaner
    return text if any(map(str.isalnum, text)) else ""


def tells_to_run(said: str) -> bool:
    """Whether that is, or holds, a command: people copy those at three in the morning."""
    return bool(_COMMAND.search(said.translate(_MARKS)))


def _cleaned(text: str) -> str:
    shown = "".join(each for each in unicodedata.normalize("NFC", text) if unicodedata.category(each)[0] != "C")
    words = _ADDRESS.sub(" ", _TAG.sub(" ", _NAMED_LINK.sub(r"\1", shown)))
    words = _MENTION.sub("", words).translate(_MARKS)
    return _SPACE_BEFORE.sub("", " ".join(words.split()))
