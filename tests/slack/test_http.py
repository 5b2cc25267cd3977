"""HTTP mode: signed requests only."""

import hashlib
import hmac
import random
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox import AppSeed, SandboxServer, Workspace, small_team
from bot.sandbox import ManualClock as SandboxClock
from bot.sandbox.api.rates import RateLimits
from bot.slack import SlackSetupError
from bot.slack.ids import Action
from bot.slack.intake.http import is_signed
from tests.slack.conftest import House, MakeHouse, config_of, shown
from tests.slack.test_thread import kinds
from tests.support.clock import NOON

SECRET = "s3cret"
NOW = 1_700_000_000.0


def sign(secret: str, timestamp: str, body: bytes) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def test_slacks_own_example_is_accepted() -> None:
    # https://docs.slack.dev/authentication/verifying-requests-from-slack
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10"
        b"d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert is_signed("8f742231b10e8888abcd99yyyzzz85a5", body, "1531420618", signature, now=1531420618.0)


@pytest.mark.parametrize(
    ("timestamp", "signature"),
    [
        ("", ""),
        ("now", sign(SECRET, "now", b"x")),
        ("-1700000000", sign(SECRET, "-1700000000", b"x")),
        ("1700000000", ""),
        ("1700000000", "v0="),
        ("1700000000", sign("other", "1700000000", b"x")),
        ("1700000000", sign(SECRET, "1700000000", b"y")),
        ("1700000000", sign(SECRET, "1700000000", b"x")[3:]),
        ("1699999699", sign(SECRET, "1699999699", b"x")),
        ("1700000301", sign(SECRET, "1700000301", b"x")),
        ("1700000000", "v0=ä\udcff"),
        ("١٧٠٠٠٠٠٠٠٠", "v0=1"),
        ("9" * 400, "v0=1"),
    ],
)
def test_anything_else_is_not_signed(timestamp: str, signature: str) -> None:
    assert not is_signed(SECRET, b"x", timestamp, signature, now=NOW)


def test_five_minutes_are_allowed_either_way() -> None:
    for timestamp in ("1699999700", "1700000300"):
        assert is_signed(SECRET, b"x", timestamp, sign(SECRET, timestamp, b"x"), now=NOW)


@given(st.text(), st.text(st.characters()), st.binary())
def test_no_header_and_no_body_makes_it_raise(timestamp: str, signature: str, body: bytes) -> None:
    assert not is_signed(SECRET, body, timestamp, signature, now=NOW)


@pytest.fixture
async def house(make_house: MakeHouse) -> House:
    return await make_house(mode="http")


@pytest.fixture
async def same_noon(seed: AppSeed) -> AsyncIterator[SandboxServer]:
    """A sandbox at whose clock it is what it is at the bot's, since signatures carry the time."""
    workspace = Workspace(small_team(seed), clock=SandboxClock(NOON.timestamp()), rng=random.Random(7))
    async with SandboxServer(workspace, rates=RateLimits(enabled=False)) as server:
        yield server


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as open_session:
        yield open_session


async def test_the_whole_thread_over_signed_requests(make_house: MakeHouse, same_noon: SandboxServer) -> None:
    house = await make_house(mode="http", on=same_noon)
    assert await house.sandbox.verify_request_url()
    parent = await house.run()
    assert kinds(house.thread(parent)) == ["parent", "application", "database", "network", "report", "chart", "cost"]
    report = next(each for each in house.thread(parent) if shown(each).startswith("<@"))
    await house.click(report, Action.ACCEPT + ".h1", "ben")
    await house.until(lambda message: "Accepted by ben" in shown(message))
    await house.click(report, Action.REJECT + ".h1", "ana")
    await house.submit({"preset": "known"})
    assert "Already accepted by ben" in shown(house.whispers("ana")[-1])
    await house.type("new")
    assert (await house.submit({"incident": "x", "title": "t", "services": "s"})).errors["incident"]


async def test_a_bad_signature_is_401_whatever_is_wrong_with_it(house: House, session: ClientSession) -> None:
    url = f"http://127.0.0.1:{house.surface.port}/slack/events"
    body = urlencode({"command": "/investigate", "text": "INC-123", "user_id": "U1", "channel_id": "C1"}).encode()
    stamp = str(int(house.clock.now().timestamp()))
    good = sign(house.sandbox.signing_secret, stamp, body)
    for headers in (
        {},
        {"X-Slack-Signature": good},
        {"X-Slack-Request-Timestamp": stamp},
        {"X-Slack-Signature": good, "X-Slack-Request-Timestamp": "yesterday"},
        {"X-Slack-Signature": good, "X-Slack-Request-Timestamp": str(int(stamp) - 301)},
        {"X-Slack-Signature": good[:-1] + "0", "X-Slack-Request-Timestamp": stamp + "0"},
    ):
        async with session.post(url, data=body, headers=headers) as answer:
            assert answer.status == 401
    await house.surface.jobs.drain()
    assert await house.service.history(house.sandbox.workspace.team_id) == []


async def test_a_signed_body_that_nobody_can_read_is_400(house: House, session: ClientSession) -> None:
    for body in (b'{"type": ', b"\xff\xfe", b"payload=%7Bbroken"):
        async with session.post(
            f"http://127.0.0.1:{house.surface.port}/slack/events", data=body, headers=signed(house, body)
        ) as answer:
            assert answer.status == 400


async def test_a_challenge_is_answered(house: House, session: ClientSession) -> None:
    body = b'{"type": "url_verification", "challenge": "abc"}'
    async with session.post(
        f"http://127.0.0.1:{house.surface.port}/slack/events",
        data=body,
        headers={**signed(house, body), "Content-Type": "application/json"},
    ) as answer:
        assert answer.status == 200
        assert "abc" in await answer.text()


async def test_it_says_that_it_is_well(house: House, session: ClientSession) -> None:
    async with session.get(f"http://127.0.0.1:{house.surface.port}/health") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})
    assert house.surface.listens_at == f"http://127.0.0.1:{house.surface.port}/slack/events"


async def test_a_port_that_is_taken_is_named(house: House, make_house: MakeHouse) -> None:
    with pytest.raises(SlackSetupError, match=f"cannot listen on 127.0.0.1:{house.surface.port}"):
        await make_house(mode="http", port=house.surface.port)


async def test_http_mode_needs_its_secret(make_house: MakeHouse) -> None:
    with pytest.raises(SlackSetupError, match="signing secret"):
        await make_house(mode="http", signing_secret="")


def signed(house: House, body: bytes) -> dict[str, str]:
    stamp = str(int(house.clock.now().timestamp()))
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(house.sandbox.signing_secret, stamp, body),
        "Content-Type": "application/x-www-form-urlencoded",
    }


def test_the_configuration_keeps_its_secrets(house: House) -> None:
    shown_config = repr(config_of(house.sandbox))
    for secret in (house.sandbox.bot_token, house.sandbox.app_token, house.sandbox.signing_secret):
        assert secret not in shown_config
