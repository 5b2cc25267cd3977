"""Interactive elements: finding one in blocks, and the value it has when somebody picks something.

A choice is what a test or the page says: a button needs none, a select its option's value, a date its day, checkboxes a list
of values.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.sandbox.wire import JsonObject

Choice = str | int | Sequence[str] | None
ElementSpot = tuple[JsonObject, JsonObject]
"""An element with the block it stands in: (block, element)."""

_PLAIN = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
}
_PLAIN_MANY = {
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
_ONE_OPTION = frozenset({"static_select", "radio_buttons", "overflow"})
_MANY_OPTIONS = frozenset({"multi_static_select", "checkboxes"})
STATELESS = frozenset({"button", "overflow", "image", "feedback_buttons", "icon_button"})


def elements(blocks: Sequence[JsonObject]) -> Iterator[ElementSpot]:
    """Every interactive element with its block, top to bottom."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element"), *(block.get("elements") or ())]
        for element in inside:
            if isinstance(element, dict) and element.get("action_id"):
                yield block, element


def find_element(blocks: Sequence[JsonObject], action_id: str, block_id: str | None = None) -> ElementSpot:
    """The element with this `action_id`; LookupError names those that are there."""
    for block, element in elements(blocks):
        if element["action_id"] == action_id and block_id in (None, block.get("block_id")):
            return block, element
    there = ", ".join(element["action_id"] for _, element in elements(blocks)) or "none"
    raise LookupError(f"nothing to click with action_id {action_id!r}; there are: {there}")


def picked(element: JsonObject, choice: Choice) -> JsonObject:
    """The element's value after `choice`, as actions and states carry it; LookupError for an option it does not have."""
    kind = str(element["type"])
    for shape, key_of in _SHAPES.items():
        if kind in shape:
            return {"type": kind, **key_of(element, choice)}
    return {"type": kind}


def _plain(element: JsonObject, choice: Choice) -> JsonObject:
    return {_PLAIN[element["type"]]: None if choice in (None, "") else str(choice)}


def _plain_many(element: JsonObject, choice: Choice) -> JsonObject:
    return {_PLAIN_MANY[element["type"]]: _many(choice)}


def _date_time(element: JsonObject, choice: Choice) -> JsonObject:
    del element
    return {"selected_date_time": None if choice in (None, "") else int(str(choice))}


def _one_option(element: JsonObject, choice: Choice) -> JsonObject:
    return {"selected_option": None if choice in (None, "") else _option(element, str(choice))}


def _many_options(element: JsonObject, choice: Choice) -> JsonObject:
    return {"selected_options": [_option(element, value) for value in _many(choice)]}


def _button(element: JsonObject, choice: Choice) -> JsonObject:
    del choice
    return {name: element[name] for name in ("text", "value", "style", "url") if name in element}


def _feedback(element: JsonObject, choice: Choice) -> JsonObject:
    for name in ("positive_button", "negative_button"):
        button: JsonObject = element[name]
        if button["value"] == choice:
            return {"value": button["value"], "text": button["text"]}
    raise LookupError(f"no feedback button with the value {choice!r}")


_Shape = Callable[[JsonObject, Choice], JsonObject]
_SHAPES: Mapping[frozenset[str], _Shape] = {
    frozenset({"button", "icon_button"}): _button,
    frozenset({"feedback_buttons"}): _feedback,
    frozenset({"datetimepicker"}): _date_time,
    frozenset(_PLAIN): _plain,
    frozenset(_PLAIN_MANY): _plain_many,
    _ONE_OPTION: _one_option,
    _MANY_OPTIONS: _many_options,
}


def _many(choice: Choice) -> list[str]:
    if choice is None:
        return []
    return [str(choice)] if isinstance(choice, (str, int)) else list(choice)


def options(element: JsonObject) -> list[JsonObject]:
    """All options, those in groups too."""
    groups = element.get("option_groups") or ()
    return [*(element.get("options") or ()), *(option for group in groups for option in group["options"])]


def _option(element: JsonObject, value: str) -> JsonObject:
    for option in options(element):
        if option["value"] == value:
            return option
    values = ", ".join(option["value"] for option in options(element))
    raise LookupError(f"no option {value!r} in {element['action_id']}; there are: {values}")


def initial(element: JsonObject) -> JsonObject:
    """The value an element starts with, from its `initial_…` field."""
    kind = str(element["type"])
    choice: Any = None
    for name, value in element.items():
        if name.startswith("initial_"):
            choice = value
    if kind in _ONE_OPTION and choice:
        choice = choice["value"]
    elif kind in _MANY_OPTIONS and choice:
        choice = [option["value"] for option in choice]
    return picked(element, choice)


def initial_state(blocks: Sequence[JsonObject]) -> JsonObject:
    """`state.values` before anybody touched anything: by block id, then by action id."""
    state: JsonObject = {}
    for block, element in elements(blocks):
        if element["type"] not in STATELESS:
            state.setdefault(block["block_id"], {})[element["action_id"]] = initial(element)
    return state


def is_empty(value: JsonObject) -> bool:
    """Whether an input's value is no answer yet."""
    return all(not part for name, part in value.items() if name != "type")
