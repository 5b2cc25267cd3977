"""Clicking: buttons, menus and pickers in messages, in modals and on the Home tab."""

from bot.sandbox.api.desk import Desk
from bot.sandbox.delivery.office import PostOffice
from bot.sandbox.delivery.payloads import Payloads
from bot.sandbox.people.elements import STATELESS, Choice, elements, find_element, initial, initial_state, picked
from bot.sandbox.people.outcomes import ClickOutcome, click_outcome
from bot.sandbox.wire import JsonObject
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.modals import View
from bot.sandbox.workspace.people import User


class Clicking:
    """Sends clicks, and remembers what each person picked in a message's menus, since the next click tells it too."""

    def __init__(self, desk: Desk, payloads: Payloads, office: PostOffice) -> None:
        """Send through `office`."""
        self._desk = desk
        self._payloads = payloads
        self._office = office
        self._picked: dict[tuple[str, str, str, str], JsonObject] = {}

    async def in_message(
        self, user: User, message: Message, action_id: str, choice: Choice = None, block_id: str | None = None
    ) -> ClickOutcome:
        """Click in a message as given: an outdated one sends the click of somebody who had not seen the edit yet."""
        if message.ephemeral_for not in (None, user.id):
            raise PermissionError(f"{user.handle} does not see this message")
        block, element = find_element(message.blocks, action_id, block_id)
        visible_to = element.get("visible_to_user_ids")
        if visible_to and user.id not in visible_to:
            raise PermissionError(f"{user.handle} does not see the button {action_id}")
        value = picked(element, choice)
        if element["type"] not in STATELESS:
            self._picked[(user.id, message.channel_id, message.ts, action_id)] = value
        action = self._action(block, element, value)
        payload = self._payloads.message_click(user, message, action, self._message_state(user, message))
        return click_outcome(payload, await self._office.deliver("interactive", payload))

    async def in_view(
        self, user: User, view: View, action_id: str, choice: Choice = None, block_id: str | None = None
    ) -> ClickOutcome:
        """Click inside a modal or on the Home tab."""
        block, element = find_element(view.blocks, action_id, block_id)
        value = picked(element, choice)
        state = view.state or initial_state(view.blocks)
        if element["type"] not in STATELESS:
            block_id = str(block["block_id"])
            state = {**state, block_id: {**state.get(block_id, {}), action_id: value}}
            view = self._desk.workspace.modals.fill(view, state)
        payload = self._payloads.view_click(user, view, self._action(block, element, value), state)
        return click_outcome(payload, await self._office.deliver("interactive", payload))

    def _action(self, block: JsonObject, element: JsonObject, value: JsonObject) -> JsonObject:
        return {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            **value,
            "action_ts": self._desk.workspace.mint.ts(),
        }

    def _message_state(self, user: User, message: Message) -> JsonObject:
        state: JsonObject = {}
        for block, element in elements(message.blocks):
            if element["type"] in STATELESS:
                continue
            action_id = str(element["action_id"])
            known = self._picked.get((user.id, message.channel_id, message.ts, action_id))
            state.setdefault(block["block_id"], {})[action_id] = known or initial(element)
        return state
