"""Uploads as `files_upload_v2` does them, and pictures in blocks."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SandboxServer
from tests.sandbox.test_chat import refused

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


async def upload(slack: AsyncWebClient, name: str = "chart.png", **more: object) -> str:
    answer = await slack.files_upload_v2(filename=name, content=PNG, title="Decisive signal", **more)  # type: ignore[arg-type]
    return str(answer["file"]["id"])


async def test_a_file_is_shared_into_a_thread(server: SandboxServer, slack: AsyncWebClient, incident: str) -> None:
    parent = await slack.chat_postMessage(channel=incident, text="parent")
    file_id = await upload(slack, channel=incident, thread_ts=parent["ts"], initial_comment="See <this>")

    reply = server.workspace.thread(incident, parent["ts"])[1]
    info = (await slack.files_info(file=file_id))["file"]
    assert reply.file_ids == (file_id,)
    assert reply.text == "See &lt;this&gt;"
    assert info["shares"]["public"][incident][0]["ts"] == reply.ts
    assert (info["mimetype"], info["size"], info["title"]) == ("image/png", len(PNG), "Decisive signal")


async def test_an_upload_comes_raw_or_as_a_form_but_once_and_whole(
    server: SandboxServer, slack: AsyncWebClient
) -> None:
    first = await slack.files_getUploadURLExternal(filename="a.png", length=len(PNG))
    second = await slack.files_getUploadURLExternal(filename="b.png", length=len(PNG))
    async with aiohttp.ClientSession() as session:
        short = await session.post(first["upload_url"], data=PNG[:5])
        raw = await session.post(first["upload_url"], data=PNG)
        again = await session.post(first["upload_url"], data=PNG)
        form = aiohttp.FormData()
        form.add_field("filename", PNG, filename="b.png")
        as_form = await session.post(second["upload_url"], data=form)
        empty = await session.post(f"{server.url}upload/v1/unknown", data=b"x")

    assert [short.status, raw.status, again.status, as_form.status, empty.status] == [400, 200, 404, 200, 404]


async def test_a_picture_is_shown_and_anything_else_is_a_download(server: SandboxServer, slack: AsyncWebClient) -> None:
    picture, page = await upload(slack), await upload(slack, "evil.html")
    async with aiohttp.ClientSession() as session:
        shown = await session.get(f"{server.url}files/{picture}/chart.png")
        saved = await session.get(f"{server.url}files/{page}/evil.html")
        missing = await session.get(f"{server.url}files/F0/none.png")

        assert (await shown.read(), shown.content_type) == (PNG, "image/png")
        assert saved.content_type == "application/octet-stream"
        assert saved.headers["Content-Disposition"] == "attachment"
        assert "sandbox" in saved.headers["Content-Security-Policy"]
        assert missing.status == 404


async def test_an_image_block_may_name_an_uploaded_picture(slack: AsyncWebClient, incident: str) -> None:
    file_id = await upload(slack)
    url = (await slack.files_info(file=file_id))["file"]["url_private"]
    page = await upload(slack, "notes.txt")

    for reference in ({"id": file_id}, {"url": url}):
        image = {"type": "image", "slack_file": reference, "alt_text": "the signal"}
        assert (await slack.chat_postMessage(channel=incident, text="x", blocks=[image]))["ok"]
    no_picture = [{"type": "image", "slack_file": {"id": page}, "alt_text": "x"}]
    assert await refused(slack.chat_postMessage(channel=incident, text="x", blocks=no_picture)) == "invalid_blocks"


@pytest.mark.parametrize("listed", ["[]", '[{"id": "F0"}]', '["F0"]'])
async def test_completing_what_was_never_uploaded_is_refused(slack: AsyncWebClient, listed: str) -> None:
    call = slack.api_call("files.completeUploadExternal", params={"files": listed})

    assert await refused(call) in ("file_not_found", "invalid_arguments")


async def test_an_upload_needs_a_length_and_an_unknown_file_is_not_found(slack: AsyncWebClient) -> None:
    assert await refused(slack.files_getUploadURLExternal(filename="a", length=0)) == "invalid_arguments"
    assert await refused(slack.files_info(file="F0")) == "file_not_found"
