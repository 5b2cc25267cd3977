"""Who is in the workspace: people, the app's bot user, Slackbot, and user groups."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.seed import GroupSeed, UserSeed
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.ids import Mint

SLACKBOT_ID = "USLACKBOT"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A member as `users.info` shows it; `team_id` differs from the workspace's for a Slack Connect partner."""

    id: str
    handle: str
    real_name: str
    team_id: str
    title: str = ""
    tz: str = "UTC"
    guest: bool = False
    stranger: bool = False
    bot: bool = False
    bot_id: str | None = None

    def as_wire(self, at: float) -> JsonObject:
        """Slack's user object; the offset from UTC is that of the moment `at`."""
        offset = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        profile: JsonObject = {
            "title": self.title,
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.handle,
            "display_name_normalized": self.handle,
            "team": self.team_id,
        }
        if self.bot_id:
            profile["bot_id"] = self.bot_id
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.handle,
            "deleted": False,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_admin": False,
            "is_owner": False,
            "is_restricted": self.guest,
            "is_ultra_restricted": self.guest,
            "is_stranger": self.stranger,
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": 0,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A user group, mentioned as `<!subteam^ID>`."""

    id: str
    handle: str
    name: str
    user_ids: tuple[str, ...]

    def as_wire(self, team_id: str) -> JsonObject:
        """Slack's usergroup object."""
        return {
            "id": self.id,
            "team_id": team_id,
            "is_usergroup": True,
            "handle": self.handle,
            "name": self.name,
            "description": "",
            "date_delete": 0,
            "users": list(self.user_ids),
            "user_count": len(self.user_ids),
        }


class Directory:
    """Users and groups by id or by handle."""

    def __init__(self, users: Iterable[User], groups: Iterable[Group]) -> None:
        """Keep them in the order given."""
        self._users = {user.id: user for user in users}
        self._groups = {group.id: group for group in groups}

    def __iter__(self) -> Iterator[User]:
        return iter(self._users.values())

    @property
    def groups(self) -> tuple[Group, ...]:
        """All user groups."""
        return tuple(self._groups.values())

    def get(self, user_id: str) -> User | None:
        """The user with this id."""
        return self._users.get(user_id)

    def group(self, group_id: str) -> Group | None:
        """The user group with this id."""
        return self._groups.get(group_id)

    def find(self, name: str) -> User:
        """The user whom a test or the page names, by id or handle (`ana`, `@ana`); LookupError for nobody."""
        handle = name.removeprefix("@")
        for user in self._users.values():
            if name == user.id or handle == user.handle:
                return user
        raise LookupError(f"no user {name!r}; there are {', '.join(user.handle for user in self._users.values())}")


def mint_user(seed: UserSeed, mint: Mint, team_id: str, partner_team_id: str) -> User:
    """A user from its seed; partners belong to another team."""
    partner = seed.team_domain is not None
    return User(
        id=mint.id("U"),
        handle=seed.handle,
        real_name=seed.real_name,
        team_id=partner_team_id if partner else team_id,
        title=seed.title,
        tz=seed.tz,
        guest=seed.guest,
        stranger=partner,
    )


def mint_group(seed: GroupSeed, mint: Mint, ids_by_handle: dict[str, str]) -> Group:
    """A user group from its seed."""
    members = tuple(ids_by_handle[handle] for handle in seed.members)
    return Group(id=mint.id("S"), handle=seed.handle, name=seed.name, user_ids=members)
