"""What Slack hands an app to answer a person with, for a short while: trigger ids and response URLs.

A trigger lives 3 s and opens one view; a response URL works 5 times within 30 minutes
(https://docs.slack.dev/interactivity/handling-user-interaction).
"""

from dataclasses import dataclass, field

from bot.sandbox.clock import Clock
from bot.sandbox.workspace.ids import Mint

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


@dataclass(slots=True)
class Trigger:
    """A trigger id: who caused it and whether it came out of a modal."""

    id: str
    user_id: str
    born: float
    view_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseTicket:
    """A response URL: where its answers go, and which message it may replace."""

    key: str
    user_id: str
    channel_id: str
    born: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = field(default=0)


class Tickets:
    """All that were handed out in this run."""

    def __init__(self, mint: Mint, clock: Clock) -> None:
        """Measure their age by `clock`."""
        self._mint = mint
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseTicket] = {}

    def new_trigger(self, user_id: str, view_id: str | None = None) -> str:
        """A trigger id for what this person just did, in a modal if `view_id` says so."""
        trigger_id = f"{self._mint.digits()}.{self._mint.digits(12)}.{self._mint.secret(32).lower()}"
        self._triggers[trigger_id] = Trigger(trigger_id, user_id, self._clock.monotonic(), view_id)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger | str:
        """The trigger, now used up; or Slack's error: invalid, exchanged or expired."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            return "invalid_trigger_id"
        if trigger.used:
            return "exchanged_trigger_id"
        if self._clock.monotonic() - trigger.born > TRIGGER_SECONDS:
            return "expired_trigger_id"
        trigger.used = True
        return trigger

    def new_response(self, user_id: str, channel_id: str, message_ts: str | None, thread_ts: str | None) -> str:
        """The key of a new response URL."""
        key = self._mint.secret()
        born = self._clock.monotonic()
        self._responses[key] = ResponseTicket(key, user_id, channel_id, born, message_ts, thread_ts)
        return key

    def use_response(self, key: str) -> ResponseTicket | str:
        """The ticket, one use fewer; or Slack's error: no_service, expired_url or used_url."""
        ticket = self._responses.get(key)
        if ticket is None:
            return "no_service"
        if self._clock.monotonic() - ticket.born > RESPONSE_SECONDS:
            return "expired_url"
        if ticket.uses >= RESPONSE_USES:
            return "used_url"
        ticket.uses += 1
        return ticket
