"""Channels and direct messages: who is in them, and whether they are private, archived or shared."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.sandbox.wire import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A conversation; `direct_with` is the person on the other side of a direct message with the app."""

    id: str
    name: str
    members: tuple[str, ...]
    created: int
    creator: str
    topic: str = ""
    private: bool = False
    archived: bool = False
    shared: bool = False
    direct_with: str | None = None

    @property
    def kind(self) -> str:
        """Slack's `channel_type`: channel, group or im."""
        if self.direct_with:
            return "im"
        return "group" if self.private else "channel"

    def as_wire(self, viewer_id: str) -> JsonObject:
        """Slack's conversation object as `viewer_id` sees it."""
        common: JsonObject = {
            "id": self.id,
            "created": self.created,
            "is_archived": self.archived,
            "is_im": self.direct_with is not None,
            "is_org_shared": False,
        }
        if self.direct_with:
            return common | {"user": self.direct_with, "is_user_deleted": False}
        return common | {
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.private,
            "is_mpim": False,
            "is_private": self.private,
            "is_general": False,
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "is_member": viewer_id in self.members,
            "creator": self.creator,
            "topic": {"value": self.topic, "creator": self.creator, "last_set": self.created},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


class ChannelStore:
    """All conversations by id, in the order they were made."""

    def __init__(self) -> None:
        """Begin with none."""
        self._channels: dict[str, Channel] = {}

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._channels.values())

    def get(self, channel_id: str) -> Channel | None:
        """The channel with this id."""
        return self._channels.get(channel_id)

    def put(self, channel: Channel) -> Channel:
        """Add a channel, or replace it by its new state."""
        self._channels[channel.id] = channel
        return channel

    def find(self, name: str) -> Channel:
        """The channel a test or the page names, by id or name (`#sre`, `sre`); LookupError for none."""
        plain = name.removeprefix("#")
        for channel in self._channels.values():
            if name == channel.id or (plain == channel.name and not channel.direct_with):
                return channel
        raise LookupError(f"no channel {name!r}; there are {', '.join('#' + c.name for c in self if c.name)}")

    def direct_with(self, user_id: str) -> Channel | None:
        """The direct message between the app and this person, if they have one."""
        return next((channel for channel in self if channel.direct_with == user_id), None)

    def set_member(self, channel: Channel, user_id: str, inside: bool) -> Channel:
        """The channel with `user_id` in it or not."""
        others = tuple(member for member in channel.members if member != user_id)
        return self.put(replace(channel, members=(*others, user_id) if inside else others))
