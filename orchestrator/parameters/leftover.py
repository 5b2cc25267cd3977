"""Which of the words that are left may matter: words of time, money or order that no rule took, and other languages. Pure.

It decides only whether a language model is asked; nothing is set by it.
"""

import re

from orchestrator.parameters.canvas import COVERED, STRUCK
from orchestrator.parameters.extraction import Parameters

_CUES = re.compile(
    r"\b(?:since|until|till|ago|o'?clock|yesterday|tonight|midnight|noon|morning|evening|lunch|dollars?|bucks?|budget|spend|"
    r"severity|parallel|sequential\w*|quarter|(?:half|five|ten|twenty) (?:past|to))\b|\d{1,2}:\d{2}|\$\s?\d",
    re.IGNORECASE,
)
_OF_OTHER_LANGUAGES = re.compile(
    r"(?<!\w)(?:seit|bitte|nicht|kein\w*|nur|höchstens|gestern|heute|depuis|avec|personne|hier|sur|desde|sólo|ayer|hasta|entre"
    r"|há|não|gaste|um|desde|dalle|solo|guarda|sinds|niet|alleen|maximaal|geeft|nie|najwyżej|sedan|beri|ve)(?!\w)",
    re.IGNORECASE,
)
"""Words that English has not, of those that stand beside a time, an amount or an order."""
_OTHER_LETTERS = re.compile(r"[^\W\d_A-Za-z]")
_WORD = re.compile(r"[^\W\d_]{2,}")
MANY_WORDS = 5


def left_in(unread: str, parameters: Parameters) -> tuple[str, ...]:
    """The stretches of text that may hold more than was understood."""
    parts = [" ".join(each.split()) for each in re.split(f"[{STRUCK}{COVERED}]+", unread)]
    rest = [each for each in parts if _WORD.search(each)]
    whole = " ".join(rest)
    foreign = _OF_OTHER_LANGUAGES.search(whole) or _OTHER_LETTERS.search(whole)
    if foreign or (not parameters.affected_services and len(_WORD.findall(whole)) >= MANY_WORDS):
        return tuple(rest)
    return tuple(each for each in rest if _CUES.search(each))
