"""The page's side of the server: files, guards, the live feed and the acts."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SandboxServer, Workspace, small_team
from tests.sandbox.conftest import Connect
from tests.sandbox.kit import actions, button, modal, section
from tests.sandbox.test_files import upload
from tests.sandbox.test_people import post_card
from tests.sandbox.test_socket import acknowledging


class Page:
    """What the page's scripts do, without a browser."""

    def __init__(self, server: SandboxServer, session: aiohttp.ClientSession) -> None:
        self.server, self.session = server, session
        self.headers = {"X-Page-Token": server.page_token}

    async def act(self, name: str, /, **body: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(f"{self.server.url}act/{name}", json=body, headers=self.headers) as answer:
            return answer.status, await answer.json() if answer.content_type == "application/json" else {}

    def feed(self) -> Any:
        return self.session.ws_connect(f"{self.server.url}feed?token={self.server.page_token}")


@pytest.fixture
async def page(server: SandboxServer) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession() as session:
        yield Page(server, session)


async def test_the_page_is_served_with_its_token_and_a_strict_policy(page: Page) -> None:
    answer = await page.session.get(page.server.url)
    html = await answer.text()

    policy = answer.headers["Content-Security-Policy"]
    assert page.server.page_token in html
    assert "Harbour Shop" in html
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"


async def test_nothing_outside_of_the_pages_folder_is_served(page: Page) -> None:
    for path in ("%2e%2e/server.py", "..%2fserver.py", "index.html", "nothing.js"):
        answer = await page.session.get(f"{page.server.url}page/{path}")
        assert answer.status == 404


async def test_a_foreign_host_name_is_turned_away(page: Page) -> None:
    rebound = await page.session.get(page.server.url, headers={"Host": "evil.example:80"})
    api = await page.session.post(f"{page.server.api_url}api.test", headers={"Host": "evil.example"})
    local = await page.session.get(page.server.url, headers={"Host": "localhost"})

    assert (rebound.status, api.status, local.status) == (403, 403, 200)


async def test_acts_and_feed_need_the_token_and_no_foreign_origin(page: Page) -> None:
    token = page.server.page_token
    url = f"{page.server.url}act/say"
    feed = f"{page.server.url}feed"
    without = await page.session.post(url, json={})
    foreign = await page.session.post(url, json={}, headers={"X-Page-Token": token, "Origin": "http://evil.example"})
    no_feed = await page.session.get(feed)
    foreign_feed = await page.session.get(feed, params={"token": token}, headers={"Origin": "http://localhost:1"})

    assert [answer.status for answer in (without, foreign, no_feed, foreign_feed)] == [403, 403, 403, 403]


def test_a_host_beyond_loopback_is_refused() -> None:
    with pytest.raises(ValueError, match="loopback only"):
        SandboxServer(small_team(), "0.0.0.0")


async def test_a_taken_port_gives_way_to_a_free_one(server: SandboxServer) -> None:
    async with SandboxServer(small_team(), port=server.port) as second:
        assert second.port not in (0, server.port)


async def test_the_feed_begins_with_the_whole_picture_and_goes_on_with_changes(
    page: Page, slack: AsyncWebClient, incident: str
) -> None:
    server = page.server
    ana = server.workspace.user("ana")
    await slack.chat_postMessage(channel=incident, text="early")
    async with page.feed() as feed:
        picture = await feed.receive_json()
        posted = await slack.chat_postMessage(channel=incident, text="x")
        await slack.chat_update(channel=incident, ts=posted["ts"], text="y")
        await slack.chat_delete(channel=incident, ts=posted["ts"])
        server.leave_channel("sre")
        trigger = server.workspace.tickets.new_trigger(ana.id)
        await slack.views_open(trigger_id=trigger, view=modal())
        await slack.views_publish(user_id=ana.id, view={"type": "home", "blocks": [section()]})
        await server.run_command("ana", incident, "/investigate", "x")
        pieces = [await feed.receive_json() for _ in range(8)]

    assert picture["type"] == "picture"
    assert picture["app"]["commands"][0]["usage_hint"] == "INC-123 budget=10"
    assert [message["text"] for message in picture["messages"]] == ["early"]
    assert [piece["type"] for piece in pieces] == [
        "posted", "edited", "deleted", "channel", "modals", "home", "command", "posted",
    ]  # fmt: skip
    async with page.feed() as again:
        picture = await again.receive_json()
    assert picture["modals"][ana.id][0]["title"]["text"] == "A form"
    assert ana.id in picture["homes"]
    assert picture["commands"][0]["command"] == "/investigate"


async def test_files_and_pictures_come_with_their_paths(page: Page, slack: AsyncWebClient, incident: str) -> None:
    file_id = await upload(slack, channel=incident)
    url = (await slack.files_info(file=file_id))["file"]["url_private"]
    blocks = [
        {"type": "image", "slack_file": {"id": file_id}, "alt_text": "x"},
        {"type": "image", "slack_file": {"url": url}, "alt_text": "x"},
    ]
    await slack.chat_postMessage(channel=incident, text="card", blocks=blocks)
    async with page.feed() as feed:
        picture = await feed.receive_json()

    shared, card = picture["messages"]
    path = f"/files/{file_id}/chart.png"
    assert (shared["files"][0]["path"], shared["files"][0]["image"]) == (path, True)
    assert card["images"] == {file_id: path, url: path}


async def test_a_closed_server_lets_pages_go(workspace: Workspace) -> None:
    async with SandboxServer(workspace) as server, aiohttp.ClientSession() as session:
        feed = await Page(server, session).feed()
        await feed.receive_json()
        await server.aclose()
        assert (await feed.receive()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


async def test_people_act_through_the_page(page: Page, connect: Connect, incident: str) -> None:
    server = page.server
    seen: list[Any] = []
    await connect(acknowledging(seen))
    ana = server.workspace.user("ana").id
    card = post_card(server, incident, actions(button()))
    notice = post_card(server, incident, section(), ephemeral_for=ana)

    assert (await page.act("say", user=ana, channel=incident, text="hello"))[0] == 200
    ran = await page.act("command", user=ana, channel=incident, command="/investigate", text="INC-1")
    clicked = await page.act("click", user=ana, channel=incident, ts=card.ts, action_id="go")
    shortcut = await page.act("shortcut", user=ana, channel=incident, ts=card.ts, callback_id="stop_here")
    everywhere = await page.act("shortcut", user=ana, callback_id="new_one")
    assert [answer for _, answer in (ran, clicked, shortcut, everywhere)] == [
        {"ok": True, "failure": "", "errors": {}}
    ] * 4
    assert (await page.act("react", user=ana, channel=incident, ts=card.ts, name="eyes"))[0] == 200
    assert (await page.act("react", user=ana, channel=incident, ts=card.ts, name="eyes"))[1][
        "error"
    ] == "already_reacted"
    assert (await page.act("dismiss", user=ana, channel=incident, ts=notice.ts))[0] == 200
    opened = await page.act("open-app", user=ana)
    assert opened[1]["channel"].startswith("D")
    assert [request.type for request in seen] == ["slash_commands", "interactive", "interactive", "interactive"]


async def test_forms_are_filled_in_through_the_page(page: Page, slack: AsyncWebClient, connect: Connect) -> None:
    server = page.server
    await connect(acknowledging([]))
    ana = server.workspace.user("ana").id
    form = modal(actions(button("more")), *modal()["blocks"])
    for _ in range(2):
        await slack.views_open(trigger_id=server.workspace.tickets.new_trigger(ana), view=form)
    view = server.modal("ana")
    assert view is not None

    clicked = await page.act("click-view", user=ana, view=view.id, action_id="more")
    incomplete = await page.act("submit", user=ana, view=view.id, values={})
    assert clicked[1]["failure"] == ""
    assert incomplete[1]["errors"] == {"why": "Please complete this required field."}
    assert (await page.act("submit", user=ana, view=view.id, values={"why": "because"}))[1]["failure"] == ""
    assert (await page.act("submit", user=ana, view=view.id, values={}))[0] == 409
    await slack.views_open(trigger_id=server.workspace.tickets.new_trigger(ana), view=form)
    assert (await page.act("close", user=ana, all=True))[0] == 200
    assert server.modal("ana") is None


async def test_what_cannot_be_done_is_said(page: Page, incident: str) -> None:
    server = page.server
    ana, ben = server.workspace.user("ana").id, server.workspace.user("ben").id
    notice = post_card(server, incident, section(), ephemeral_for=ana)

    assert (await page.act("nonsense", user=ana))[0] == 404
    assert (await page.act("say", user="nobody", channel=incident, text="x"))[0] == 409
    status, answer = await page.act("say", user=ana, channel="inc-099-old", text="x")
    assert (status, answer["error"]) == (409, "#inc-099-old is archived")
    assert (await page.act("dismiss", user=ben, channel=incident, ts=notice.ts))[0] == 409
    async with page.session.post(f"{server.url}act/say", data="no json", headers=page.headers) as broken:
        assert broken.status == 404


async def test_a_permalink_leads_into_the_page(page: Page, slack: AsyncWebClient, incident: str) -> None:
    posted = await slack.chat_postMessage(channel=incident, text="x")
    link = (await slack.chat_getPermalink(channel=incident, message_ts=posted["ts"]))["permalink"]
    answer = await page.session.get(link, allow_redirects=False)

    assert answer.status == 302
    assert answer.headers["Location"] == f"/#{incident}/{posted['ts']}"


async def test_a_page_that_falls_far_behind_is_let_go(
    page: Page, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.site.feed.LONGEST_QUEUE", 5)
    async with page.feed() as feed:
        await feed.receive_json()
        for number in range(20):
            server.say("ana", "sre", str(number))
        ending = await feed.receive()

    assert (ending.type, ending.data) == (aiohttp.WSMsgType.CLOSE, aiohttp.WSCloseCode.TRY_AGAIN_LATER)
