"""Response URLs: five answers within half an hour, to the person or to the channel, member or not."""

from dataclasses import replace

from aiohttp import web

from bot.sandbox.api.call import Call
from bot.sandbox.api.content import Content, read_content
from bot.sandbox.api.desk import Desk
from bot.sandbox.api.errors import ApiError
from bot.sandbox.api.posting import post_as_app, thread_of
from bot.sandbox.wire import JsonObject, dumps, loads_object
from bot.sandbox.workspace.channels import Channel
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.tickets import ResponseTicket


async def serve_response(desk: Desk, request: web.Request) -> web.Response:
    """Answer a POST to a response URL."""
    ticket = desk.workspace.tickets.use_response(request.match_info["key"])
    if isinstance(ticket, str):
        return web.json_response({"ok": False, "error": ticket}, status=404, dumps=dumps)
    body = loads_object(await request.read())
    if body is None:
        return web.Response(status=400, text="invalid_payload")
    try:
        respond(desk, ticket, body)
    except ApiError as error:
        return web.Response(status=400, text=error.code)
    return web.Response(text="ok")


def respond(desk: Desk, ticket: ResponseTicket, body: JsonObject) -> None:
    """Do what an answer asks for: delete or replace the message it came from, or say something new."""
    workspace = desk.workspace
    call = Call("response_url", body, None)
    channel = workspace.channels.find(ticket.channel_id)
    original = workspace.messages.get(channel.id, ticket.message_ts) if ticket.message_ts else None
    if original and call.flag("delete_original"):
        workspace.delete(original)
        return
    content = read_content(desk, call)
    if original and call.flag("replace_original"):
        replace_message(desk, original, content)
        return
    say(desk, ticket, channel, content, call)


def replace_message(desk: Desk, original: Message, content: Content) -> None:
    """Edit a message, ephemeral ones too: only a response URL can do that."""
    if not content.text and not content.blocks:
        raise ApiError("no_text")
    after = replace(original, text=content.text or "", blocks=content.blocks or (), edited_ts=desk.workspace.mint.ts())
    desk.workspace.edit(original, after)


def say(desk: Desk, ticket: ResponseTicket, channel: Channel, content: Content, call: Call) -> None:
    """Post to the channel, or only to the person, which is the default."""
    thread_ts = thread_of(desk.workspace, channel, call.text("thread_ts")) or ticket.thread_ts
    everybody = call.text("response_type") == "in_channel"
    post_as_app(
        desk.workspace, channel, content, thread_ts=thread_ts, ephemeral_for=None if everybody else ticket.user_id
    )
