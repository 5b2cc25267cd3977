"""What is wrong, in the writer's words: what is left of a text when everything else was read. Pure."""

import re

from orchestrator.parameters.canvas import STRUCK
from orchestrator.parameters.extraction import MOST_TITLE

_ASKING = re.compile(
    r"(?:\s*(?:please|pls|hey|hi|hello|ok|okay|can (?:you|somebody|someone)|could you|would you|investigate"
    r"|look (?:into|at)|check|help|thanks|thank you|and|but|for|with|on|in|the|a|an|it|this|agents?|treat|as|run|go|just"
    r"|only|now|to|all|at once)(?![\w'-])[,:.!?\s]*)+",
    re.IGNORECASE,
)
_EDGE = " ,;:.!?\"'`*_()[]|-–—→#&+/"
_LOOSE = " ,;:|-–—"
"""What is left hanging where words were taken out."""
_GAP = re.compile(rf"[^\S\n]*[,;:(\[]*\s*{STRUCK}[\s{STRUCK}]*[)\]]?")


def title_of(unread: str) -> str:
    """The title; "" where only words of asking are left."""
    rest = _GAP.sub(f" {STRUCK} ", unread) if STRUCK in unread else unread
    parts = [" ".join(each.split()) for each in rest.split(STRUCK)]
    kept = [each for each in parts if each.strip(_EDGE) and not _ASKING.fullmatch(each.strip(_EDGE))]
    return " ".join(each.strip(_LOOSE) if len(parts) > 1 else each for each in kept)[:MOST_TITLE].strip()
