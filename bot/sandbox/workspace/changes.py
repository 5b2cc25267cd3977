"""What can change in a workspace, told to whoever subscribed, in order and at once.

The page, `wait_for` and a terminal that prints a thread all live from these; nothing polls.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.workspace.channels import Channel
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.modals import View


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """A new message, ephemeral or not."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """A message in another state than `before`: edited, reacted to, or left as a tombstone."""

    message: Message
    before: Message


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message that is no more."""

    message: Message


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """A channel was made, or its members, topic or archive flag changed."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ModalsChanged:
    """Another stack of modals in front of a person, top last; empty when all are closed."""

    user_id: str
    views: tuple[View, ...]


@dataclass(frozen=True, slots=True)
class HomePublished:
    """The app's Home tab of a person."""

    view: View
    user_id: str


@dataclass(frozen=True, slots=True)
class CommandTyped:
    """Somebody sent a slash command: Slack shows it to nobody, the page shows it to whoever typed it."""

    channel_id: str
    user_id: str
    command: str
    text: str
    ts: str


Change = MessagePosted | MessageEdited | MessageDeleted | ChannelChanged | ModalsChanged | HomePublished | CommandTyped
Subscriber = Callable[[Change], None]


class Subscribers:
    """Those who hear of changes; they are called in the order they came, and must not block."""

    def __init__(self) -> None:
        """Begin with none."""
        self._subscribers: list[Subscriber] = []

    def add(self, subscriber: Subscriber) -> Callable[[], None]:
        """Tell `subscriber` of every change from now on; calling the result ends it."""
        self._subscribers.append(subscriber)

        def leave() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return leave

    def tell(self, change: Change) -> None:
        """Tell everybody."""
        for subscriber in tuple(self._subscribers):
            subscriber(change)
