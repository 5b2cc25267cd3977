"""Who somebody is and where they are, as Slack tells it: their zone, whether they are guests, whether a channel is private.

The law: access is decided here, on the server, and what cannot be found out is refused. Answers are kept for a while; an
acknowledgement never waits for them.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import structlog

from bot.slack import wording
from bot.slack.errors import RefusedError, SlackTrouble
from bot.slack.request import Request
from bot.slack.web import SlackWeb
from orchestrator.clock import Clock

T = TypeVar("T")

KEPT_S = 900.0
KEPT_AT_MOST = 2000


@dataclass(frozen=True, slots=True)
class Member:
    """A person."""

    name: str
    zone: tzinfo
    guest: bool
    team_id: str
    enterprise_id: str
    stranger: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel. One that the bot may not see counts as private."""

    private: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A user group, and who is in it."""

    handle: str
    user_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Membership:
    """The groups that somebody is in, and those of which Slack did not tell."""

    groups: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may use Compass, beside the members of its own workspace."""

    team_id: str
    enterprise_id: str = ""
    allow_guests: bool = False
    allow_shared_channels: bool = False


class People:
    """Looks people and channels up, and says who may not go on."""

    def __init__(self, web: SlackWeb, clock: Clock, policy: Policy) -> None:
        self._web, self._policy = web, policy
        self._members: _Kept[Member] = _Kept(clock)
        self._channels: _Kept[Channel] = _Kept(clock)
        self._groups: _Kept[Group] = _Kept(clock)
        self._log = structlog.get_logger("compass.slack.people")

    async def member(self, user_id: str) -> Member:
        """That person. Raises SlackTrouble."""

        async def ask() -> Member:
            return _member(await self._web.user(user_id))

        return await self._members.get(user_id, ask)

    async def channel(self, channel: str) -> Channel:
        """That channel. Raises SlackTrouble when Slack does not answer; what it does not tell counts as private."""

        async def ask() -> Channel:
            try:
                told = await self._web.channel(channel)
            except RefusedError as refused:
                if refused.code == "missing_scope":
                    self._log.warning("channel_unknown", code=refused.code, scope="channels:read")
                return Channel(private=True, shared=False)
            private = any(told.get(flag) for flag in ("is_private", "is_im", "is_mpim"))
            return Channel(private, bool(told.get("is_ext_shared") or told.get("is_pending_ext_shared")))

        return await self._channels.get(channel, ask)

    async def name_of(self, user_id: str) -> str:
        """What that person is called; their id where Slack does not tell."""
        try:
            return (await self.member(user_id)).name or user_id
        except SlackTrouble:
            return user_id

    async def group_name(self, group: str) -> str:
        """The handle of a user group that is given by its id or handle; what was given where Slack does not tell."""
        try:
            return (await self._group(group)).handle
        except SlackTrouble:
            return group

    async def groups_of(self, user_id: str, groups: Sequence[str]) -> "Membership":
        """Which of these user groups, by id or handle, that person is in; nobody counts as a member of one that is unknown."""
        inside, unknown = [], []
        for group in groups:
            try:
                if user_id in (await self._group(group)).user_ids:
                    inside.append(group)
            except SlackTrouble as trouble:
                self._log.warning("group_unknown", group=group, why=str(trouble))
                unknown.append(group)
        return Membership(tuple(inside), tuple(unknown))

    async def _group(self, group: str) -> "Group":
        """Raises SlackTrouble, also for a group that is not there."""

        async def ask() -> Group:
            for told in await self._web.groups():
                if group in (told.get("id"), told.get("handle")):
                    members = await self._web.group_members(str(told["id"]))
                    return Group(str(told.get("handle") or group), frozenset(map(str, members)))
            raise RefusedError("no_such_subteam")

        return await self._groups.get(group, ask)

    def zone_if_known(self, user_id: str) -> tzinfo:
        """Their zone if it is at hand, else UTC. Never waits."""
        known = self._members.peek(user_id)
        return known.zone if known else UTC

    async def refusal(self, request: Request) -> str:
        """Why this person may not do that here, in words for them; "" where they may."""
        if request.team_id and not self._ours(request.team_id, request.enterprise_id):
            return wording.PARTNER
        try:
            member = await self.member(request.person.user_id)
            if member.stranger or not self._ours(member.team_id, member.enterprise_id):
                return wording.PARTNER
            if member.guest and not self._policy.allow_guests:
                return wording.GUEST
            shared = bool(request.place.channel) and (await self.channel(request.place.channel)).shared
        except SlackTrouble:
            return wording.UNKNOWN_PERSON
        return wording.SHARED_CHANNEL if shared and not self._policy.allow_shared_channels else ""

    async def may_see(self, channel: str, from_channel: str) -> bool:
        """Whether what belongs to `channel` may be shown in `from_channel`."""
        if not channel or channel == from_channel:
            return True
        try:
            return not (await self.channel(channel)).private
        except SlackTrouble:
            return False

    def _ours(self, team_id: str, enterprise_id: str) -> bool:
        policy = self._policy
        return team_id == policy.team_id or bool(policy.enterprise_id and enterprise_id == policy.enterprise_id)


class _Kept(Generic[T]):
    """Answers, for KEPT_S seconds, the oldest dropped beyond KEPT_AT_MOST."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, T]] = {}

    def peek(self, key: str) -> T | None:
        at, value = self._known.get(key, (0.0, None))
        return value if value is not None and self._clock.monotonic() - at < KEPT_S else None

    async def get(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        known = self.peek(key)
        if known is not None:
            return known
        answer = await ask()
        self._known.pop(key, None)
        self._known[key] = (self._clock.monotonic(), answer)
        while len(self._known) > KEPT_AT_MOST:
            del self._known[next(iter(self._known))]
        return answer


def _member(told: Any) -> Member:
    profile = told.get("profile") or {}
    enterprise = told.get("enterprise_user") or {}
    return Member(
        name=str(profile.get("display_name") or told.get("real_name") or told.get("name") or ""),
        zone=_zone(told.get("tz"), told.get("tz_offset")),
        guest=bool(told.get("is_restricted") or told.get("is_ultra_restricted")),
        team_id=str(told.get("team_id") or ""),
        enterprise_id=str(enterprise.get("enterprise_id") or told.get("enterprise_id") or ""),
        stranger=bool(told.get("is_stranger")),
    )


def _zone(name: object, offset: object) -> tzinfo:
    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, LookupError):
        seconds = offset if isinstance(offset, int) and abs(offset) < 86_400 else 0
        return timezone(timedelta(seconds=seconds))
