"""Which known word a slip of the finger was meant to be. Pure.

The law: a slip is one letter too many, one too few, one wrong, or two in the wrong order (Damerau's four, "A technique for
computer detection and correction of spelling errors", 1964), or a letter doubled or not; the first letter is right. An
ending (orders, searched) is no slip, and short words are only taken where letters changed places: card is not cart.
"""

from collections.abc import Iterable

SHORTEST_SWAPPED, SHORTEST_DOUBLED, SHORTEST = 4, 5, 6
_ENDINGS = {"s", "d", "r", "n", "y", "es", "ed", "er"}


def slip_of(word: str, names: Iterable[str], *, shortest: int = SHORTEST) -> str | None:
    """The one of `names` that `word` was meant to be; None where none or several are that near. All in lower case."""
    found = {name for name in names if is_slip(word, name, shortest=shortest)}
    return found.pop() if len(found) == 1 else None


def is_slip(word: str, name: str, *, shortest: int = SHORTEST) -> bool:
    """Whether `word`, which is not `name`, was probably meant to be. Shorter words than `shortest` need letters swapped."""
    if not word or not name or word == name or word[0] != name[0] or abs(len(word) - len(name)) > 2:
        return False
    size = min(len(word), len(name))
    doubled = SHORTEST_SWAPPED if len(word) > len(name) else SHORTEST_DOUBLED
    if size >= doubled and _single(word) == _single(name):
        return True
    if _swapped(word, name):
        return size >= SHORTEST_SWAPPED
    return size + 1 >= shortest and _one_off(word, name) and not _inflected(word, name)


def _single(word: str) -> str:
    """Every letter once where it stands twice."""
    return "".join(each for at, each in enumerate(word) if not at or word[at - 1] != each)


def _swapped(word: str, name: str) -> bool:
    if len(word) != len(name):
        return False
    off = [at for at in range(len(word)) if word[at] != name[at]]
    return len(off) == 2 and off[1] == off[0] + 1 and word[off[0]] == name[off[1]] and word[off[1]] == name[off[0]]


def _one_off(word: str, name: str) -> bool:
    short, long = sorted((word, name), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((at for at in range(len(short)) if short[at] != long[at]), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]


def _inflected(word: str, name: str) -> bool:
    short, long = sorted((word, name), key=len)
    return long.startswith(short) and long[len(short) :] in _ENDINGS
