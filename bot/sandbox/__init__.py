"""A local Slack look-alike: an independent server that speaks Slack's protocols, with a page to watch and click.

Its law: it knows nothing of Compass and imports nothing of it, nor the Slack SDK. It keeps a workspace in memory, checks
every call as Slack does, and listens on loopback only. Whatever works here works in Slack with another base URL.

    clock | wire | seed  ->  workspace | blockkit  ->  api  ->  delivery  ->  people  ->  site  ->  server

`SandboxServer` is all that a program needs: it serves a `Workspace`, and through it tests and demos act as people do.
"""

from bot.sandbox.api.rates import RateLimits
from bot.sandbox.clock import Clock, ManualClock, SystemClock
from bot.sandbox.people.outcomes import ClickOutcome, CommandOutcome, SubmitOutcome
from bot.sandbox.plain import message_as_text
from bot.sandbox.seed import (
    AppSeed,
    ChannelSeed,
    CommandSeed,
    GroupSeed,
    MessageSeed,
    ShortcutSeed,
    UserSeed,
    WorkspaceSeed,
    small_team,
)
from bot.sandbox.server import SandboxServer
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.state import Workspace

__all__ = [
    "AppSeed",
    "ChannelSeed",
    "ClickOutcome",
    "Clock",
    "CommandOutcome",
    "CommandSeed",
    "GroupSeed",
    "ManualClock",
    "Message",
    "MessageSeed",
    "RateLimits",
    "SandboxServer",
    "ShortcutSeed",
    "SubmitOutcome",
    "SystemClock",
    "UserSeed",
    "Workspace",
    "WorkspaceSeed",
    "message_as_text",
    "small_team",
]
