"""What the app declares to Slack: commands, shortcuts, events and scopes. `manifest.yml` says the same, and a test holds it so.

Scopes are those of the Web API methods that are called (`web.SCOPES`), and of what is listened to. Nothing is asked for
that is not used: without `chat:write.public` the bot posts only where it was invited.
"""

from dataclasses import dataclass

from bot.slack.ids import COMMAND, Callback
from bot.slack.web import SCOPES


@dataclass(frozen=True, slots=True)
class DeclaredCommand:
    """A slash command, with what Slack shows while somebody types it."""

    name: str
    description: str
    hint: str


@dataclass(frozen=True, slots=True)
class DeclaredShortcut:
    """A shortcut in a message's menu."""

    callback_id: str
    name: str
    description: str


COMMANDS = (
    DeclaredCommand(
        COMMAND,
        "Investigate an incident",
        "INC-123 [budget=10] [since=14:00] [services=checkout] | help | status | stop | history | new",
    ),
)
SHORTCUTS = (DeclaredShortcut(Callback.MESSAGE, "Investigate this", "Opens the form with this message as its title"),)
EVENTS = ("app_mention", "member_joined_channel")
BOT_SCOPES = tuple(
    sorted({"commands", "app_mentions:read", *(scope for scopes in SCOPES.values() for scope in scopes)})
)
