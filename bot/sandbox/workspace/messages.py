"""Messages: frozen values in a store that knows threads.

A message never changes; an edit puts a new value in its place, so that whoever holds the old one still sees the old card.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.sandbox.wire import JsonObject, without_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in a channel, or, with `ephemeral_for`, one that only this person sees.

    `thread_ts` is the parent's timestamp for replies, and None for everything else, parents included. `tombstone` marks
    a deleted parent that still has replies.
    """

    channel_id: str
    ts: str
    user_id: str
    text: str
    team_id: str
    bot_id: str | None = None
    app_id: str | None = None
    blocks: tuple[JsonObject, ...] = ()
    thread_ts: str | None = None
    edited_ts: str | None = None
    metadata: JsonObject | None = None
    client_msg_id: str | None = None
    file_ids: tuple[str, ...] = ()
    reactions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ephemeral_for: str | None = None
    broadcast: bool = False
    tombstone: bool = False

    def as_wire(self, *, with_metadata: bool = True) -> JsonObject:
        """Slack's message object, without what depends on other messages or files."""
        subtype = "tombstone" if self.tombstone else "thread_broadcast" if self.broadcast else None
        return without_none(
            type="message",
            subtype=subtype,
            user=self.user_id,
            bot_id=self.bot_id,
            app_id=self.app_id,
            client_msg_id=self.client_msg_id,
            text=self.text,
            ts=self.ts,
            thread_ts=self.thread_ts,
            team=self.team_id,
            blocks=list(self.blocks) or None,
            edited={"user": self.user_id, "ts": self.edited_ts} if self.edited_ts else None,
            metadata=self.metadata if with_metadata else None,
            reactions=[{"name": name, "users": list(users), "count": len(users)} for name, users in self.reactions]
            or None,
        )


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """What a parent tells of its thread."""

    reply_count: int
    reply_user_ids: tuple[str, ...]
    latest_reply: str

    def as_wire(self, parent_ts: str) -> JsonObject:
        """The fields that Slack adds to a parent."""
        return {
            "thread_ts": parent_ts,
            "reply_count": self.reply_count,
            "reply_users_count": len(self.reply_user_ids),
            "reply_users": list(self.reply_user_ids),
            "latest_reply": self.latest_reply,
            "is_locked": False,
            "subscribed": False,
        }


class MessageStore:
    """Messages by channel and timestamp, each channel's in the order of time."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_channel: dict[str, dict[str, Message]] = {}
        self._gone: set[tuple[str, str]] = set()

    def __iter__(self) -> Iterator[Message]:
        for messages in list(self._by_channel.values()):
            yield from list(messages.values())

    def in_channel(self, channel_id: str) -> list[Message]:
        """Every message of the channel, ephemeral ones and replies too, oldest first."""
        messages = self._by_channel.get(channel_id, {})
        return [messages[ts] for ts in sorted(messages)]

    def get(self, channel_id: str, ts: str) -> Message | None:
        """The message as it is now."""
        return self._by_channel.get(channel_id, {}).get(ts)

    def put(self, message: Message) -> Message:
        """Add a message, or replace it by its new state."""
        self._by_channel.setdefault(message.channel_id, {})[message.ts] = message
        return message

    def remove(self, message: Message) -> Message | None:
        """Take a message away; a parent with replies leaves a tombstone, which is returned."""
        self._gone.add((message.channel_id, message.ts))
        if self.summary(message) is not None:
            stone = replace(message, text="This message was deleted.", blocks=(), file_ids=(), tombstone=True)
            return self.put(stone)
        del self._by_channel[message.channel_id][message.ts]
        return None

    def was_deleted(self, channel_id: str, ts: str) -> bool:
        """Whether a message with this timestamp once stood here."""
        return (channel_id, ts) in self._gone

    def thread(self, channel_id: str, parent_ts: str) -> list[Message]:
        """The parent and its replies, oldest first; without what only one person sees."""
        return [
            message
            for message in self.in_channel(channel_id)
            if not message.ephemeral_for and parent_ts in (message.ts, message.thread_ts)
        ]

    def summary(self, parent: Message) -> ThreadSummary | None:
        """How many replied and who; None when nobody has."""
        replies = [message for message in self.thread(parent.channel_id, parent.ts) if message.ts != parent.ts]
        if not replies:
            return None
        users = tuple(dict.fromkeys(reply.user_id for reply in replies))
        return ThreadSummary(len(replies), users, replies[-1].ts)
