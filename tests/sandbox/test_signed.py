"""HTTP mode: signed requests to an app that is an aiohttp server, verified with Slack's own verifier."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import Clock as VerifierClock
from slack_sdk.signature import SignatureVerifier

from bot.sandbox import ManualClock, SandboxServer, small_team
from tests.sandbox.kit import actions, button
from tests.sandbox.test_people import post_card
from tests.sandbox.test_socket import deadline


class SameClock(VerifierClock):
    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now()


@dataclass
class HttpApp:
    """Keeps what it was sent and answers what it was told to."""

    url: str = ""
    bodies: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: web.Response | None = None
    statuses: list[int] = field(default_factory=list)
    hang: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.text())
        self.headers.append(dict(request.headers))
        if self.hang:
            await self.hang.wait()
        status = self.statuses.pop(0) if self.statuses else 200
        body = self.answer.text if self.answer else ""
        kind = self.answer.content_type if self.answer else "text/plain"
        return web.Response(text=body, content_type=kind, status=status)


@pytest.fixture
async def app(server: SandboxServer) -> AsyncIterator[HttpApp]:
    kept = HttpApp()
    application = web.Application()
    application.router.add_post("/slack/events", kept.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await server.deliver_over_http(kept.url)
    yield kept
    if kept.hang:
        kept.hang.set()
    await runner.cleanup()


async def test_a_command_is_a_signed_form(
    server: SandboxServer, app: HttpApp, clock: ManualClock, incident: str
) -> None:
    outcome = await server.run_command("ana", incident, "/investigate", "INC-123 budget=10 ü")

    verifier = SignatureVerifier(server.signing_secret, SameClock(clock))
    form = parse_qs(app.bodies[0])
    assert outcome.acknowledged
    assert verifier.is_valid_request(app.bodies[0], app.headers[0])
    assert not verifier.is_valid_request(app.bodies[0] + "x", app.headers[0])
    assert app.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert form["text"] == ["INC-123 budget=10 ü"]


async def test_a_click_is_a_form_with_a_payload(server: SandboxServer, app: HttpApp, incident: str) -> None:
    card = post_card(server, incident, actions(button(value="7")))
    await server.click("ben", incident, card.ts, "go")

    payload = json.loads(parse_qs(app.bodies[-1])["payload"][0])
    assert payload["type"] == "block_actions"
    assert payload["actions"][0]["value"] == "7"


async def test_an_event_is_json_and_a_mention(server: SandboxServer, app: HttpApp, incident: str) -> None:
    server.say("ana", incident, "@compass look")
    await server.settle()

    mention = json.loads(app.bodies[0])
    assert len(app.bodies) == 1
    assert mention["type"] == "event_callback"
    assert mention["event"]["text"] == f"<@{server.workspace.app.user_id}> look"
    assert mention["authorizations"][0]["user_id"] == server.workspace.app.user_id


async def test_words_in_the_answer_are_shown(server: SandboxServer, app: HttpApp, incident: str) -> None:
    app.answer = web.Response(text="plain words")
    await server.run_command("ana", incident, "/investigate", "x")
    app.answer = web.json_response({"text": "json words"})
    await server.run_command("ana", incident, "/investigate", "x")

    assert [message.text for message in server.workspace.messages] == ["plain words", "json words"]


async def test_an_app_that_fails_or_is_gone_is_told_to_the_person(
    server: SandboxServer, app: HttpApp, incident: str
) -> None:
    app.statuses = [500]
    failed = await server.run_command("ana", incident, "/investigate", "x")
    await server.deliver_over_http("http://127.0.0.1:1/slack/events")
    gone = await server.run_command("ana", incident, "/investigate", "x")

    assert (failed.failure, gone.failure) == ("dispatch_failed", "dispatch_failed")


async def test_three_seconds_are_the_limit(
    server: SandboxServer, app: HttpApp, clock: ManualClock, incident: str
) -> None:
    app.hang = asyncio.Event()
    running = asyncio.ensure_future(server.run_command("ana", incident, "/investigate", "x"))
    while not app.bodies:
        await asyncio.sleep(0.001)
    await deadline(clock)

    assert (await running).failure == "operation_timeout"


async def test_events_are_retried_at_once_after_one_and_after_five_minutes(
    server: SandboxServer, app: HttpApp, clock: ManualClock
) -> None:
    app.statuses = [500, 500, 500, 500]
    server.say("ana", "sre", "@compass hello")
    while len(app.bodies) < 2:
        await asyncio.sleep(0.001)
    for seconds, bodies in ((60, 3), (300, 4)):
        while len(app.bodies) < bodies:
            await asyncio.sleep(0.001)
            if clock.sleepers:
                await clock.advance(seconds)
    await server.settle()

    numbers = [headers.get("X-Slack-Retry-Num") for headers in app.headers]
    assert numbers == [None, "1", "2", "3"]
    assert app.headers[1]["X-Slack-Retry-Reason"] == "http_error"
    assert len({json.loads(body)["event_id"] for body in app.bodies}) == 1


async def test_a_request_url_is_verified_by_a_challenge(server: SandboxServer, app: HttpApp) -> None:
    assert await server.verify_request_url() is False

    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"challenge": (await request.json())["challenge"]})

    application = web.Application()
    application.router.add_post("/", echo)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await server.deliver_over_http(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    assert await server.verify_request_url() is True
    await runner.cleanup()


async def test_a_request_url_can_be_given_from_the_start(server: SandboxServer, app: HttpApp, incident: str) -> None:
    async with SandboxServer(server.workspace.seed, request_url=app.url) as other:
        outcome = await other.run_command("ana", "sre", "/investigate", "x")

    assert outcome.acknowledged


def test_a_request_url_beyond_this_machine_is_refused() -> None:
    with pytest.raises(ValueError, match="this machine"):
        SandboxServer(small_team(), request_url="http://example.com/slack/events")
