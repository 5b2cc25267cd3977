"""A thread grows on the screen: replies are set in, an edit prints only what is new."""

import io

from inline_snapshot import snapshot

from bot.terminal import Post, ThreadPrinter, make_console
from tests.terminal.builders import HOSTILE


def shown(*posts: Post) -> str:
    stream = io.StringIO()
    printer = ThreadPrinter(make_console(stream=stream))
    for post in posts:
        printer.show(post)
    return stream.getvalue()


def test_a_thread_reads_as_it_grew() -> None:
    assert shown(
        Post("ana", "/investigate INC-123", "1773489600.000100"),
        Post("Compass", "INC-123 checkout 5xx\n\n1/3 application\n[Stop]", "1773489601.000100"),
        Post("Compass", "Application found 2", "1773489602.000100", thread_ts="1773489601.000100"),
        Post("Compass", "INC-123 checkout 5xx\n2/3 database\n[Stop]", "1773489601.000100"),
        Post("Compass", "INC-123 checkout 5xx\n2/3 database\n[Stop]", "1773489601.000100"),
    ) == snapshot("""\
ana  12:00:00
  /investigate INC-123
Compass  12:00:01
  INC-123 checkout 5xx
  1/3 application
  [Stop]
    Compass  12:00:02
      Application found 2
Compass  12:00:01, edited
  2/3 database
""")


def test_slacks_bold_is_bold_and_its_fences_are_left_out() -> None:
    text = shown(Post("Compass", "*Likely: a* · 2*3*4 · *b*\n```\nTotal:  $0\n```", "1773489600.0"))
    assert text.splitlines()[1:] == ["  Likely: a · 2*3*4 · b", "  Total:  $0"]


def test_hostile_messages_harm_nobody() -> None:
    text = shown(Post(HOSTILE, HOSTILE, "not a time"))
    assert not any(each in text for each in ("\x1b", "\x07", "\x9b", "\u202e"))
