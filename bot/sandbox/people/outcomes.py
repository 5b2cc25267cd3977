"""What became of something a person did."""

from dataclasses import dataclass, field

from bot.sandbox.delivery.reply import Reply
from bot.sandbox.wire import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The payload that was sent and how the app acknowledged it.

    `failure` is "" when it did, else `operation_timeout`, `dispatch_failed`, or Slack's error for its answer; `seconds` is
    how long the acknowledgement took.
    """

    payload: JsonObject
    answer: JsonObject = field(default_factory=dict)
    failure: str = ""
    seconds: float = 0.0

    @property
    def acknowledged(self) -> bool:
        """Whether the app answered in time."""
        return not self.failure


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOutcome(Outcome):
    """Of a slash command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickOutcome(Outcome):
    """Of a click on an interactive element, or of a shortcut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitOutcome(Outcome):
    """Of a modal's submission. `errors` by block id stand under the inputs; nothing was sent when Slack found them."""

    errors: dict[str, str] = field(default_factory=dict)


def click_outcome(payload: JsonObject, reply: Reply) -> ClickOutcome:
    """A click's outcome from the delivery's reply."""
    return ClickOutcome(payload=payload, answer=reply.payload, failure=reply.failure, seconds=reply.seconds)
