"""Whether a name in a sentence is what it is about, by the words around it. Pure.

The law: what is counted ("300 orders"), what is to be done ("search the logs") and what is ruled out ("not cart", "neither
cart nor search") is nobody's service. "Neither" reaches as far as its list does, "not" one name.
"""

import re

_COUNTED = re.compile(
    r"(?:\d(?:[\d.,]*\d)?\s?[kKmM]?|[$€£]\s?(?:[\d.,]*\d)\s?[kKmM]?(?: (?:worth )?of)?|\d[\d.,]*[kKmM] of) $"
)
_RULED_OUT = re.compile(
    r"(?:(?:^|[,.;:!?\n(—–] ?|\b(?:but|and|it'?s|it is|that'?s|that is|this is|definitely|probably) )not"
    r"|\b(?:apart from|other than|except(?: for)?|rather than|instead of)) (?:the )?$",
    re.IGNORECASE,
)
_CONTRAST = re.compile(r",? (?:and |but )?not (?:the )?")
_NEITHER = re.compile(r"\bneither (?:(?:of|in|on|the|our) )*$", re.IGNORECASE)
_NOR = re.compile(r"(?:'s)?(?: services?)?,? n?or (?:(?:of|in|on|the|our) )*", re.IGNORECASE)
_COMMA = re.compile(r"(?: services?)?, (?:the )?")
_NOR_TO_COME = re.compile(r"(?: services?)?(?:, [\w-]+(?: services?)?)*,? n?or ", re.IGNORECASE)
_ORDERED = re.compile(r"^ (?:the|for|through|in|all|our|your|its|their|my|into|around)\b", re.IGNORECASE)
_TOLD_TO = re.compile(r"(?:^|[,.;:!?\n(] ?|\b(?:please|to|can you|could you|and|then|pls) )$", re.IGNORECASE)


def is_other(text: str, start: int, end: int, named: int) -> bool:
    """Whether the words at `start` to `end` say what is counted, what to do, or what it is not.

    `named` is where the service before ended, 0 without one: of "orders, not orders-db" only that is meant.
    """
    before = text[max(0, start - 30) : start]
    return bool(
        _RULED_OUT.search(before)
        or _COUNTED.search(before)
        or (_TOLD_TO.search(text[max(0, start - 12) : start]) and _ORDERED.match(text[end : end + 12]))
        or (named and _CONTRAST.fullmatch(text, named, start))
    )


def is_neither(text: str, excluded: int, start: int, end: int) -> bool:
    """Whether the name at `start` to `end` is of a list of "neither"; the name before in it ended at `excluded`, or 0.

    A comma goes on with the list only where a "nor" is still to come: "neither cart nor search, orders is slow".
    """
    return bool(
        _NEITHER.search(text[max(0, start - 30) : start])
        or (excluded and _NOR.fullmatch(text, excluded, start))
        or (excluded and _COMMA.fullmatch(text, excluded, start) and _NOR_TO_COME.match(text, end))
    )
