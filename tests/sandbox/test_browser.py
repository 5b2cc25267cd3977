"""The page in real Chromium: what a person sees and does, end to end through the server to the app and back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bench.picture import CHROMIUM, FLAGS
from bot.sandbox import AppSeed, RateLimits, SandboxServer, Workspace, small_team
from tests.sandbox.conftest import Connect, connecting
from tests.sandbox.kit import Json, actions, button, confirm, input_block, modal, option, plain, section, text_input
from tests.sandbox.test_people import post_card
from tests.sandbox.test_socket import acknowledging

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),  # so that one browser serves all tests
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium: apt-get install chromium"),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def server(app_seed: AppSeed) -> AsyncIterator[SandboxServer]:
    """In real time, since the browser has its own clock."""
    async with SandboxServer(Workspace(small_team(app_seed)), rates=RateLimits(enabled=False)) as running:
        yield running


@pytest.fixture
def slack(server: SandboxServer) -> AsyncWebClient:
    return AsyncWebClient(token=server.bot_token, base_url=server.api_url, retry_handlers=[])


@pytest.fixture
def incident(server: SandboxServer) -> str:
    return server.workspace.channel("inc-123-checkout").id


@pytest_asyncio.fixture(loop_scope="module")
async def connect(server: SandboxServer) -> AsyncIterator[Connect]:
    async with connecting(server) as connect_app:
        yield connect_app


@dataclass
class Seen:
    """A page with what went wrong in it, which must be nothing."""

    page: Page
    errors: list[str]


@pytest_asyncio.fixture(loop_scope="module")
async def seen(browser: Browser, server: SandboxServer) -> AsyncIterator[Seen]:
    errors: list[str] = []
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: errors.append(f"dialog: {dialog.message}"))
    await page.goto(server.url)
    await page.wait_for_selector('[data-ready="true"]')
    yield Seen(page, errors)
    await context.close()


async def test_messages_live_as_they_come(
    seen: Seen, server: SandboxServer, slack: AsyncWebClient, incident: str
) -> None:
    page, ana = seen.page, server.workspace.user("ana").id
    parent = await slack.chat_postMessage(channel=incident, text="INC-123 looking")
    await expect(page.locator("#timeline")).to_contain_text("INC-123 looking")
    await slack.chat_update(channel=incident, ts=parent["ts"], text="INC-123 *2/3* database")
    await expect(page.locator("#timeline strong")).to_have_text("2/3")
    await expect(page.locator("#timeline .edited")).to_be_visible()
    await slack.chat_postMessage(channel=incident, thread_ts=parent["ts"], text=f"<@{ana}> *Likely*: orders v412")

    thread = page.locator("#thread")
    await expect(thread).to_contain_text("Likely: orders v412")
    await expect(page.locator(".replies")).to_contain_text("1 reply")
    await expect(page.locator(".toast")).to_contain_text("@ana Likely: orders v412")
    await page.locator("#thread textarea").fill("thank you @compass")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    answer = await server.wait_for(lambda message: message.text.startswith("thank you"))
    assert answer.thread_ts == parent["ts"]
    await page.reload()
    await expect(thread).to_contain_text("Likely: orders v412")
    assert seen.errors == []


async def test_the_answer_stays_in_view_while_the_app_posts_what_belongs_to_it(
    seen: Seen, server: SandboxServer, slack: AsyncWebClient, incident: str
) -> None:
    thread, ana = seen.page.locator("#thread"), server.workspace.user("ana").id
    parent = await slack.chat_postMessage(channel=incident, text="INC-123")
    for text in (*("findings\n" * 9,) * 4, f"<@{ana}> the answer", *("a long chart\n" * 9,) * 5):
        await slack.chat_postMessage(channel=incident, thread_ts=parent["ts"], text=text)
    await expect(thread.locator(".msg")).to_have_count(11)
    await expect(thread.get_by_text("the answer")).to_be_in_viewport()
    await slack.chat_postEphemeral(channel=incident, user=ana, thread_ts=parent["ts"], text="the evidence")

    await expect(thread.get_by_text("the evidence")).to_be_in_viewport()
    assert seen.errors == []


async def test_a_command_goes_to_the_app_and_its_answer_is_for_one_person(
    seen: Seen, server: SandboxServer, connect: Connect
) -> None:
    page = seen.page
    requests: list[SocketModeRequest] = []
    await connect(acknowledging(requests, {"text": "On it, `INC-123`"}))
    await page.locator("#composer textarea").press_sequentially("/inv")
    await expect(page.locator("#composer .suggestions")).to_contain_text("INC-123 budget=10")
    await page.keyboard.press("Tab")
    await page.keyboard.type("INC-123 budget=10")
    await page.keyboard.press("Enter")

    await expect(page.locator(".msg.ephemeral")).to_contain_text("Only visible to you")
    await expect(page.locator(".command-line")).to_contain_text("/investigate INC-123 budget=10")
    assert (requests[0].payload["command"], requests[0].payload["text"]) == ("/investigate", "INC-123 budget=10")
    await page.locator('[data-user="ben"]').click()
    await expect(page.locator(".msg.ephemeral")).to_have_count(0)
    await page.locator('[data-user="ana"]').click()
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.locator(".msg.ephemeral")).to_have_count(0)
    assert seen.errors == []


async def test_a_button_is_busy_until_the_app_acknowledges(
    seen: Seen, server: SandboxServer, connect: Connect, slack: AsyncWebClient, incident: str
) -> None:
    page = seen.page
    pressed, go_on = asyncio.Event(), asyncio.Event()
    requests: list[Json] = []

    async def listen(client: SocketModeClient, request: SocketModeRequest) -> None:
        requests.append(request.payload)
        pressed.set()
        await go_on.wait()
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))
        ts = request.payload["message"]["ts"]
        await slack.chat_update(channel=incident, ts=ts, text="done", blocks=[section("Accepted by @ben")])

    await connect(listen)
    post_card(server, incident, actions(button("accept", "Accept", style="primary", confirm=confirm())))
    await page.locator('[data-user="ben"]').click()
    await page.get_by_role("button", name="Accept").click()
    await page.get_by_role("button", name="No", exact=True).click()
    await page.get_by_role("button", name="Accept").click()
    await page.get_by_role("button", name="Yes", exact=True).click()
    await pressed.wait()
    await expect(page.locator('[data-action="accept"]')).to_have_attribute("aria-busy", "true")
    go_on.set()

    await expect(page.locator("#timeline")).to_contain_text("Accepted by @ben")
    assert [request["user"]["username"] for request in requests] == ["ben"]
    assert seen.errors == []


async def test_a_button_nobody_answers_is_not_stuck(seen: Seen, server: SandboxServer, incident: str) -> None:
    page = seen.page
    post_card(server, incident, actions(button("stop", "Stop")))
    await page.get_by_role("button", name="Stop").click()

    await expect(page.locator(".trouble")).to_have_text("The app is not connected")
    await expect(page.locator('[data-action="stop"]')).not_to_have_attribute("aria-busy", "true")
    assert seen.errors == []


FORM = modal(
    section("*Reject* this?"),
    input_block(
        "reason", {"type": "radio_buttons", "action_id": "r", "options": [option("no", "Not it"), option("so")]}
    ),
    input_block("zone", {"type": "static_select", "action_id": "z", "options": [option("eu"), option("us")]}),
    input_block("tags", {"type": "checkboxes", "action_id": "t", "options": [option("x"), option("y")]}, optional=True),
    input_block("money", {"type": "number_input", "action_id": "n", "is_decimal_allowed": True}),
    input_block("day", {"type": "datepicker", "action_id": "d"}),
    input_block("hour", {"type": "timepicker", "action_id": "h", "initial_time": "14:05"}),
    text_input("words", "w", multiline=True),
    close=plain("Back"),
)


async def test_a_form_goes_round(
    seen: Seen, server: SandboxServer, connect: Connect, slack: AsyncWebClient, incident: str
) -> None:
    page = seen.page
    submitted: list[Json] = []

    async def listen(client: SocketModeClient, request: SocketModeRequest) -> None:
        answer: Json | None = None
        if request.payload["type"] == "view_submission":
            submitted.append(request.payload["view"]["state"]["values"])
            if len(submitted) == 1:
                answer = {"response_action": "errors", "errors": {"money": "More than is left"}}
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))
        if request.payload["type"] == "block_actions":
            await slack.views_open(trigger_id=request.payload["trigger_id"], view=FORM)

    await connect(listen)
    post_card(server, incident, actions(button("reject", "Reject")))
    await page.get_by_role("button", name="Reject").click()
    dialog = page.locator("dialog.modal")
    await dialog.get_by_text("Not it").click()
    await dialog.locator('[data-action="z"]').select_option("us")
    await dialog.locator(".choice").get_by_text("y", exact=True).click()
    await dialog.locator('[data-action="n"]').fill("12.50")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog.locator(".complaint").first).to_have_text("Please complete this required field.")
    await dialog.locator('[data-action="d"]').fill("2026-03-14")
    await dialog.locator('[data-action="w"]').fill("<b>words</b>")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog.locator(".complaint")).to_have_count(1)
    await expect(dialog.locator(".complaint")).to_have_text("More than is left")
    await dialog.locator('[data-action="n"]').fill("2")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_have_count(0)

    values = submitted[-1]
    assert values["reason"]["r"]["selected_option"]["value"] == "no"
    assert values["zone"]["z"]["selected_option"]["value"] == "us"
    assert [one["value"] for one in values["tags"]["t"]["selected_options"]] == ["y"]
    assert (values["money"]["n"]["value"], values["day"]["d"]["selected_date"]) == ("2", "2026-03-14")
    assert (values["hour"]["h"]["selected_time"], values["words"]["w"]["value"]) == ("14:05", "<b>words</b>")
    assert seen.errors == []


HOSTILE = "<img src=x onerror=alert(1)> <script>alert(2)</script> <javascript:alert(3)|go> <!channel> [a](javascript:alert(4))"


async def test_hostile_words_do_no_harm(seen: Seen, slack: AsyncWebClient, incident: str) -> None:
    page = seen.page
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    blocks: list[Any] = [
        {"type": "header", "text": plain(HOSTILE)},
        section(HOSTILE, fields=[plain(HOSTILE)], accessory=button("x", HOSTILE[:70])),
        section(f"```{escaped}``` `{escaped}` *{escaped}*"),
        {"type": "markdown", "text": HOSTILE},
        {"type": "table", "rows": [[{"type": "raw_text", "text": HOSTILE}]]},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": HOSTILE},
                        {"type": "link", "url": "javascript:alert(5)", "text": "link"},
                    ],
                }
            ],
        },
    ]
    await slack.chat_postMessage(channel=incident, text=HOSTILE)
    await slack.chat_postMessage(channel=incident, text=escaped, blocks=blocks)
    await expect(page.locator("#timeline .msg")).to_have_count(2)

    assert await page.locator("#timeline script, #timeline img[src='x']").count() == 0
    assert await page.locator("a[href^='javascript']").count() == 0
    await expect(page.locator("#timeline .block-header")).to_have_text(HOSTILE)
    assert seen.errors == []


async def test_the_page_comes_back_when_the_server_was_away(seen: Seen, server: SandboxServer, incident: str) -> None:
    page = seen.page
    await server._feed.aclose()
    await expect(page.locator(".banner")).to_contain_text("comes back by itself")
    server.say("ben", incident, "said while away")

    await expect(page.locator("#timeline")).to_contain_text("said while away")
    await expect(page.locator(".banner")).to_contain_text("Local sandbox")
    assert seen.errors == []


async def test_a_sandbox_that_was_started_anew_gets_its_page(seen: Seen, server: SandboxServer) -> None:
    port = server.port
    await server.aclose()
    async with SandboxServer(small_team(), port=port) as second:
        second.say("ana", "inc-123-checkout", "a new run")
        await expect(seen.page.locator("#timeline")).to_contain_text("a new run")

        assert second.port == port


async def test_a_narrow_screen_shows_one_thing_at_a_time(
    seen: Seen, server: SandboxServer, slack: AsyncWebClient, incident: str
) -> None:
    page = seen.page
    await page.set_viewport_size({"width": 390, "height": 780})
    parent = await slack.chat_postMessage(channel=incident, text="parent")
    await slack.chat_postMessage(channel=incident, thread_ts=parent["ts"], text="reply")
    await expect(page.locator("#thread")).to_be_hidden()
    await page.locator(".replies").click()
    await expect(page.locator("#thread")).to_contain_text("reply")
    await page.get_by_role("button", name="Close thread").click()
    await page.get_by_role("button", name="Channels").click()
    await page.locator("#sidebar").get_by_text("sre", exact=True).click()

    await expect(page.locator("#head h1")).to_contain_text("sre")
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert seen.errors == []


async def test_private_rooms_archived_rooms_and_the_app(
    seen: Seen, server: SandboxServer, slack: AsyncWebClient
) -> None:
    page = seen.page
    ana = server.workspace.user("ana").id
    await slack.views_publish(user_id=ana, view={"type": "home", "blocks": [section("Welcome *home*")]})
    await page.locator("#sidebar").get_by_text("inc-099-old").click()
    await expect(page.locator("#composer .locked")).to_contain_text("archived")
    await page.locator("#sidebar").get_by_text("Compass").click()
    await expect(page.locator("#timeline")).to_contain_text("Welcome home")
    await page.get_by_role("tab", name="Messages").click()
    await page.locator("#composer textarea").fill("hello app")
    await page.keyboard.press("Enter")
    await server.wait_for(lambda message: message.text == "hello app")
    await page.locator('[data-user="guest"]').click()

    await expect(page.locator("#sidebar")).not_to_contain_text("sre-private")
    assert seen.errors == []
