"""The workspace: one object that holds everything and tells every change."""

import random
from collections.abc import Callable
from dataclasses import replace

from bot.sandbox.clock import Clock, SystemClock
from bot.sandbox.seed import EVERYBODY, ChannelSeed, WorkspaceSeed
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.app import install
from bot.sandbox.workspace.changes import (
    ChannelChanged,
    CommandTyped,
    HomePublished,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ModalsChanged,
    Subscriber,
    Subscribers,
)
from bot.sandbox.workspace.channels import Channel, ChannelStore
from bot.sandbox.workspace.files import FileStore, StoredFile
from bot.sandbox.workspace.ids import Mint
from bot.sandbox.workspace.messages import Message, MessageStore
from bot.sandbox.workspace.modals import ModalStore, View
from bot.sandbox.workspace.people import SLACKBOT_ID, Directory, User, mint_group, mint_user
from bot.sandbox.workspace.tickets import Tickets

COMMANDS_KEPT = 200


class Workspace:
    """A workspace grown from its seed. Reading is free; every change goes through a method here and is told."""

    def __init__(self, seed: WorkspaceSeed, *, clock: Clock | None = None, rng: random.Random | None = None) -> None:
        """Mint ids and tokens from `rng` (default: the system's) and put the seed's people and channels in place."""
        self.seed = seed
        self.clock: Clock = clock or SystemClock()
        self.mint = Mint(rng or random.SystemRandom(), self.clock)
        self.team_id = self.mint.id("T")
        self.app = install(seed.app, self.mint)
        self.directory = self._people()
        self.channels = ChannelStore()
        self.messages = MessageStore()
        self.files = FileStore()
        self.modals = ModalStore()
        self.tickets = Tickets(self.mint, self.clock)
        self.commands: list[CommandTyped] = []
        self._subscribers = Subscribers()
        for channel_seed in seed.channels:
            self._plant(channel_seed)

    def _people(self) -> Directory:
        partner_team = self.mint.id("T")
        people = [mint_user(user, self.mint, self.team_id, partner_team) for user in self.seed.users]
        groups = [mint_group(group, self.mint, {user.handle: user.id for user in people}) for group in self.seed.groups]
        app = self.app
        team = self.team_id
        bots = [
            User(
                id=app.user_id,
                handle=app.seed.handle,
                real_name=app.seed.name,
                team_id=team,
                bot=True,
                bot_id=app.bot_id,
            ),
            User(id=SLACKBOT_ID, handle="slackbot", real_name="Slackbot", team_id=team, bot=True),
        ]
        return Directory([*people, *bots], groups)

    def _plant(self, seed: ChannelSeed) -> None:
        humans = [user for user in self.directory if not user.bot]
        members = [user.id for user in humans if EVERYBODY in seed.members or user.handle in seed.members]
        if seed.app_is_member:
            members.append(self.app.user_id)
        now = self.clock.now()
        channel = Channel(
            id=self.mint.id("C"),
            name=seed.name,
            members=tuple(members),
            created=int(now),
            creator=humans[0].id,
            topic=seed.topic,
            private=seed.private,
            archived=seed.archived,
            shared=seed.shared,
        )
        self.channels.put(channel)
        for line in seed.messages:
            ts, author = self.mint.ts(now - line.minutes_ago * 60), self.user(line.user)
            self.messages.put(
                Message(channel_id=channel.id, ts=ts, user_id=author.id, text=line.text, team_id=author.team_id)
            )

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Tell `subscriber` of every change from now on; calling the result ends it."""
        return self._subscribers.add(subscriber)

    def user(self, name: str) -> User:
        """A person by id or handle; LookupError for nobody."""
        return self.directory.find(name)

    def channel(self, name: str) -> Channel:
        """A channel by id or name; LookupError for none."""
        return self.channels.find(name)

    def message(self, channel: str, ts: str) -> Message:
        """A message by its channel (id or name) and timestamp; LookupError when it is not, or no longer, there."""
        message = self.messages.get(self.channel(channel).id, ts)
        if message is None:
            raise LookupError(f"no message {ts} in {channel}")
        return message

    def thread(self, channel: str, parent_ts: str) -> list[Message]:
        """A parent and its replies, oldest first."""
        return self.messages.thread(self.channel(channel).id, parent_ts)

    def post(self, message: Message) -> Message:
        """Put a message into its channel."""
        self.messages.put(message)
        self._subscribers.tell(MessagePosted(message))
        return message

    def edit(self, before: Message, after: Message) -> Message:
        """Show `after` in place of `before`."""
        self.messages.put(after)
        self._subscribers.tell(MessageEdited(after, before))
        return after

    def delete(self, message: Message) -> None:
        """Take a message away; a parent with replies leaves a tombstone."""
        stone = self.messages.remove(message)
        self._subscribers.tell(MessageEdited(stone, message) if stone else MessageDeleted(message))

    def set_member(self, channel: Channel, user_id: str, *, inside: bool) -> Channel:
        """Let somebody (the app's bot user too) join or leave a channel."""
        changed = self.channels.set_member(channel, user_id, inside)
        self._subscribers.tell(ChannelChanged(changed))
        return changed

    def archive(self, channel: Channel, *, archived: bool = True) -> Channel:
        """Archive a channel, or bring it back."""
        changed = self.channels.put(replace(channel, archived=archived))
        self._subscribers.tell(ChannelChanged(changed))
        return changed

    def direct_channel(self, user: User) -> Channel:
        """The direct message between the app and a person, made when it is first needed."""
        known = self.channels.direct_with(user.id)
        if known:
            return known
        members = (user.id, self.app.user_id)
        channel = Channel(
            id=self.mint.id("D"),
            name="",
            members=members,
            created=int(self.clock.now()),
            creator=self.app.user_id,
            private=True,
            direct_with=user.id,
        )
        self.channels.put(channel)
        self._subscribers.tell(ChannelChanged(channel))
        return channel

    def share_file(self, file: StoredFile, message: Message) -> StoredFile:
        """Note that `file` hangs on `message`, which is posted already."""
        return self.files.share(file, message.channel_id, message.ts)

    def push_view(self, view: View) -> None:
        """Put a modal in front of a person."""
        self.modals.push(view)
        self.tell_modals(view.user_id)

    def pop_view(self, user_id: str) -> None:
        """Close the person's top modal."""
        self.modals.pop(user_id)
        self.tell_modals(user_id)

    def clear_views(self, user_id: str) -> None:
        """Close all of the person's modals."""
        if self.modals.stack(user_id):
            self.modals.clear(user_id)
            self.tell_modals(user_id)

    def change_view(self, view: View, payload: JsonObject) -> View:
        """Show another payload in a view's place."""
        changed = self.modals.change(view, payload, self.new_hash())
        if payload.get("type") == "home":
            self._subscribers.tell(HomePublished(changed, changed.user_id))
        else:
            self.tell_modals(view.user_id)
        return changed

    def publish_home(self, view: View) -> None:
        """Show a Home tab."""
        self.modals.publish(view)
        self._subscribers.tell(HomePublished(view, view.user_id))

    def tell_modals(self, user_id: str) -> None:
        """Tell the subscribers how the person's modals stand."""
        self._subscribers.tell(ModalsChanged(user_id, self.modals.stack(user_id)))

    def new_hash(self) -> str:
        """A view's hash, another one each time."""
        return f"{self.mint.ts()}.{self.mint.secret(8)}"

    def note_command(self, typed: CommandTyped) -> None:
        """Keep, for the page, that somebody typed a command."""
        self.commands = [*self.commands, typed][-COMMANDS_KEPT:]
        self._subscribers.tell(typed)
