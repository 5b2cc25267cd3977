"""Which channels the app may see and write to: the checks that every method with a channel shares."""

from bot.sandbox.api.call import Call
from bot.sandbox.api.desk import Desk
from bot.sandbox.api.errors import ApiError
from bot.sandbox.workspace.channels import Channel
from bot.sandbox.workspace.people import User

POST_ANYWHERE = "chat:write.public"


def granted(desk: Desk, scope: str) -> bool:
    """Whether the app has a scope. No list in the seed grants all but posting where the app is no member."""
    scopes = desk.workspace.app.seed.scopes
    return scope != POST_ANYWHERE if scopes is None else scope in scopes


def is_inside(desk: Desk, channel: Channel) -> bool:
    """Whether the app is a member."""
    return desk.workspace.app.user_id in channel.members


def visible_channel(desk: Desk, call: Call, name: str = "channel") -> Channel:
    """The channel with this id, if the app may know of it: private ones it is not in do not exist for it."""
    channel = desk.workspace.channels.get(call.required(name))
    if channel is None or (channel.private and not is_inside(desk, channel)):
        raise ApiError("channel_not_found")
    return channel


def readable_channel(desk: Desk, call: Call) -> Channel:
    """A channel whose messages the app may read: it must be inside."""
    channel = visible_channel(desk, call)
    if not is_inside(desk, channel):
        raise ApiError("not_in_channel")
    return channel


def writable_channel(desk: Desk, call: Call, name: str = "channel") -> Channel:
    """Where a message may be posted: a channel's id or name, or a person's id for a direct message."""
    channel = _find(desk, call.required(name))
    if channel is None:
        raise ApiError("channel_not_found")
    if not is_inside(desk, channel):
        if channel.private:
            raise ApiError(desk.workspace.app.seed.hidden_channel_error)
        if not granted(desk, POST_ANYWHERE):
            raise ApiError("not_in_channel")
    if channel.archived:
        raise ApiError("is_archived")
    return channel


def _find(desk: Desk, name: str) -> Channel | None:
    workspace = desk.workspace
    user = workspace.directory.get(name)
    if user:
        return workspace.direct_channel(user)
    try:
        return workspace.channels.find(name)
    except LookupError:
        return None


def known_user(desk: Desk, user_id: str) -> User:
    """The user with this id, or `user_not_found`."""
    user = desk.workspace.directory.get(user_id)
    if user is None:
        raise ApiError("user_not_found")
    return user
