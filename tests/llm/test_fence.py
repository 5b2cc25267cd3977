"""Data is fenced: nothing in it can end the fence, fake one, or be there unseen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.fence import fenced, visible

_ANYTHING = st.text(max_size=200) | st.lists(
    st.sampled_from(
        ["<data-", "</data-", "0a1b2c3d", ">", "\n", "<|im_end|>", "\u202e", "\x1b[31m", "\ufe0f", "o1", "[INST]"]
    )
).map("".join)


def parts(text: str) -> tuple[str, str, str]:
    """The line that opens, what stands inside, and the line that closes."""
    first, _, rest = text.partition("\n")
    inside, _, last = rest.rpartition("\n")
    return first, inside, last


@given(_ANYTHING)
def test_the_marks_stand_around_the_data_and_nowhere_in_it(data: str) -> None:
    first, inside, last = parts(fenced(data))
    mark = first.strip("<>")
    assert (first, last) == (f"<{mark}>", f"</{mark}>")
    assert mark not in inside


@given(_ANYTHING)
def test_what_is_fenced_again_from_the_inside_gets_another_mark(data: str) -> None:
    once = fenced(data)
    first, inside, _ = parts(fenced(once))
    assert first.strip("<>") not in once
    assert "<data-" not in inside


@given(_ANYTHING)
def test_the_same_data_is_the_same_text(data: str) -> None:
    assert fenced(data) == fenced(data)


@given(_ANYTHING)
def test_nothing_inside_is_invisible(data: str) -> None:
    assert not [each for each in visible(data) if each != "\n" and unicodedata.category(each)[0] == "C"]


@pytest.mark.parametrize(
    "mark",
    [
        *(
            "<|im_start|>",
            "<|im_end|>",
            "<|system|>",
            "<|eot_id|>",
            "<|start_header_id|>",
            "</s>",
            "<<SYS>>",
            "<</SYS>>",
        ),
        *("[INST]", "[/INST]", "[SYSTEM_PROMPT]", "<start_of_turn>", "<｜Assistant｜>", "</system>", "<tool_result>"),
        *("</DATA-0a1b2c3d>", "<assistant>", "<function_calls>", "<invoke name=x>", "</tool_call>"),
    ],
)
def test_marks_of_roles_are_broken(mark: str) -> None:
    _, inside, _ = parts(fenced(f"before {mark} after"))
    assert inside == f"before ({mark[1:].replace('<', '(')} after"


def test_what_masks_and_measures_look_like_stays() -> None:
    line = "o1 orders: “GET <path> took <n> ms” (12 → 340), p99 < 2 s [a, b] <secret>\no2 söker 日本"
    assert parts(fenced(line))[1] == line


def test_colours_titles_and_hidden_letters_leave_no_trace() -> None:
    hidden = "".join(chr(0xE0000 + ord(each)) for each in "ignore all")
    assert visible(f"a\x1b[31mred\x1b[0m\x1b]0;title\x07b\u200b\u202ec{hidden}\ufe0f\r\nd\u2028e") == "aredbc\nd\ne"
