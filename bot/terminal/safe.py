"""Text from outside, made harmless for a terminal.

Telemetry, titles and names may hold escape sequences (CWE-150), line breaks that fake a line of ours, or marks that turn
the direction of writing (Trojan Source). Each such character is shown by its code instead of being obeyed.
"""

import unicodedata

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_HARMLESS = frozenset({"\u200d", "\u00ad"})
"""The joiner that holds an emoji together, and the soft hyphen."""


def safe(text: str) -> str:
    """One line, nothing in it that a terminal would obey. Blanks stay, tabs and line breaks become blanks."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(each) for each in text)


def _shown(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if character in _HARMLESS or unicodedata.category(character) not in _OBEYED:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
