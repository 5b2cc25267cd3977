"""Numbers as people write and say them: 20, 1,000, 2.5, twenty-five, nine hundred, half. Pure."""

import re
from decimal import Decimal

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = (
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
_SMALL = {word: value for value, word in enumerate(_ONES)} | {word: 10 * (at + 2) for at, word in enumerate(_TENS)}
_BIG = {"hundred": 100, "thousand": 1000}

_UNIT_WORD = "|".join([*_TENS, *sorted(_ONES, key=len, reverse=True)])
SPOKEN = rf"(?:(?:{_UNIT_WORD})(?:[ -](?:{'|'.join(_ONES[1:10])}))?|an?(?=\s(?:hundred|thousand)))(?:\s(?:hundred|thousand))?"
"""A number in words, below a million; to be matched without regard to case."""
_SEPARATED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", re.ASCII)


def spoken(text: str) -> int:
    """The value of a text that SPOKEN matched."""
    total = 0
    for word in re.split(r"[ -]+", text.lower()):
        if word in _BIG:
            total = max(total, 1) * _BIG[word]
        else:
            total += _SMALL.get(word, 0)
    return total


def number(text: str) -> Decimal:
    """The value of digits, with a point and with commas between thousands, or of words."""
    if text[:1].isdigit():
        return Decimal(text.replace(",", "") if _SEPARATED.fullmatch(text) else text)
    return Decimal(spoken(text))
