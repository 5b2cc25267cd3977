"""What a workspace starts with, as data: the composition root decides the contents, this room only how they look.

Handles and channel names are what people type (`ana`, `inc-123-checkout`); ids are minted when the workspace is built.
"""

from dataclasses import dataclass
from typing import Literal

EVERYBODY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSeed:
    """A person. `guest` is a single-channel guest; `team_domain` names another company (Slack Connect)."""

    handle: str
    real_name: str
    title: str = ""
    tz: str = "UTC"
    guest: bool = False
    team_domain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSeed:
    """A user group such as `sre-oncall`."""

    handle: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSeed:
    """A message that stands in the channel before anything happens; `minutes_ago` counts from the start."""

    user: str
    text: str
    minutes_ago: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSeed:
    """A channel. Members are handles, `EVERYBODY` for all; `shared` marks Slack Connect."""

    name: str
    topic: str = ""
    members: tuple[str, ...] = (EVERYBODY,)
    private: bool = False
    archived: bool = False
    shared: bool = False
    app_is_member: bool = True
    messages: tuple[MessageSeed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSeed:
    """A slash command as the app's manifest declares it; `escape` is the manifest's `should_escape`."""

    command: str
    description: str
    usage_hint: str = ""
    escape: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortcutSeed:
    """A shortcut of the app: in a message's menu, or global."""

    callback_id: str
    name: str
    kind: Literal["message", "global"] = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSeed:
    """The installed app. `scopes` None grants everything, else a method that needs another answers `missing_scope`.

    `events` are the subscriptions (`app_mention`, `message.channels`, `message.groups`, `message.im`,
    `app_home_opened`, `member_joined_channel`). `hidden_channel_error` is what Slack answers for a private channel the
    app is not in: it hides that such a channel exists.
    """

    name: str = "Compass"
    handle: str = "compass"
    description: str = ""
    commands: tuple[CommandSeed, ...] = ()
    shortcuts: tuple[ShortcutSeed, ...] = ()
    events: tuple[str, ...] = ("app_mention",)
    scopes: tuple[str, ...] | None = None
    hidden_channel_error: Literal["channel_not_found", "not_in_channel"] = "channel_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSeed:
    """Everything a workspace starts with; the first channel is the one the page opens."""

    team_name: str
    team_domain: str
    users: tuple[UserSeed, ...]
    channels: tuple[ChannelSeed, ...]
    groups: tuple[GroupSeed, ...] = ()
    app: AppSeed = AppSeed()


def small_team(app: AppSeed | None = None, channels: tuple[ChannelSeed, ...] | None = None) -> WorkspaceSeed:
    """A shop's on-call team of four, one guest and a partner: enough to try every rule."""
    return WorkspaceSeed(
        team_name="Harbour Shop",
        team_domain="harbour-shop",
        users=(
            UserSeed(handle="ana", real_name="Ana Duarte", title="On call, checkout", tz="Europe/Lisbon"),
            UserSeed(handle="ben", real_name="Ben Okafor", title="Site reliability", tz="Europe/London"),
            UserSeed(handle="chiara", real_name="Chiara Lindqvist", title="Orders team", tz="Europe/Stockholm"),
            UserSeed(handle="guest", real_name="Gus Holloway", title="Contractor", guest=True),
            UserSeed(handle="petra", real_name="Petra Vance", title="Partner", team_domain="northwind"),
        ),
        groups=(GroupSeed(handle="sre-oncall", name="SRE on call", members=("ana", "ben")),),
        channels=channels
        or (
            ChannelSeed(name="inc-123-checkout", topic="INC-123 · checkout answers 5xx"),
            ChannelSeed(name="incidents", topic="One channel for each incident starts here"),
            ChannelSeed(name="sre", topic="Site reliability", members=("ana", "ben", "chiara")),
            ChannelSeed(name="sre-private", private=True, members=("ana", "ben"), app_is_member=False),
            ChannelSeed(name="partners", shared=True, topic="Shared with Northwind"),
            ChannelSeed(name="inc-099-old", archived=True),
        ),
        app=app or AppSeed(commands=(CommandSeed(command="/investigate", description="Investigate an incident"),)),
    )
