"""`views.*` and `blocks.validate`: opening, stacking and changing modals, the Home tab, and the free check."""

import json
from collections.abc import Mapping

from bot.sandbox.api.access import known_user
from bot.sandbox.api.call import Call
from bot.sandbox.api.desk import Desk, Method
from bot.sandbox.api.errors import ApiError, invalid_view, missing
from bot.sandbox.blockkit import Finding, check_message_blocks, check_view, with_ids
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.modals import STACK_LIMIT, View
from bot.sandbox.workspace.tickets import Trigger

VIEW_BYTES = 250_000


def read_view(desk: Desk, view: object, kind: str) -> JsonObject:
    """A checked view with ids filled in; `invalid_arguments` with a pointer for each rule it breaks."""
    if not isinstance(view, dict):
        raise missing("view")
    findings = check_view(view, desk.file_known)
    if findings:
        raise invalid_view(findings)
    if view["type"] != kind:
        raise ApiError("invalid_arguments", [f"view must be of type {kind} [json-pointer:/view/type]"])
    if len(json.dumps(view)) > VIEW_BYTES:
        raise ApiError("view_too_large")
    return {**view, "blocks": list(with_ids(view["blocks"], lambda: desk.workspace.mint.secret(5)))}


def put_in_front(desk: Desk, user_id: str, payload: JsonObject) -> View:
    """Show a checked modal on top of what the person has open; `push_limit_reached` beyond three."""
    workspace = desk.workspace
    stack = workspace.modals.stack(user_id)
    if len(stack) >= STACK_LIMIT:
        raise ApiError("push_limit_reached")
    external_id = payload.get("external_id")
    if external_id and workspace.modals.find(external_id=external_id):
        raise ApiError("duplicate_external_id")
    view_id = workspace.mint.id("V")
    view = View(
        id=view_id,
        user_id=user_id,
        team_id=workspace.team_id,
        app_id=workspace.app.app_id,
        bot_id=workspace.app.bot_id,
        payload=payload,
        hash=workspace.new_hash(),
        root_view_id=stack[0].id if stack else view_id,
        previous_view_id=stack[-1].id if stack else None,
    )
    workspace.push_view(view)
    return view


def _trigger(desk: Desk, call: Call) -> Trigger:
    trigger = desk.workspace.tickets.use_trigger(call.required("trigger_id"))
    if isinstance(trigger, str):
        raise ApiError(trigger)
    return trigger


def _open(desk: Desk, call: Call) -> JsonObject:
    payload = read_view(desk, call.structure("view"), "modal")
    trigger = _trigger(desk, call)
    if trigger.view_id is None:
        desk.workspace.clear_views(trigger.user_id)
    return {"view": put_in_front(desk, trigger.user_id, payload).as_wire()}


def _push(desk: Desk, call: Call) -> JsonObject:
    payload = read_view(desk, call.structure("view"), "modal")
    trigger = _trigger(desk, call)
    if trigger.view_id is None:
        raise ApiError("invalid_trigger_id")
    return {"view": put_in_front(desk, trigger.user_id, payload).as_wire()}


def _update(desk: Desk, call: Call) -> JsonObject:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise missing("view_id")
    view = desk.workspace.modals.find(view_id=view_id or None, external_id=external_id or None)
    if view is None:
        raise ApiError("not_found")
    if call.text("hash") and call.text("hash") != view.hash:
        raise ApiError("hash_conflict")
    payload = read_view(desk, call.structure("view"), str(view.payload.get("type")))
    return {"view": desk.workspace.change_view(view, payload).as_wire()}


def _publish(desk: Desk, call: Call) -> JsonObject:
    user = known_user(desk, call.required("user_id"))
    payload = read_view(desk, call.structure("view"), "home")
    known = desk.workspace.modals.home(user.id)
    if known:
        if call.text("hash") and call.text("hash") != known.hash:
            raise ApiError("hash_conflict")
        return {"view": desk.workspace.change_view(known, payload).as_wire()}
    workspace = desk.workspace
    view_id = workspace.mint.id("V")
    view = View(
        id=view_id,
        user_id=user.id,
        team_id=workspace.team_id,
        app_id=workspace.app.app_id,
        bot_id=workspace.app.bot_id,
        payload=payload,
        hash=workspace.new_hash(),
        root_view_id=view_id,
    )
    workspace.publish_home(view)
    return {"view": view.as_wire()}


def _validate(desk: Desk, call: Call) -> JsonObject:
    given = [name for name in ("blocks", "message", "view") if call.args.get(name) is not None]
    if len(given) != 1:
        raise ApiError("invalid_arguments", ["must provide exactly one of: blocks, message, view"])
    value = call.structure(given[0], f"invalid_{given[0]}")
    if given[0] == "view":
        findings = check_view(value, desk.file_known, "")
    elif given[0] == "message":
        blocks = value.get("blocks") if isinstance(value, dict) else None
        findings = check_message_blocks(blocks, desk.file_known, "/blocks")
    else:
        findings = check_message_blocks(value, desk.file_known, "")
    if findings:
        raise ApiError(f"invalid_{given[0]}", errors=[_as_error(finding) for finding in findings])
    return {}


def _as_error(finding: Finding) -> JsonObject:
    return {"pointer": finding.pointer, "code": "failed_constraint", "message": finding.message}


METHODS: Mapping[str, Method] = {
    "views.open": Method(_open, 100),
    "views.push": Method(_push, 100),
    "views.update": Method(_update, 100),
    "views.publish": Method(_publish, 100),
    "blocks.validate": Method(_validate, None),
}
