"""Foreign text does no harm, and nothing is longer than it may be."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.slack.text import code, cut, fit, joined, link, literal, mention, one_line, plain, safe_url, shorten, size
from tests.slack.limits import check_mrkdwn

ANYTHING = st.text(st.characters())
HOSTILE = st.lists(
    st.sampled_from(
        ["<!channel>", "*", "_", "~", "`", "&", "<", ">", "```", "\n", "|", "😀", "\u202e", "\ud83d", "@here", " ", "a"]
    ),
    max_size=300,
).map("".join)


@given(ANYTHING | HOSTILE, st.integers(5, 700))
@example("&" * 100, 20)
@example("000_00", 5)
def test_literal_text_formats_pings_and_links_nothing(text: str, limit: int) -> None:
    shown = literal(text, limit)
    assert size(shown) <= limit
    assert not set("<>*~`\n") & set(shown)
    assert not re.search(r"(?<![^\W_])_|_(?![^\W_])", shown)
    if shown:
        check_mrkdwn(shown)
    shown.encode("utf-8")


@given(ANYTHING | HOSTILE, st.integers(5, 400))
def test_code_is_one_span_that_nothing_breaks_out_of(text: str, limit: int) -> None:
    shown = code(text, limit)
    assert size(shown) <= limit
    if shown:
        assert shown.startswith("`")
        assert shown.endswith("`")
        assert shown.count("`") == 2
        check_mrkdwn(shown)


def test_names_of_metrics_can_be_copied() -> None:
    assert literal("http_requests_total of orders_db") == "http_requests_total of orders_db"
    assert literal("_total_ and __init__") == "ˍtotalˍ and ˍˍinitˍˍ"


def test_what_is_already_short_stays() -> None:
    assert shorten("checkout", 8) == "checkout"
    assert plain("  a\n b ", 10) == "a b"
    assert literal("") == ""


@given(ANYTHING, st.integers(1, 50))
def test_shortening_keeps_the_limit(text: str, limit: int) -> None:
    assert size(shorten(text, limit)) <= max(limit, 1)


@given(HOSTILE, st.integers(2, 200))
def test_cutting_leaves_no_half_entity(text: str, limit: int) -> None:
    shown = cut(literal(text, 2000), limit)
    assert size(shown) <= limit
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "ftp://example.com",
        "http://",
        "//example.com",
        "https://[broken",
        "https://example.com/" + "a" * 3000,
        "mailto:ana@example.com",
        "<!channel>",
    ],
)
def test_what_is_no_plain_address_is_no_link(url: str) -> None:
    assert link(url, "open") == ""


def test_an_address_cannot_end_its_link_early() -> None:
    shown = link("https://example.com/a|b> <!channel>?q=`x` y", "o*4")
    assert shown == "<https://example.com/a%7Cb%3E%20%3C!channel%3E?q=%60x%60%20y|o∗4>"


@given(ANYTHING)
def test_no_address_breaks_out(url: str) -> None:
    address = safe_url("https://example.com/" + url)
    assert not set("<>| \n`") & set(address)


def test_only_a_real_id_is_mentioned() -> None:
    assert mention("U123ABC", "ana") == "<@U123ABC>"
    assert mention("unknown", "ana") == "ana"
    assert mention("U1><!channel") == "U1&gt;&lt;!channel"


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=80), max_size=40),
    st.integers(10, 500),
)
def test_lines_are_kept_whole_and_the_rest_is_counted(lines: list[str], limit: int) -> None:
    shown = fit(lines, limit, "more")
    assert size(shown) <= limit
    if shown != "\n".join(lines) and len(shown) > 1:
        *kept, rest = shown.split("\n")
        assert kept == lines[: len(kept)]
        assert rest == f"… +{len(lines) - len(kept)} more" or rest == "…"


def test_only_parts_that_say_something_are_joined() -> None:
    assert joined(["a", "", "b"]) == "a · b"


def test_invisible_marks_are_taken_out() -> None:
    assert one_line("a\u202eb\u200bc\x00d\r\n e") == "abcd e"


@pytest.mark.parametrize(
    "coloured",
    [
        "\x1b[31mERROR\x1b[0m pool full",
        "\x9b1;31mERROR\x9bm pool full",
        "\x1b]0;title\x07ERROR pool\x1b[2K full",
        "\x1b]8;;http://x\x1b\\ERROR\x1b]8;;\x1b\\ pool full",
    ],
)
def test_a_terminals_colours_leave_nothing_behind(coloured: str) -> None:
    assert one_line(coloured) == "ERROR pool full"
    assert literal(coloured) == "ERROR pool full"


def test_brackets_that_belong_to_no_sequence_stay() -> None:
    assert one_line("took [31m] of array[3m") == "took [31m] of array[3m"
