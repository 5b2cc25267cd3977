"""`conversations.*`: what channels there are, who is in them and what was said."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import TypeVar

from bot.sandbox.api.access import is_inside, known_user, readable_channel, visible_channel
from bot.sandbox.api.call import Call
from bot.sandbox.api.desk import Desk, Method
from bot.sandbox.api.errors import ApiError
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.messages import Message

LARGEST_PAGE = 999
READ = ("channels:read", "groups:read", "im:read")
HISTORY = ("channels:history", "groups:history", "im:history")

_Item = TypeVar("_Item")


def paged(items: Sequence[_Item], call: Call, default: int = 100) -> tuple[list[_Item], str]:
    """One page and the cursor to the next, empty on the last page; `invalid_cursor` and `invalid_limit` as Slack."""
    limit = call.integer("limit", default)
    if not 0 < limit <= LARGEST_PAGE + 1:
        raise ApiError("invalid_limit")
    try:
        first = int(base64.b64decode(call.text("cursor"), validate=True) or b"0")
    except (binascii.Error, ValueError):
        raise ApiError("invalid_cursor") from None
    last = first + limit
    cursor = base64.b64encode(str(last).encode()).decode() if last < len(items) else ""
    return list(items[first:last]), cursor


def _info(desk: Desk, call: Call) -> JsonObject:
    channel = visible_channel(desk, call)
    return {"channel": channel.as_wire(desk.workspace.app.user_id)}


def _list(desk: Desk, call: Call) -> JsonObject:
    kinds = set(call.text("types", "public_channel").replace(" ", "").split(","))
    names = {"channel": "public_channel", "group": "private_channel", "im": "im"}
    channels = [
        channel
        for channel in desk.workspace.channels
        if names[channel.kind] in kinds
        and (not channel.private or is_inside(desk, channel))
        and not (channel.archived and call.flag("exclude_archived"))
    ]
    page, cursor = paged(channels, call)
    bot = desk.workspace.app.user_id
    return {"channels": [channel.as_wire(bot) for channel in page], "response_metadata": {"next_cursor": cursor}}


def _members(desk: Desk, call: Call) -> JsonObject:
    page, cursor = paged(visible_channel(desk, call).members, call)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def _join(desk: Desk, call: Call) -> JsonObject:
    channel = visible_channel(desk, call)
    if channel.private:
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    bot = desk.workspace.app.user_id
    if is_inside(desk, channel):
        return {"channel": channel.as_wire(bot), "warning": "already_in_channel"}
    return {"channel": desk.workspace.set_member(channel, bot, inside=True).as_wire(bot)}


def _open(desk: Desk, call: Call) -> JsonObject:
    user = known_user(desk, call.required("users"))
    return {"channel": {"id": desk.workspace.direct_channel(user).id}}


def _history(desk: Desk, call: Call) -> JsonObject:
    channel = readable_channel(desk, call)
    messages = [
        message
        for message in reversed(desk.workspace.messages.in_channel(channel.id))
        if not message.ephemeral_for and (message.thread_ts is None or message.broadcast) and _within(message, call)
    ]
    return _messages(desk, call, messages)


def _replies(desk: Desk, call: Call) -> JsonObject:
    channel = readable_channel(desk, call)
    ts = call.required("ts")
    message = desk.workspace.messages.get(channel.id, ts)
    if message is None or message.ephemeral_for:
        raise ApiError("thread_not_found")
    parent_ts = message.thread_ts or message.ts
    thread = desk.workspace.messages.thread(channel.id, parent_ts)
    return _messages(desk, call, [one for one in thread if one.ts == parent_ts or _within(one, call)])


def _within(message: Message, call: Call) -> bool:
    oldest, latest = call.text("oldest", "0"), call.text("latest") or "9" * 12
    try:
        at, first, last = float(message.ts), float(oldest), float(latest)
    except ValueError:
        raise ApiError("invalid_ts_oldest") from None
    return first <= at <= last if call.flag("inclusive") else first < at < last


def _messages(desk: Desk, call: Call, messages: list[Message]) -> JsonObject:
    page, cursor = paged(messages, call)
    with_metadata = call.flag("include_all_metadata")
    answer: JsonObject = {
        "messages": [desk.message_wire(message, with_metadata=with_metadata) for message in page],
        "has_more": bool(cursor),
    }
    if cursor:
        answer["response_metadata"] = {"next_cursor": cursor}
    return answer


METHODS: Mapping[str, Method] = {
    "conversations.info": Method(_info, 50, READ),
    "conversations.list": Method(_list, 20, READ),
    "conversations.members": Method(_members, 100, READ),
    "conversations.join": Method(_join, 50, ("channels:join",)),
    "conversations.open": Method(_open, 50, ("im:write",)),
    "conversations.history": Method(_history, 50, HISTORY),
    "conversations.replies": Method(_replies, 50, HISTORY),
}
