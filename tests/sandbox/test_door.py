"""What stands in front of every method: token, scopes, rate limits and the fault switches."""

import asyncio
import random
from dataclasses import replace
from urllib.parse import urlsplit

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import ManualClock, RateLimits, SandboxServer, Workspace, small_team
from tests.sandbox.conftest import APP
from tests.sandbox.test_chat import refused


def client_with(server: SandboxServer, token: str) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=server.api_url, retry_handlers=[])


async def test_tokens_are_told_apart(server: SandboxServer) -> None:
    assert await refused(client_with(server, "").auth_test()) == "not_authed"
    assert await refused(client_with(server, "not-a-token").auth_test()) == "invalid_auth"
    assert await refused(client_with(server, server.app_token).auth_test()) == "not_allowed_token_type"
    wrong = client_with(server, "").apps_connections_open(app_token=server.bot_token)
    assert await refused(wrong) == "not_allowed_token_type"


async def test_a_token_may_also_come_as_an_argument(server: SandboxServer) -> None:
    async with aiohttp.ClientSession() as session:
        in_form = await session.post(f"{server.api_url}auth.test", data={"token": server.bot_token})
        in_query = await session.get(f"{server.api_url}auth.test", params={"token": server.bot_token})
        in_json = await session.post(f"{server.api_url}auth.test", json={"token": server.bot_token})

        assert [(await answer.json())["ok"] for answer in (in_form, in_query, in_json)] == [True, True, True]


async def test_api_test_needs_no_token_and_echoes(server: SandboxServer) -> None:
    slack = client_with(server, "")

    assert (await slack.api_test(foo="bar"))["args"] == {"foo": "bar"}
    assert await refused(slack.api_test(error="my_error")) == "my_error"


async def test_a_caller_that_hangs_up_is_no_error(
    server: SandboxServer, slack: AsyncWebClient, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(server.calls)
    address = urlsplit(server.api_url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"POST {address.path}auth.test HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: 100\r\n\r\n{{".encode())
    await writer.drain()
    await slack.auth_test()
    writer.transport.abort()
    await slack.auth_test()
    await slack.auth_test()
    assert len(server.calls) == before + 3
    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []


async def test_an_unknown_method_and_broken_json_are_named(server: SandboxServer, slack: AsyncWebClient) -> None:
    assert await refused(slack.api_call("chat.shout")) == "unknown_method"
    headers = {"Authorization": f"Bearer {server.bot_token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:
        broken = await session.post(f"{server.api_url}auth.test", data="{")
        array = await session.post(f"{server.api_url}auth.test", data="[]")

        assert (await broken.json())["error"] == "invalid_json"
        assert (await array.json())["error"] == "json_not_object"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("chat.postMessage", {"text": "x"}),
        ("chat.update", {"channel": "#sre", "text": "x"}),
        ("conversations.replies", {"channel": "x"}),
        ("users.info", {}),
        ("views.open", {"trigger_id": "x"}),
        ("views.update", {}),
        ("files.getUploadURLExternal", {"filename": "x"}),
        ("files.completeUploadExternal", {}),
    ],
)
async def test_a_missing_argument_is_named(slack: AsyncWebClient, method: str, arguments: dict[str, str]) -> None:
    with pytest.raises(SlackApiError) as caught:
        await slack.api_call(method, json=arguments)

    assert caught.value.response["error"] in ("invalid_arguments", "channel_not_found")


async def test_a_number_that_is_none_is_refused(slack: AsyncWebClient, incident: str) -> None:
    words = slack.api_call("conversations.history", params={"channel": incident, "limit": "many"})
    assert await refused(words) == "invalid_arguments"
    too_many = slack.api_call("conversations.history", params={"channel": incident, "limit": 5000})
    assert await refused(too_many) == "invalid_limit"


async def test_a_scope_the_manifest_lacks_is_named() -> None:
    seed = small_team(replace(APP, scopes=("users:read",)))
    async with SandboxServer(Workspace(seed, clock=ManualClock(), rng=random.Random(1))) as server:
        slack = client_with(server, server.bot_token)
        with pytest.raises(SlackApiError) as caught:
            await slack.chat_postMessage(channel="#sre", text="x")

        assert caught.value.response["error"] == "missing_scope"
        assert caught.value.response["needed"] == "chat:write"
        assert caught.value.response["provided"] == "users:read"
        assert (await slack.auth_test()).headers["X-OAuth-Scopes"] == "users:read"


