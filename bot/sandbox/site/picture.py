"""The workspace as the page sees it: the whole picture when it connects, then one small piece per change."""

from bot.sandbox.api.desk import Desk
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.changes import (
    Change,
    ChannelChanged,
    CommandTyped,
    HomePublished,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ModalsChanged,
)
from bot.sandbox.workspace.channels import Channel
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.modals import View


def whole_picture(desk: Desk) -> JsonObject:
    """Everything there is, so that a reload shows the full state."""
    workspace = desk.workspace
    now = workspace.clock.now()
    people = [user for user in workspace.directory if not user.bot]
    homes = {user.id: workspace.modals.home(user.id) for user in people}
    return {
        "type": "picture",
        "team": {"id": workspace.team_id, "name": workspace.seed.team_name, "domain": workspace.seed.team_domain},
        "app": _app(desk),
        "users": [user.as_wire(now) for user in workspace.directory],
        "groups": [group.as_wire(workspace.team_id) for group in workspace.directory.groups],
        "channels": [_channel(desk, channel) for channel in workspace.channels],
        "messages": [_message(desk, message) for message in workspace.messages],
        "commands": [_command(typed) for typed in workspace.commands],
        "modals": {user.id: _views(workspace.modals.stack(user.id)) for user in people},
        "homes": {user_id: home.as_wire() for user_id, home in homes.items() if home},
    }


def piece(desk: Desk, change: Change) -> JsonObject:
    """One change for the page."""
    match change:
        case MessagePosted(message):
            return {"type": "posted", "message": _message(desk, message)}
        case MessageEdited(message):
            return {"type": "edited", "message": _message(desk, message)}
        case MessageDeleted(message):
            return {"type": "deleted", "channel": message.channel_id, "ts": message.ts}
        case ChannelChanged(channel):
            return {"type": "channel", "channel": _channel(desk, channel)}
        case ModalsChanged(user_id, views):
            return {"type": "modals", "user": user_id, "views": _views(views)}
        case HomePublished(view, user_id):
            return {"type": "home", "user": user_id, "view": view.as_wire()}
        case CommandTyped():
            return {"type": "command", "command": _command(change)}


def _app(desk: Desk) -> JsonObject:
    app = desk.workspace.app
    return {
        "id": app.app_id,
        "user": app.user_id,
        "name": app.seed.name,
        "description": app.seed.description,
        "commands": [
            {"command": one.command, "description": one.description, "usage_hint": one.usage_hint}
            for one in app.seed.commands
        ],
        "shortcuts": [
            {"callback_id": one.callback_id, "name": one.name, "kind": one.kind} for one in app.seed.shortcuts
        ],
    }


def _channel(desk: Desk, channel: Channel) -> JsonObject:
    wire = channel.as_wire(desk.workspace.app.user_id)
    return wire | {"members": list(channel.members)}


def _message(desk: Desk, message: Message) -> JsonObject:
    wire = message.as_wire(with_metadata=False)
    files = [desk.workspace.files.get(file_id) for file_id in message.file_ids]
    return wire | {
        "channel": message.channel_id,
        "ephemeral_for": message.ephemeral_for,
        "files": [_file(desk, file.id) for file in files if file],
        "images": _images(desk, message),
    }


def _images(desk: Desk, message: Message) -> JsonObject:
    """The pictures that the blocks name by `slack_file`, by the reference's id or URL."""
    found: JsonObject = {}
    for block in message.blocks:
        for holder in (block, block.get("accessory"), *(block.get("elements") or ())):
            reference = holder.get("slack_file") if isinstance(holder, dict) else None
            file = desk.find_file(reference) if isinstance(reference, dict) else None
            if file and reference:
                found[str(reference.get("id") or reference.get("url"))] = _path(file.id, file.name)
    return found


def _file(desk: Desk, file_id: str) -> JsonObject:
    file = desk.workspace.files.get(file_id)
    assert file is not None
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "alt": file.alt_text or file.title,
        "image": file.is_image,
        "size": len(file.content or b""),
        "path": _path(file.id, file.name),
    }


def _path(file_id: str, name: str) -> str:
    return f"/files/{file_id}/{name}"


def _views(views: tuple[View, ...]) -> list[JsonObject]:
    return [view.as_wire() for view in views]


def _command(typed: CommandTyped) -> JsonObject:
    return {
        "channel": typed.channel_id,
        "user": typed.user_id,
        "command": typed.command,
        "text": typed.text,
        "ts": typed.ts,
    }
