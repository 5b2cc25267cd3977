"""The Events API: what happens in the workspace becomes an event for the app, if its manifest subscribed to it."""

from bot.sandbox.delivery.office import PostOffice
from bot.sandbox.delivery.payloads import Payloads
from bot.sandbox.wire import JsonObject, without_none
from bot.sandbox.workspace.changes import (
    Change,
    ChannelChanged,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.sandbox.workspace.channels import Channel
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.people import User

SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


class EventFeed:
    """Hears every change and sends the events. The app hears of channels it is in, and of its own messages too."""

    def __init__(self, payloads: Payloads, office: PostOffice) -> None:
        """Send through `office`."""
        self._payloads = payloads
        self._office = office
        self._workspace = payloads.desk.workspace
        self._inside = {
            channel.id for channel in self._workspace.channels if self._workspace.app.user_id in channel.members
        }

    def hear(self, change: Change) -> None:
        """Turn a change into the events it causes."""
        if isinstance(change, MessagePosted):
            self._posted(change.message)
        elif isinstance(change, MessageEdited):
            if change.message.edited_ts != change.before.edited_ts and self._tells_of(change.message):
                self._send(self._changed(change))
        elif isinstance(change, MessageDeleted):
            if self._tells_of(change.message):
                self._send(self._deleted(change.message))
        elif isinstance(change, ChannelChanged):
            self._membership(change.channel)

    def home_opened(self, user: User) -> None:
        """Somebody looks at the app."""
        if "app_home_opened" in self._workspace.app.seed.events:
            self._send({"type": "app_home_opened", "user": user.id, "tab": "home", "event_ts": self._now()})

    def _posted(self, message: Message) -> None:
        if message.ephemeral_for:
            return
        channel = self._workspace.channels.find(message.channel_id)
        if self._tells_of(message):
            event = self._payloads.desk.message_wire(message, with_metadata=False)
            self._send(event | {"channel": channel.id, "channel_type": channel.kind, "event_ts": message.ts})
        mentioned = f"<@{self._workspace.app.user_id}>" in message.text
        if mentioned and not message.bot_id and self._hears(channel) and self._subscribed("app_mention"):
            self._send(
                without_none(
                    type="app_mention",
                    user=message.user_id,
                    text=message.text,
                    ts=message.ts,
                    channel=channel.id,
                    thread_ts=message.thread_ts,
                    team=message.team_id,
                    client_msg_id=message.client_msg_id,
                    event_ts=message.ts,
                )
            )

    def _changed(self, change: MessageEdited) -> JsonObject:
        desk = self._payloads.desk
        return {
            "type": "message",
            "subtype": "message_changed",
            "message": desk.message_wire(change.message, with_metadata=False),
            "previous_message": desk.message_wire(change.before, with_metadata=False),
            "channel": change.message.channel_id,
            "hidden": True,
            "ts": self._now(),
            "event_ts": self._now(),
        }

    def _deleted(self, message: Message) -> JsonObject:
        return {
            "type": "message",
            "subtype": "message_deleted",
            "deleted_ts": message.ts,
            "previous_message": message.as_wire(with_metadata=False),
            "channel": message.channel_id,
            "hidden": True,
            "ts": self._now(),
            "event_ts": self._now(),
        }

    def _tells_of(self, message: Message) -> bool:
        channel = self._workspace.channels.find(message.channel_id)
        return not message.ephemeral_for and self._hears(channel) and self._subscribed(SUBSCRIPTIONS[channel.kind])

    def _membership(self, channel: Channel) -> None:
        bot = self._workspace.app.user_id
        if bot in channel.members and channel.id not in self._inside and self._subscribed("member_joined_channel"):
            self._send(
                {
                    "type": "member_joined_channel",
                    "user": bot,
                    "channel": channel.id,
                    "channel_type": "C",
                    "team": self._workspace.team_id,
                    "event_ts": self._now(),
                }
            )
        if bot in channel.members:
            self._inside.add(channel.id)
        else:
            self._inside.discard(channel.id)

    def _hears(self, channel: Channel) -> bool:
        return self._workspace.app.user_id in channel.members

    def _subscribed(self, name: str) -> bool:
        return name in self._workspace.app.seed.events

    def _now(self) -> str:
        return self._workspace.mint.ts()

    def _send(self, event: JsonObject) -> None:
        self._office.send_event(self._payloads.event(event))
