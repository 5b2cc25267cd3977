"""Typing: slash commands, plain messages, and shortcuts."""

import re
from dataclasses import dataclass

from bot.sandbox.api.desk import Desk
from bot.sandbox.api.errors import ApiError
from bot.sandbox.api.posting import thread_of
from bot.sandbox.delivery.office import PostOffice
from bot.sandbox.delivery.payloads import Payloads
from bot.sandbox.delivery.responses import respond
from bot.sandbox.people.outcomes import ClickOutcome, CommandOutcome, click_outcome
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.changes import CommandTyped
from bot.sandbox.workspace.channels import Channel
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.people import SLACKBOT_ID, User
from bot.sandbox.workspace.tickets import ResponseTicket

_TYPED = re.compile(r"(?P<url>https?://[^\s<>]+)|@(?P<who>[\w.\-]+)|#(?P<where>[\w\-]+)|(?P<sign>[&<>])")
_BROADCASTS = {"here", "channel", "everyone"}
_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True, slots=True)
class Typing:
    """What people type into the composer."""

    desk: Desk
    payloads: Payloads
    office: PostOffice

    def compose(self, typed: str) -> str:
        """Typed words as Slack sends them: signs escaped, `@ana`, `#sre` and links turned into control sequences."""
        return _TYPED.sub(self._control, typed)

    def _control(self, match: re.Match[str]) -> str:
        if match["sign"]:
            return _SIGNS[match["sign"]]
        if match["url"]:
            return f"<{match['url']}>"
        name = match["who"] or match["where"]
        return (self._mention(name) if match["who"] else self._channel_link(name)) or match.group()

    def _mention(self, name: str) -> str:
        if name in _BROADCASTS:
            return f"<!{name}>"
        for group in self.desk.workspace.directory.groups:
            if group.handle == name:
                return f"<!subteam^{group.id}>"
        return next((f"<@{user.id}>" for user in self.desk.workspace.directory if user.handle == name), "")

    def _channel_link(self, name: str) -> str:
        return next((f"<#{each.id}|{name}>" for each in self.desk.workspace.channels if each.name == name), "")

    def say(self, user: User, channel: Channel, typed: str, thread_ts: str | None) -> Message:
        """Post a message as a person; PermissionError where they are not a member or the channel is archived."""
        if user.id not in channel.members:
            raise PermissionError(f"{user.handle} is not in #{channel.name}")
        if channel.archived:
            raise PermissionError(f"#{channel.name} is archived")
        workspace = self.desk.workspace
        return workspace.post(
            Message(
                channel_id=channel.id,
                ts=workspace.mint.ts(),
                user_id=user.id,
                text=self.compose(typed),
                team_id=user.team_id,
                thread_ts=thread_of(workspace, channel, thread_ts or ""),
                client_msg_id=workspace.mint.secret(32).lower(),
            )
        )

    async def command(self, user: User, channel: Channel, command: str, text: str) -> CommandOutcome:
        """Send a slash command; what goes wrong is shown to the person as Slack shows it."""
        workspace = self.desk.workspace
        workspace.note_command(CommandTyped(channel.id, user.id, command, text, workspace.mint.ts()))
        declared = next((one for one in workspace.app.seed.commands if one.command == command), None)
        if declared is None or user.stranger:
            self._slackbot(user, channel, f"`{command}` is not a valid command.")
            return CommandOutcome(payload={}, failure="unknown_command")
        words = self.compose(text) if declared.escape else text
        payload = self.payloads.command(user, channel, command, words)
        reply = await self.office.deliver("slash_commands", payload)
        failure = reply.failure or self._answer(user, channel, reply.payload)
        if failure:
            self._slackbot(user, channel, f'{command} failed with the error "{failure}"')
        return CommandOutcome(payload=payload, answer=reply.payload, failure=failure, seconds=reply.seconds)

    def _answer(self, user: User, channel: Channel, answer: JsonObject) -> str:
        if not answer.get("text") and not answer.get("blocks"):
            return ""
        ticket = ResponseTicket(key="", user_id=user.id, channel_id=channel.id, born=0.0)
        try:
            respond(self.desk, ticket, answer)
        except ApiError as error:
            return error.code
        return ""

    def _slackbot(self, user: User, channel: Channel, text: str) -> None:
        workspace = self.desk.workspace
        workspace.post(
            Message(
                channel_id=channel.id,
                ts=workspace.mint.ts(),
                user_id=SLACKBOT_ID,
                text=text,
                team_id=workspace.team_id,
                ephemeral_for=user.id,
            )
        )

    async def message_shortcut(self, user: User, message: Message, callback_id: str) -> ClickOutcome:
        """Choose a shortcut from a message's menu."""
        payload = self.payloads.message_shortcut(user, message, callback_id)
        return click_outcome(payload, await self.office.deliver("interactive", payload))

    async def global_shortcut(self, user: User, callback_id: str) -> ClickOutcome:
        """Choose a global shortcut."""
        payload = self.payloads.global_shortcut(user, callback_id)
        return click_outcome(payload, await self.office.deliver("interactive", payload))