async def test_posting_anywhere_needs_its_scope() -> None:
    seed = small_team(replace(APP, scopes=("chat:write", "chat:write.public")))
    async with SandboxServer(seed) as server:
        server.leave_channel("sre")

        assert (await client_with(server, server.bot_token).chat_postMessage(channel="#sre", text="x"))["ok"]


async def test_a_burst_is_borne_and_then_a_second_a_message(
    server: SandboxServer, slack: AsyncWebClient, clock: ManualClock, incident: str
) -> None:
    for _ in range(10):
        await slack.chat_postMessage(channel=incident, text="x")
    with pytest.raises(SlackApiError) as caught:
        await slack.chat_postMessage(channel=incident, text="x")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    assert caught.value.response["error"] == "ratelimited"
    assert (await slack.chat_postMessage(channel="#sre", text="another channel"))["ok"]
    await clock.advance(1)
    assert (await slack.chat_postMessage(channel=incident, text="x"))["ok"]


async def test_tiers_count_by_method() -> None:
    workspace = Workspace(small_team(APP), clock=ManualClock(), rng=random.Random(1))
    async with SandboxServer(workspace, rates=RateLimits(scale=0.1)) as server:
        slack = client_with(server, server.bot_token)
        for _ in range(2):
            await slack.users_list()

        assert await refused(slack.users_list()) == "ratelimited"
        assert (await slack.users_info(user=workspace.app.user_id))["ok"]


async def test_limits_can_be_switched_off(clock: ManualClock) -> None:
    async with SandboxServer(Workspace(small_team(APP), clock=clock), rates=RateLimits(enabled=False)) as server:
        slack = client_with(server, server.bot_token)
        for number in range(30):
            await slack.chat_postMessage(channel="#sre", text=str(number))

        assert len(list(server.workspace.messages)) == 30


async def test_planned_failures_come_once(server: SandboxServer, slack: AsyncWebClient, incident: str) -> None:
    server.fail_next("chat.postMessage", error="internal_error")
    server.fail_next("chat.postMessage", status=500)
    server.fail_next("chat.postMessage", status=429, retry_after=7)

    assert await refused(slack.chat_postMessage(channel=incident, text="x")) == "internal_error"
    with pytest.raises(SlackApiError) as broken:
        await slack.chat_postMessage(channel=incident, text="x")
    assert broken.value.response.status_code == 500
    with pytest.raises(SlackApiError) as limited:
        await slack.chat_postMessage(channel=incident, text="x")
    assert limited.value.response.headers["Retry-After"] == "7"
    assert (await slack.chat_postMessage(channel=incident, text="x"))["ok"]
    assert [call.error for call in server.calls] == ["internal_error", "internal_error", "ratelimited", ""]


async def test_a_lost_answer_leaves_the_work_done(server: SandboxServer, slack: AsyncWebClient, incident: str) -> None:
    server.fail_next("chat.postMessage", lose_answer=True)

    with pytest.raises(aiohttp.ClientError):
        await slack.chat_postMessage(channel=incident, text="done, but nobody knows")
    assert [message.text for message in server.workspace.messages] == ["done, but nobody knows"]


async def test_a_client_that_repeats_blindly_posts_twice_after_a_lost_answer(
    server: SandboxServer, incident: str
) -> None:
    server.fail_next("chat.postMessage", lose_answer=True)
    with_default_retries = AsyncWebClient(token=server.bot_token, base_url=server.api_url)
    await with_default_retries.chat_postMessage(channel=incident, text="twice")

    assert [message.text for message in server.workspace.messages] == ["twice", "twice"]


async def test_a_slow_api_waits_by_the_clock(server: SandboxServer, slack: AsyncWebClient, clock: ManualClock) -> None:
    server.slow_api(5, ["auth.test"])
    asking = asyncio.ensure_future(slack.auth_test())
    assert (await slack.api_test())["ok"]
    while not clock.sleepers:
        await asyncio.sleep(0)
    assert not asking.done()
    await clock.advance(5)
    assert (await asking)["ok"]
    server.slow_api(1)
    assert server.faults.delay("anything") == 1
    server.faults.clear()
    assert (await slack.auth_test())["ok"]


async def test_the_sdk_waits_out_a_rate_limit(server: SandboxServer, incident: str) -> None:
    server.fail_next("chat.postMessage", status=429, retry_after=0)
    slack = AsyncWebClient(
        token=server.bot_token, base_url=server.api_url, retry_handlers=[AsyncRateLimitErrorRetryHandler()]
    )

    assert (await slack.chat_postMessage(channel=incident, text="x"))["ok"]
