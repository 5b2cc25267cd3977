"""What a method may use: the workspace, the server's address, and how to hand out a Socket Mode link."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.api.call import Call
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.files import StoredFile
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.state import Workspace


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to every method; `base_url` is a function since the port is known only once the server listens."""

    workspace: Workspace
    base_url: Callable[[], str]
    new_link: Callable[[], str]

    def file_known(self, reference: JsonObject) -> bool:
        """Whether a `slack_file` names an uploaded image."""
        file = self.find_file(reference)
        return file is not None and file.complete and file.is_image

    def find_file(self, reference: JsonObject) -> StoredFile | None:
        """The file that a `slack_file` names by id or URL."""
        file_id = reference.get("id")
        url = reference.get("url")
        if isinstance(url, str) and url.startswith(f"{self.base_url()}files/"):
            file_id = url.removeprefix(f"{self.base_url()}files/").partition("/")[0]
        return self.workspace.files.get(str(file_id))

    def file_wire(self, file: StoredFile) -> JsonObject:
        """Slack's file object."""
        private = frozenset(channel.id for channel in self.workspace.channels if channel.private)
        return file.as_wire(self.base_url(), private)

    def message_wire(self, message: Message, *, with_metadata: bool = True) -> JsonObject:
        """Slack's message object, with its thread's figures, its files and the app's profile."""
        wire = message.as_wire(with_metadata=with_metadata)
        summary = None if message.thread_ts else self.workspace.messages.summary(message)
        if summary:
            wire |= summary.as_wire(message.ts)
        if message.thread_ts:
            parent = self.workspace.messages.get(message.channel_id, message.thread_ts)
            wire["parent_user_id"] = parent.user_id if parent else ""
        files = [self.workspace.files.get(file_id) for file_id in message.file_ids]
        if files:
            wire["files"] = [self.file_wire(file) for file in files if file]
        if message.bot_id:
            wire["bot_profile"] = self.bot_profile()
        return wire

    def bot_profile(self) -> JsonObject:
        """The app as messages show it."""
        app = self.workspace.app
        return {
            "id": app.bot_id,
            "app_id": app.app_id,
            "user_id": app.user_id,
            "name": app.seed.name,
            "icons": {},
            "deleted": False,
            "updated": 0,
            "team_id": self.workspace.team_id,
        }


Handler = Callable[[Desk, Call], JsonObject]


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its function, its tier (calls a minute, None without a limit), the scopes of which it needs one."""

    run: Handler
    tier: int | None
    scopes: tuple[str, ...] = ()
    app_level: bool = False
    anonymous: bool = False
    """`api.test` needs no token."""
