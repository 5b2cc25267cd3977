"""Nothing that came from outside is obeyed by the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.terminal import safe
from tests.terminal.builders import HOSTILE


@given(st.text())
def test_no_character_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = safe(text)
    assert not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in shown)
    assert not any("\u202a" <= each <= "\u202e" or "\u2066" <= each <= "\u2069" for each in shown)


def test_what_was_there_is_shown_by_its_code() -> None:
    assert safe(HOSTILE) == (r"pool\x1b[2J\x1b]0;owned\x07 full\u202e fake: [bold]line[/bold] \x9b31m 🙂 日本")


@pytest.mark.parametrize("text", ["plain 5xx", "größer", "👩‍💻 日本", ""])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_a_character_beyond_the_basic_plane_is_shown_in_full() -> None:
    assert safe("\U000e0041") == r"\U000e0041"
