"""`files.*`: the three steps of an upload (ask for a URL, send the bytes, complete and share), and reading back.

Source: https://docs.slack.dev/messaging/working-with-files#upload.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.sandbox.api.access import writable_channel
from bot.sandbox.api.call import Call
from bot.sandbox.api.content import Content, read_blocks, settle_text
from bot.sandbox.api.desk import Desk, Method
from bot.sandbox.api.errors import ApiError, missing
from bot.sandbox.api.posting import post_as_app, thread_of
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.files import StoredFile


def _upload_url(desk: Desk, call: Call) -> JsonObject:
    length = call.integer("length", 0)
    if length <= 0:
        raise missing("length")
    workspace = desk.workspace
    name = call.required("filename").replace("/", "_")
    file = StoredFile(
        id=workspace.mint.id("F"),
        name=name,
        title=name,
        user_id=workspace.app.user_id,
        created=int(workspace.clock.now()),
        upload_key=workspace.mint.secret(),
        announced_length=length,
        alt_text=call.text("alt_txt"),
    )
    workspace.files.put(file)
    return {"file_id": file.id, "upload_url": f"{desk.base_url()}upload/v1/{file.upload_key}"}


async def receive_upload(desk: Desk, request: web.Request) -> web.Response:
    """Take the bytes that are posted to an upload URL, raw or as the first part of a multipart form."""
    file = desk.workspace.files.by_upload_key(request.match_info["key"])
    if file is None or file.content is not None:
        return web.Response(status=404, text="not found")
    content = await _body(request)
    if len(content) != file.announced_length:
        return web.Response(status=400, text="length does not match the announced one")
    desk.workspace.files.receive(file, content)
    return web.Response(text=f"OK - {len(content)}")


async def _body(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    form = await request.post()
    return next((value.file.read() for value in form.values() if isinstance(value, web.FileField)), b"")


def _complete(desk: Desk, call: Call) -> JsonObject:
    listed = call.structure("files")
    if not isinstance(listed, list) or not listed:
        raise missing("files")
    uploaded = [_uploaded(desk, item) for item in listed]
    for file in uploaded:
        desk.workspace.files.put(file)
    channels = [call.text("channel_id"), *call.text("channels").split(",")]
    for channel_id in filter(None, channels):
        uploaded = _share(desk, call, channel_id, uploaded)
    return {"files": [desk.file_wire(file) for file in uploaded]}


def _uploaded(desk: Desk, item: Any) -> StoredFile:
    file = desk.workspace.files.get(str(item.get("id"))) if isinstance(item, dict) else None
    if file is None or file.content is None:
        raise ApiError("file_not_found")
    return replace(file, complete=True, title=str(item.get("title") or file.name))


def _share(desk: Desk, call: Call, channel_id: str, files: list[StoredFile]) -> list[StoredFile]:
    workspace = desk.workspace
    channel = writable_channel(desk, Call(call.method, {"channel": channel_id}, None))
    blocks = read_blocks(desk, call.structure("blocks", "invalid_blocks_format"))
    message = post_as_app(
        workspace,
        channel,
        Content(settle_text(call.text("initial_comment")), blocks),
        thread_ts=thread_of(workspace, channel, call.text("thread_ts")),
        file_ids=tuple(file.id for file in files),
    )
    return [workspace.share_file(file, message) for file in files]


def _info(desk: Desk, call: Call) -> JsonObject:
    file = desk.workspace.files.get(call.required("file"))
    if file is None:
        raise ApiError("file_not_found")
    return {"file": desk.file_wire(file), "comments": [], "response_metadata": {"next_cursor": ""}}


async def serve_file(desk: Desk, request: web.Request) -> web.Response:
    """A file's bytes, for the page. Only images are shown; everything else is a download, and nothing may run."""
    file = desk.workspace.files.get(request.match_info["file_id"])
    if file is None or file.content is None:
        return web.Response(status=404, text="no such file")
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=3600",
    }
    if not file.is_image:
        headers["Content-Disposition"] = "attachment"
        return web.Response(body=file.content, content_type="application/octet-stream", headers=headers)
    return web.Response(body=file.content, content_type=file.mimetype, headers=headers)


METHODS: Mapping[str, Method] = {
    "files.getUploadURLExternal": Method(_upload_url, 100, ("files:write",)),
    "files.completeUploadExternal": Method(_complete, 100, ("files:write",)),
    "files.info": Method(_info, 100, ("files:read",)),
}
