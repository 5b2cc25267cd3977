"""Filling in: a modal is checked as Slack's client checks it, sent, and treated as the app's answer says.

Answers: https://docs.slack.dev/surfaces/modals#updating_views (nothing closes the view; errors, update, push, clear).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bot.sandbox.api.desk import Desk
from bot.sandbox.api.errors import ApiError
from bot.sandbox.api.views import put_in_front, read_view
from bot.sandbox.delivery.office import PostOffice
from bot.sandbox.delivery.payloads import Payloads
from bot.sandbox.people.elements import Choice, elements, initial_state, is_empty, picked
from bot.sandbox.people.outcomes import SubmitOutcome
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.modals import View
from bot.sandbox.workspace.people import User

REQUIRED = "Please complete this required field."


@dataclass(frozen=True, slots=True)
class Forms:
    """Submits and closes modals."""

    desk: Desk
    payloads: Payloads
    office: PostOffice

    async def submit(self, user: User, view: View, values: Mapping[str, Choice]) -> SubmitOutcome:
        """Fill in `values` (by action id or block id) and submit; LookupError for an input the view does not have."""
        state = self._filled(view, values)
        errors = client_errors(view, state)
        if errors:
            return SubmitOutcome(payload={}, failure="incomplete", errors=errors)
        view = self.desk.workspace.modals.fill(view, state)
        payload = self.payloads.submission(user, view, state)
        reply = await self.office.deliver("interactive", payload)
        failure: str = reply.failure
        if not failure:
            try:
                errors = self._follow(view, reply.payload)
            except ApiError as error:
                failure = error.code
        return SubmitOutcome(
            payload=payload, answer=reply.payload, failure=failure, seconds=reply.seconds, errors=errors
        )

    def _filled(self, view: View, values: Mapping[str, Choice]) -> JsonObject:
        state = view.state or initial_state(view.blocks)
        known: set[str] = set()
        for block, element in elements(view.blocks):
            block_id, action_id = str(block["block_id"]), str(element["action_id"])
            known |= {block_id, action_id}
            name = action_id if action_id in values else block_id
            if name in values:
                state = {**state, block_id: {**state.get(block_id, {}), action_id: picked(element, values[name])}}
        unknown = set(values) - known
        if unknown:
            raise LookupError(
                f"the view has no input {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}"
            )
        return state

    def _follow(self, view: View, answer: JsonObject) -> dict[str, str]:
        workspace = self.desk.workspace
        action = answer.get("response_action")
        if action == "errors":
            return _known_errors(view, answer.get("errors"))
        if action == "update":
            workspace.change_view(view, read_view(self.desk, answer.get("view"), "modal"))
        elif action == "push":
            put_in_front(self.desk, view.user_id, read_view(self.desk, answer.get("view"), "modal"))
        elif action == "clear" or view.payload.get("clear_on_close"):
            workspace.clear_views(view.user_id)
        else:
            workspace.pop_view(view.user_id)
        return {}

    async def close(self, user: User, *, all_views: bool) -> None:
        """Close the top modal, or all; an app that asked for it (`notify_on_close`) hears of each."""
        workspace = self.desk.workspace
        stack = workspace.modals.stack(user.id)
        closing = stack if all_views else stack[-1:]
        if all_views:
            workspace.clear_views(user.id)
        else:
            workspace.pop_view(user.id)
        for view in reversed(closing):
            if view.payload.get("notify_on_close"):
                await self.office.deliver("interactive", self.payloads.closing(user, view, cleared=all_views))


def _known_errors(view: View, errors: object) -> dict[str, str]:
    if not isinstance(errors, dict) or not errors:
        raise ApiError("invalid_arguments")
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not set(errors) <= inputs:
        raise ApiError("invalid_arguments")
    return {str(block_id): str(message) for block_id, message in errors.items()}


def client_errors(view: View, state: JsonObject) -> dict[str, str]:
    """What Slack's client says before it sends anything: missing answers, wrong lengths, no number; by block id."""
    errors: dict[str, str] = {}
    for block, element in elements(view.blocks):
        if block["type"] != "input":
            continue
        value = state.get(block["block_id"], {}).get(element["action_id"], {})
        if is_empty(value):
            message = "" if block.get("optional") else REQUIRED
        else:
            message = _complaint(element, str(value.get("value") or ""))
        if message:
            errors[str(block["block_id"])] = message
    return errors


def _complaint(element: JsonObject, value: str) -> str:
    if element["type"] == "number_input":
        return _number_complaint(element, value)
    least, most = int(element.get("min_length") or 0), int(element.get("max_length") or 3000)
    if element["type"] == "plain_text_input" and not least <= len(value) <= most:
        return f"Please enter {least} to {most} characters."
    return ""


def _number_complaint(element: JsonObject, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Please enter a number."
    if not number.is_finite():
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and number < Decimal(str(least)):
        return f"Please enter a number of at least {least}."
    if most is not None and number > Decimal(str(most)):
        return f"Please enter a number of at most {most}."
    return ""
