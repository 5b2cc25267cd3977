"""`api.test`, `auth.test`, `apps.connections.open`, `users.*` and `usergroups.*`: who is who."""

from collections.abc import Mapping

from bot.sandbox.api.access import known_user
from bot.sandbox.api.call import Call
from bot.sandbox.api.conversations import paged
from bot.sandbox.api.desk import Desk, Method
from bot.sandbox.api.errors import ApiError
from bot.sandbox.wire import JsonObject


def _api_test(desk: Desk, call: Call) -> JsonObject:
    del desk
    if call.text("error"):
        raise ApiError(call.text("error"), args=call.args)
    return {"args": call.args}


def _auth_test(desk: Desk, call: Call) -> JsonObject:
    del call
    workspace = desk.workspace
    return {
        "url": desk.base_url(),
        "team": workspace.seed.team_name,
        "user": workspace.app.seed.handle,
        "team_id": workspace.team_id,
        "user_id": workspace.app.user_id,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": False,
    }


def _connect(desk: Desk, call: Call) -> JsonObject:
    del call
    return {"url": desk.new_link()}


def _user_info(desk: Desk, call: Call) -> JsonObject:
    user = known_user(desk, call.required("user"))
    return {"user": user.as_wire(desk.workspace.clock.now())}


def _users(desk: Desk, call: Call) -> JsonObject:
    now = desk.workspace.clock.now()
    page, cursor = paged([user.as_wire(now) for user in desk.workspace.directory], call)
    return {"members": page, "cache_ts": int(now), "response_metadata": {"next_cursor": cursor}}


def _groups(desk: Desk, call: Call) -> JsonObject:
    groups = [group.as_wire(desk.workspace.team_id) for group in desk.workspace.directory.groups]
    if not call.flag("include_users"):
        for group in groups:
            del group["users"]
    return {"usergroups": groups}


def _group_users(desk: Desk, call: Call) -> JsonObject:
    group = desk.workspace.directory.group(call.required("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": list(group.user_ids)}


METHODS: Mapping[str, Method] = {
    "api.test": Method(_api_test, None, anonymous=True),
    "auth.test": Method(_auth_test, None),
    "apps.connections.open": Method(_connect, 10, app_level=True),
    "users.info": Method(_user_info, 100, ("users:read",)),
    "users.list": Method(_users, 20, ("users:read",)),
    "usergroups.list": Method(_groups, 20, ("usergroups:read",)),
    "usergroups.users.list": Method(_group_users, 20, ("usergroups:read",)),
}
