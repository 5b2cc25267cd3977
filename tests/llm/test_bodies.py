"""What is kept of a body holds no secret, and can still be read as what it was."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.bodies import without_secrets

PIECES = (
    "token=",
    "password: hunter2",
    '"',
    "\\",
    "\n",
    'api_key="sk-abcdefghijklmnopqrstuvwxyz"',
    "Bearer abcdefghijklmnopqrstuvwxyz0123456789",
    "ana@example.org",
    "https://u:p@host/x",
    "{",
    "]",
    ",",
    "-----BEGIN PRIVATE KEY-----\nMIIE",
    "authorization: Basic YWJjOmRlZg==",
    "cookie: a=b; c=d",
    "pool full",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


def answer(statement: str, **more: Any) -> dict[str, Any]:
    """As a provider answers: the arguments of the tool call are JSON in JSON."""
    call = {"id": "call_1", "function": {"name": "final_result", "arguments": json.dumps({"statement": statement})}}
    usage = {"prompt_tokens": 1200, "completion_tokens": 30, "prompt_tokens_details": {"cached_tokens": 64}}
    return {"choices": [{"message": {"content": statement, "tool_calls": [call]}}], "usage": usage, **more}


@given(TEXTS, st.sampled_from([(", ", ": "), (",", ":")]))
def test_json_stays_json_with_every_figure_whatever_stands_in_it(statement: str, separators: tuple[str, str]) -> None:
    body = answer(statement)
    kept = json.loads(without_secrets(json.dumps(body, separators=separators)))
    assert kept["usage"] == body["usage"]
    (call,) = kept["choices"][0]["message"]["tool_calls"]
    assert call["id"] == "call_1"
    assert list(json.loads(call["function"]["arguments"])) == ["statement"]


def test_a_body_without_secrets_stays_as_it_was_sent() -> None:
    body = json.dumps(answer("the pool «пул» is full"), separators=(",", ":"))
    assert without_secrets(body) == body


@given(TEXTS)
def test_what_was_hidden_once_stays_as_it_is(statement: str) -> None:
    kept = without_secrets(json.dumps(answer(statement)))
    assert without_secrets(kept) == kept


@pytest.mark.parametrize("secret", ["hunter2", "sk-abcdefghijklmnopqrstuvwxyz", "ana@example.org"])
def test_no_secret_is_left_in_a_text_or_in_json_within_json(secret: str) -> None:
    told = (
        f"login of {secret} with password: {secret} and api_key={secret}" if secret != "hunter2" else "password=hunter2"
    )
    assert secret not in without_secrets(json.dumps(answer(told)))


def test_a_text_under_a_key_that_names_a_secret_is_one() -> None:
    kept = json.loads(without_secrets('{"password": "a short one", "tokens": 12, "nested": {"api_key": "x"}}'))
    assert kept == {"password": "<secret>", "tokens": 12, "nested": {"api_key": "<secret>"}}


@pytest.mark.parametrize("body", ["", "no JSON, token=abc123", '{"choices": [{"mess', '"token=abc123"', "[" * 100_000])
def test_what_is_no_json_is_hidden_as_text(body: str) -> None:
    assert "abc123" not in without_secrets(body)
