"""The payloads Slack sends, shape by shape (https://docs.slack.dev/reference/interaction-payloads)."""

from dataclasses import dataclass

from bot.sandbox.api.desk import Desk
from bot.sandbox.wire import JsonObject, without_none
from bot.sandbox.workspace.channels import Channel
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.modals import View
from bot.sandbox.workspace.people import User


@dataclass(frozen=True, slots=True)
class Payloads:
    """Builds payloads; trigger ids and response URLs are minted as they go out, so their time runs from then."""

    desk: Desk

    def command(self, user: User, channel: Channel, command: str, text: str) -> JsonObject:
        """A slash command; a form, so every value is a string."""
        workspace = self.desk.workspace
        names = {"group": "privategroup", "im": "directmessage"}
        return {
            "token": workspace.app.verification_token,
            "team_id": workspace.team_id,
            "team_domain": workspace.seed.team_domain,
            "channel_id": channel.id,
            "channel_name": names.get(channel.kind, channel.name),
            "user_id": user.id,
            "user_name": user.handle,
            "command": command,
            "text": text,
            "api_app_id": workspace.app.app_id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(user, channel, None),
            "trigger_id": workspace.tickets.new_trigger(user.id),
        }

    def message_click(self, user: User, message: Message, action: JsonObject, state: JsonObject) -> JsonObject:
        """A click in a message; an ephemeral one is not sent along, as in Slack."""
        channel = self._channel_of(message)
        container = without_none(
            type="message",
            message_ts=message.ts,
            channel_id=channel.id,
            is_ephemeral=message.ephemeral_for is not None,
            thread_ts=message.thread_ts,
        )
        payload = self._common("block_actions", user) | {
            "container": container,
            "channel": {"id": channel.id, "name": channel.name or "directmessage"},
            "trigger_id": self.desk.workspace.tickets.new_trigger(user.id),
            "response_url": self._response_url(user, channel, message),
            "state": {"values": state},
            "actions": [action],
        }
        if not message.ephemeral_for:
            payload["message"] = self.desk.message_wire(message)
        return payload

    def view_click(self, user: User, view: View, action: JsonObject, state: JsonObject) -> JsonObject:
        """A click inside a modal or on the Home tab."""
        return self._common("block_actions", user) | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.desk.workspace.tickets.new_trigger(user.id, view.id),
            "view": view.as_wire(state),
            "actions": [action],
        }

    def submission(self, user: User, view: View, state: JsonObject) -> JsonObject:
        """A modal that was submitted."""
        return self._common("view_submission", user) | {
            "trigger_id": self.desk.workspace.tickets.new_trigger(user.id, view.id),
            "view": view.as_wire(state),
            "response_urls": [],
        }

    def closing(self, user: User, view: View, *, cleared: bool) -> JsonObject:
        """A modal that was closed without being submitted."""
        return self._common("view_closed", user) | {"view": view.as_wire(), "is_cleared": cleared}

    def message_shortcut(self, user: User, message: Message, callback_id: str) -> JsonObject:
        """A shortcut from a message's menu."""
        channel = self._channel_of(message)
        return self._common("message_action", user) | {
            "action_ts": self.desk.workspace.mint.ts(),
            "callback_id": callback_id,
            "channel": {"id": channel.id, "name": channel.name or "directmessage"},
            "trigger_id": self.desk.workspace.tickets.new_trigger(user.id),
            "response_url": self._response_url(user, channel, message),
            "message_ts": message.ts,
            "message": self.desk.message_wire(message),
        }

    def global_shortcut(self, user: User, callback_id: str) -> JsonObject:
        """A shortcut from the composer's menu."""
        return self._common("shortcut", user) | {
            "action_ts": self.desk.workspace.mint.ts(),
            "callback_id": callback_id,
            "trigger_id": self.desk.workspace.tickets.new_trigger(user.id),
        }

    def event(self, event: JsonObject) -> JsonObject:
        """An event in its envelope for the Events API."""
        workspace = self.desk.workspace
        return {
            "token": workspace.app.verification_token,
            "team_id": workspace.team_id,
            "api_app_id": workspace.app.app_id,
            "type": "event_callback",
            "event": event,
            "event_id": workspace.mint.id("Ev"),
            "event_time": int(workspace.clock.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team_id,
                    "user_id": workspace.app.user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": workspace.mint.secret(),
        }

    def _common(self, kind: str, user: User) -> JsonObject:
        workspace = self.desk.workspace
        return {
            "type": kind,
            "user": {"id": user.id, "username": user.handle, "name": user.handle, "team_id": user.team_id},
            "api_app_id": workspace.app.app_id,
            "token": workspace.app.verification_token,
            "team": {"id": workspace.team_id, "domain": workspace.seed.team_domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _channel_of(self, message: Message) -> Channel:
        return self.desk.workspace.channels.find(message.channel_id)

    def _response_url(self, user: User, channel: Channel, message: Message | None) -> str:
        ts, thread_ts = (message.ts, message.thread_ts) if message else (None, None)
        key = self.desk.workspace.tickets.new_response(user.id, channel.id, ts, thread_ts)
        return f"{self.desk.base_url()}response/{key}"
