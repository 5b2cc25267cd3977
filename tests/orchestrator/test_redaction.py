"""Redaction hides what looks like a secret, leaves the rest alone, and is quick on hostile text."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.redaction import CARD, EMAIL, LONGEST_SECRET, PRIVATE_KEY, SECRET, is_secret_name, redact
from tests.support.secrets import KINDS, luhn

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
        ("DB_PASS=hunter2 psql", "hunter2"),
        ("compass --password hunter2 --verbose", "hunter2"),
        ("the password is hunter2, sorry", "hunter2"),
        ("<password>hunter2</password>", "hunter2"),
        (r"{\"password\": \"hunter two\"}", "two"),
        ("Set-Cookie: a=b; sid=hunter2; Path=/", "hunter2"),
        ("AccountKey=hunter2==;EndpointSuffix=x", "hunter2"),
        ("https://x.blob/y?X-Amz-Signature=hunter2&a=1", "hunter2"),
        ("mail=ana%40example.com", "ana%40"),
        ("tokens: abcdef", "abcdef"),
        ("client-key-data: LS0tLS1CRUdJTiBSU0E", "LS0tLS1"),
        ("https://x.blob.core.windows.net/y?sv=2022&sig=hunterDEF123%2Bxyz%3D&se=2024", "hunterDEF123"),
        ("https://api.example.com/v1?key=hunter2hunter2hunter2", "hunter2"),
        ("Authorization: ApiKey aHVudGVyMg==", "aHVudGVyMg"),
        ("Proxy-Authorization: NTLM TlRMTVNTUAABAAAA", "TlRMTVNTUAAB"),
        ('Digest username="a", realm="x", response="6629fae49393a05397450978507c4ef1"', "6629fae4"),
        ('{"auths":{"r.io":{"auth":"dXNlcjpodW50ZXIy"}}}', "dXNlcjpodW50"),
        ("login failed with password hunter2abc", "hunter2abc"),
        ("ALTER USER app WITH PASSWORD 'hunter two'", "hunter"),
        ("create user 'u'@'%' identified by 'hunter2'", "hunter2"),
        ("IDENTIFIED BY 'hunter two'", "hunter"),
        ("requirepass hunter2", "hunter2"),
        ("smtp AUTH PLAIN AGFkbWluAGh1bnRlcjI=", "AGFkbWlu"),
        ("mysql -u root -phunter2 shop", "hunter2"),
        ("curl -s -u admin:hunter2 https://x.example", "hunter2"),
        ("jdbc:oracle:thin:scott/hunter2@db:1521:x", "hunter2"),
        ("otp=493021 pw=hunter2", "493021"),
        ("https://discord.com/api/webhooks/12345678/hunter-two", "hunter"),
        ("https://api.telegram.org/bot123456789:AAhunter0123456789abcdefghijklmnopqrs/getMe", "hunter"),
        ("https://x.webhook.office.com/webhookb2/hunter@x/IncomingWebhook/1", "hunter"),
        ("dapi" + "0123456789abcdef" * 2, "0123456789"),
        ("ATATT3" + "xFfGF0hunter2hunter2hunter2", "hunter2"),
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
        "token: expired, password: wrong, secret: missing",
        "token-service: 5xx rate 20%, secret-manager: slow",
        "token_type=refresh token_count=12 password_attempts: 3",
        "a::Token::new basic authentication failed for bearer of news",
        'sum(rate(http_requests_total{job="checkout", token_type="jwt"}[5m]))',
        "lodash@4.17.21 react@18.2.0 checkout@2 postgres@10.0.0.1",
        "key: 7, keyspace_hits=5 monkey=1",
        "exit sig=11, killed by sig=SIGKILL, response=200",
        "GET /x?key=customer&page=2 200",
        "the pod is identified by 'orders-1', auth plain rejected, auth: failed",
        "password authentication failed for user app",
        "docker run -u 1000:1000 x, mysql is slow -probably, curl -u http://orders:8080/x",
        "disk-usage-of-volume-1 task-0123456789abcdef",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "around", ["{}", "got {} back", '{{"said": "{}"}}', "at [{}]", "({})", "x={},", "failed: {}.", "'{}'"]
)
def test_every_kind_of_secret_is_hidden_wherever_it_stands(kind: str, around: str) -> None:
    secret = KINDS[kind]
    assert secret.tells not in redact(around.format(secret.text))


def test_what_was_hidden_is_named_by_its_kind_and_what_stands_around_it_stays() -> None:
    assert redact("xoxb-1234-abcd and ana@example.com") == f"{SECRET} and {EMAIL}"
    assert redact("paid with 4111 1111 1111 1111 200 ok") == f"paid with {CARD} 200 ok"
    assert redact("-----BEGIN EC PRIVATE KEY-----\nMH\n-----END EC PRIVATE KEY----- read") == f"{PRIVATE_KEY} read"
    assert redact("postgres://app:p@ss@db:5432/x") == f"postgres://{SECRET}@db:5432/x"


@given(
    st.lists(st.sampled_from([each.text for each in KINDS.values()]), max_size=8),
    st.sampled_from([" ", "\n", ": ", " = ", ' "', ", ", "; ", " <", "> "]),
)
def test_hiding_twice_changes_nothing_more(secrets: list[str], between: str) -> None:
    once = redact(between.join(secrets))
    assert redact(once) == once


_WORDS = st.sampled_from([*(each.text for each in KINDS.values()), "a \\ path", 'said "so"', "it's", "{", "]", "ünï"])
_BODIES = st.recursive(
    st.lists(_WORDS, min_size=1, max_size=3).map("\n".join) | st.integers(-9, 10**6) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["token", "max_tokens", "prompt_tokens_details", "password", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(_BODIES, st.integers(0, 2))
def test_json_stays_json(body: object, deep: int) -> None:
    for _ in range(deep):
        body = {"content": json.dumps(body)}
    hidden = redact(json.dumps(body))
    assert type(json.loads(hidden)) is type(body)
    assert redact(hidden) == hidden


@pytest.mark.parametrize(
    "number",
    [
        *("4111111111111111", "4111-1111-1111-1111", "4111 1111 1111 1111", "5555555555554444", "2223003122003222"),
        *("378282246310005", "3782 822463 10005", "6011111111111117", "30569309025904", "3530111333300000"),
        "6200000000000005",
    ],
)
def test_the_number_of_a_card_is_hidden(number: str) -> None:
    assert redact(f"pan {number}, ok") == f"pan {CARD}, ok"


@pytest.mark.parametrize(
    "number",
    [
        *("4111111111111112", "1700000000000000000", "1718719331123", "9411111111111111111", "0.4111111111111111"),
        *("4111111111111111.5", "4bf92f3577b34da6a3ce929d0e0e4736", "a4111111111111111", "2026-4111111111111111"),
        *("4111 11111111 1111", "1234567812345670", "00000000-4111-1111-1111-111111111111"),
    ],
)
def test_numbers_that_only_look_like_a_card_stay(number: str) -> None:
    assert redact(f"order {number} took 5") == f"order {number} took 5"


@given(st.integers(10**15, 10**16 - 1))
def test_a_number_of_sixteen_digits_is_a_card_only_with_an_issuer_and_a_right_check_digit(number: int) -> None:
    hidden = redact(str(number)) == CARD
    assert not hidden or luhn(str(number))
    assert not (str(number)[0] == "4" and luhn(str(number))) or hidden


def test_no_secret_is_cut_in_two_where_a_text_ends() -> None:
    for secret in KINDS.values():
        for most in range(1, len(secret.text) + 9):
            kept = redact(f"before {secret.text} after{'.' * 80}", most)
            assert len(kept) <= most
            assert not (len(kept) > len("before ") + 6 and secret.tells[:6] in kept)
    assert redact("x" * (LONGEST_SECRET + 9), 7) == "x" * 7


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "a",
            "a.b+",
            "4",
            "4111 ",
            "cookie: a;",
            '\\"',
            "pass='",
            "--token ",
            "bearer ",
            "AKIA",
            "a@a.",
            "%40",
            "-",
            "--a",
        ),
        *("-----BEGIN ", "password", "://", "a:", "eyJ", "sk-", "token=", "@a.", "'", "eyJ-", "://a:", '"password":"'),
        *("mysql -", "curl -u ", "create user ", "password ", "sig=", "?key=", 'auth": "', "jdbc:oracle:thin:", "otp="),
    ],
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
