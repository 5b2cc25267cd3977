"""`chat.*` and `reactions.add`: posting, editing, deleting."""

from collections.abc import Mapping
from dataclasses import replace

from bot.sandbox.api.access import visible_channel, writable_channel
from bot.sandbox.api.call import Call
from bot.sandbox.api.content import read_content
from bot.sandbox.api.desk import Desk, Method
from bot.sandbox.api.errors import ApiError
from bot.sandbox.api.posting import post_as_app, thread_of
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.channels import Channel
from bot.sandbox.workspace.messages import Message


def _post_message(desk: Desk, call: Call) -> JsonObject:
    channel = writable_channel(desk, call)
    content = read_content(desk, call)
    message = post_as_app(
        desk.workspace,
        channel,
        content,
        thread_ts=thread_of(desk.workspace, channel, call.text("thread_ts")),
        broadcast=call.flag("reply_broadcast"),
        client_msg_id=call.text("client_msg_id") or None,
    )
    return {"channel": channel.id, "ts": message.ts, "message": desk.message_wire(message)}


def _post_ephemeral(desk: Desk, call: Call) -> JsonObject:
    channel = writable_channel(desk, call)
    user_id = call.required("user")
    if user_id not in channel.members:
        raise ApiError("user_not_in_channel")
    content = read_content(desk, call)
    thread_ts = thread_of(desk.workspace, channel, call.text("thread_ts"))
    message = post_as_app(desk.workspace, channel, content, thread_ts=thread_ts, ephemeral_for=user_id)
    return {"message_ts": message.ts}


def _update(desk: Desk, call: Call) -> JsonObject:
    channel = writable_channel(desk, call)
    message = _own_message(desk, channel, call.required("ts"), "cant_update_message")
    content = read_content(desk, call)
    if content.text is None and content.blocks is None:
        raise ApiError("no_text")
    if not content.text and not content.blocks and not message.file_ids:
        raise ApiError("no_text")
    after = replace(
        message,
        text=message.text if content.text is None else content.text,
        blocks=content.blocks or (),
        metadata=content.metadata or message.metadata,
        edited_ts=desk.workspace.mint.ts(),
    )
    desk.workspace.edit(message, after)
    return {"channel": channel.id, "ts": after.ts, "text": after.text, "message": desk.message_wire(after)}


def _delete(desk: Desk, call: Call) -> JsonObject:
    channel = writable_channel(desk, call)
    message = _own_message(desk, channel, call.required("ts"), "cant_delete_message")
    desk.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def _permalink(desk: Desk, call: Call) -> JsonObject:
    channel = visible_channel(desk, call)
    message = _message(desk, channel, call.required("message_ts"))
    link = f"{desk.base_url()}archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _react(desk: Desk, call: Call) -> JsonObject:
    channel = visible_channel(desk, call)
    message = _message(desk, channel, call.required("timestamp"))
    add_reaction(desk, message, call.required("name"), desk.workspace.app.user_id)
    return {}


def add_reaction(desk: Desk, message: Message, name: str, user_id: str) -> None:
    """Let somebody react to a message; `already_reacted` the second time."""
    reactions = dict(message.reactions)
    users = reactions.get(name, ())
    if user_id in users:
        raise ApiError("already_reacted")
    reactions[name] = (*users, user_id)
    desk.workspace.edit(message, replace(message, reactions=tuple(reactions.items())))


def _message(desk: Desk, channel: Channel, ts: str) -> Message:
    message = desk.workspace.messages.get(channel.id, ts)
    if message is None or message.ephemeral_for or message.tombstone:
        raise ApiError("message_not_found")
    return message


def _own_message(desk: Desk, channel: Channel, ts: str, refusal: str) -> Message:
    message = _message(desk, channel, ts)
    if message.bot_id != desk.workspace.app.bot_id:
        raise ApiError(refusal)
    return message


METHODS: Mapping[str, Method] = {
    "chat.postMessage": Method(_post_message, None, ("chat:write",)),
    "chat.postEphemeral": Method(_post_ephemeral, None, ("chat:write",)),
    "chat.update": Method(_update, 50, ("chat:write",)),
    "chat.delete": Method(_delete, 50, ("chat:write",)),
    "chat.getPermalink": Method(_permalink, None),
    "reactions.add": Method(_react, 50, ("reactions:write",)),
}
