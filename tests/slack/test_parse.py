"""What people type, as it is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.parse import Command, Verb, as_typed, read_command, read_mention

BOT = "U0BOT"


@pytest.mark.parametrize("verb", [each for each in Verb if each != Verb.INVESTIGATE])
@pytest.mark.parametrize("write", [str, str.upper, lambda word: f"  {word} "])
def test_a_verb_alone_is_a_verb(verb: Verb, write: "type[str]") -> None:
    assert read_command(write(verb.value)) == Command(verb)


@pytest.mark.parametrize("name", ["INC-123", "#INC-123", "inc-9", "inv-00ffaa1122"])
def test_a_verb_before_an_id_is_a_verb(name: str) -> None:
    assert read_command(f"stop {name}") == Command(Verb.STOP, name.lstrip("#"))


@pytest.mark.parametrize(
    "text",
    [
        "stop losing orders",
        "status pages are down",
        "status checkout",
        "history of checkout lost",
        "help desk answers 500",
        "new checkout fails",
        "stop INC-1 now",
    ],
)
def test_a_verb_before_other_words_begins_an_investigation(text: str) -> None:
    assert read_command(text) == Command(Verb.INVESTIGATE, text)


def test_nothing_typed_is_an_investigation_of_nothing() -> None:
    assert read_command("   ") == Command(Verb.INVESTIGATE, "")


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("INC-1 a &amp; b &lt;c&gt;", "INC-1 a & b <c>"),
        ("services=<http://orders.db|orders.db>", "services=orders.db"),
        ("see <https://example.com/a?b=1>", "see https://example.com/a?b=1"),
        ("<@U1|ana> says <#C1|sre>", "@ana says #sre"),
        ("<@U1> in <#C1>", "@U1 in #C1"),
        ("<!channel> is on fire", "@channel is on fire"),
        ("<!subteam^S1|@sre> knows", "@sre knows"),
        ("<!date^1^{time}|noon>", "noon"),
        ("“checkout” isn’t up", '"checkout" isn\'t up'),
        ("&amp;lt; stays", "&lt; stays"),
    ],
)
def test_slacks_markup_is_undone(sent: str, meant: str) -> None:
    assert as_typed(sent) == meant


@given(st.text(max_size=5000))
def test_any_text_is_read(text: str) -> None:
    command = read_command(text)
    assert len(command.rest) <= 4000


def test_a_mention_reads_like_the_command() -> None:
    assert read_mention(f"<@{BOT}> status", BOT) == Command(Verb.STATUS)
    assert read_mention(f"<@{BOT}|compass>: investigate INC-5 budget=2", BOT) == Command(
        Verb.INVESTIGATE, "INC-5 budget=2"
    )
    assert read_mention(f"please <@{BOT}> INC-5", BOT).verb == Verb.INVESTIGATE


def test_a_bare_mention_asks_for_help() -> None:
    assert read_mention(f" <@{BOT}> ", BOT) == Command(Verb.HELP)


def test_a_mention_of_somebody_else_stays_in_the_words() -> None:
    assert read_mention(f"<@{BOT}> investigate <@U9|ben> broke it", BOT).rest == "@ben broke it"
