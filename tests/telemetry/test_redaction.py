"""Redaction hides what looks like a secret, leaves the rest alone, and is quick on hostile text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telemetry import redact
from bot.telemetry.redaction import MOST, is_secret_name

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("using xoxb-123456-abcDEF now", "123456-abcDEF"),
        ("app xapp-1-A0-99-deadbeef", "deadbeef"),
        ("rotated xoxe.xoxb-1-Mi0yLTEx", "Mi0yLTEx"),
        ("POST https://hooks.slack.com/commands/T1/2/abcdef", "abcdef"),
        ("Authorization: Bearer abcdef.ghijkl", "ghijkl"),
        ("header basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("cloned with ghp_0123456789abcdefABCDEF", "0123456789abcdefABCDEF"),
        ("key AKIAIOSFODNN7EXAMPLE used", "IOSFODNN7"),
        ("model key sk-proj-0123456789abcdef", "0123456789abcdef"),
        (f"cookie of {JWT}", "c2lnbmF0dXJl"),
        ("user ana.lopez+x@example.co.uk failed", "ana.lopez"),
        ("postgres://app:s3cr3t@db:5432/x", "s3cr3t"),
        ("password=hunter2&user=ana", "hunter2"),
        ('{"client_secret": "hunter two", "n": 1}', "hunter two"),
        ("{'api_key': 'hunter2'}", "hunter2"),
        ("X-Api-Key: hunter2", "hunter2"),
        ("token%3Dhunter2 in a query", "hunter2"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end", "MIIE"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE and no end", "MIIE"),
    ],
)
def test_a_secret_is_hidden(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert redact(text) != text


@pytest.mark.parametrize(
    "text",
    [
        "orders-db pool 20/20 since 14:01, was 6",
        "max_tokens: 100, tokens_in 512",
        "GET /api/v1/users/42?page=2 200 in 18 ms",
        "http://127.0.0.1:4100/api/chat.postMessage",
        "commit 4074a93cbf3be1458094e636f38d7f2fa8d4d29b",
        "2026-06-18T14:02:11Z checkout@2 restarted",
        "password: none",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_what_was_hidden_is_named_by_its_kind() -> None:
    assert redact("xoxb-1234-abcd and ana@example.com") == "[slack token] and [e-mail]"


def test_hiding_twice_changes_nothing_more() -> None:
    once = redact("password=hunter2 Authorization: Bearer abcdefgh ana@example.com")
    assert redact(once) == once


def test_a_long_line_is_cut_and_says_so() -> None:
    cut = redact("x" * (MOST + 5))
    assert cut.endswith("… [5 more characters]")
    assert len(cut) < MOST + 40


@pytest.mark.parametrize(
    "unit", ["a", "a.b+", "-----BEGIN ", "password", "://", "a:", "eyJ", "sk-", "token=", "@a.", "'"]
)
def test_hostile_lines_cost_little(unit: str) -> None:
    before = time.process_time()
    redact(unit * (200_000 // len(unit)))
    assert time.process_time() - before < 0.5


@given(st.text(max_size=300))
def test_any_text_is_read_without_harm(text: str) -> None:
    assert isinstance(redact(text), str)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("slack_bot_token", True),
        ("API-Key", True),
        ("db_password", True),
        ("tokens_in", False),
        ("key", False),
        ("", False),
    ],
)
def test_a_name_can_tell_a_secret(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret
