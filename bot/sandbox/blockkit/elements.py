"""Block elements, one line of the table each (docs.slack.dev/reference/block-kit/block-elements)."""

from collections.abc import Mapping

from bot.sandbox.blockkit.objects import (
    CONFIRM,
    DISPATCH_CONFIG,
    FILTER,
    OPTION_GROUP,
    OPTION_GROUPS,
    OPTIONS,
    SLACK_FILE,
    option,
    plain_text,
)
from bot.sandbox.blockkit.rules import (
    Rule,
    anything,
    array,
    choice,
    exactly_one,
    flag,
    integer,
    record,
    string,
    unique_action_id,
    url,
)

ACTION_ID = 255
BUTTON_TEXT, BUTTON_VALUE, BUTTON_URL = 75, 2000, 3000
PLACEHOLDER = 150
TEXT_INPUT = 3000
DATE = string(10, 10, pattern=r"\d{4}-\d{2}-\d{2}")
TIME = string(5, 5, pattern=r"([01]\d|2[0-3]):[0-5]\d")

_ACTION: Mapping[str, Rule] = {"action_id": string(ACTION_ID, 1)}
_INPUT: Mapping[str, Rule] = {
    **_ACTION,
    "placeholder": plain_text(PLACEHOLDER),
    "confirm": CONFIRM,
    "focus_on_load": flag,
}
_SHARED: Mapping[str, Rule] = {"response_url_enabled": flag, "default_to_current_conversation": flag, "filter": FILTER}
_SEVERAL: Mapping[str, Rule] = {"max_selected_items": integer(1, 100)}
_IDS = array(string(255, 1), OPTIONS, 0)


def _interactive(required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> Rule:
    return record(required, {**_ACTION, **optional}, unique_action_id)


def _select(initial: str, rule: Rule, more: Mapping[str, Rule] | None = None) -> Rule:
    return record({}, {**_INPUT, initial: rule, **(more or {})}, unique_action_id)


def _static(initial: str, rule: Rule, more: Mapping[str, Rule] | None = None) -> Rule:
    lists: Mapping[str, Rule] = {
        "options": array(option(), OPTIONS),
        "option_groups": array(OPTION_GROUP, OPTION_GROUPS),
    }
    fields = {**_INPUT, **lists, initial: rule, **(more or {})}
    return record({}, fields, unique_action_id, exactly_one("options", "option_groups"))


def _text_input(**more: Rule) -> Rule:
    return record({}, {**_INPUT, "dispatch_action_config": DISPATCH_CONFIG, **more}, unique_action_id)


BUTTON = _interactive(
    {"text": plain_text(BUTTON_TEXT)},
    {
        "value": string(BUTTON_VALUE),
        "url": url(BUTTON_URL),
        "style": choice("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "visible_to_user_ids": _IDS,
    },
)

FEEDBACK_BUTTON = record(
    {"text": plain_text(75), "value": string(BUTTON_VALUE, 1)}, {"accessibility_label": string(75)}
)

ELEMENTS: Mapping[str, Rule] = {
    "button": BUTTON,
    "checkboxes": _select("initial_options", array(option(rich=True), 10), {"options": array(option(rich=True), 10)}),
    "datepicker": _select("initial_date", DATE),
    "timepicker": _select("initial_time", TIME, {"timezone": string(100)}),
    "datetimepicker": _select("initial_date_time", integer(0, 9_999_999_999)),
    "image": record(
        {"alt_text": string(2000)},
        {"image_url": url(), "slack_file": SLACK_FILE},
        exactly_one("image_url", "slack_file"),
    ),
    "overflow": _interactive({"options": array(option(), 5)}, {"confirm": CONFIRM}),
    "radio_buttons": _interactive(
        {"options": array(option(rich=True), 10)},
        {"initial_option": option(rich=True), "confirm": CONFIRM, "focus_on_load": flag},
    ),
    "static_select": _static("initial_option", option()),
    "multi_static_select": _static("initial_options", array(option(), OPTIONS), _SEVERAL),
    "external_select": _select("initial_option", option(), {"min_query_length": integer(0, 100)}),
    "users_select": _select("initial_user", string(255, 1)),
    "multi_users_select": _select("initial_users", _IDS, _SEVERAL),
    "conversations_select": _select("initial_conversation", string(255, 1), _SHARED),
    "multi_conversations_select": _select("initial_conversations", _IDS, {**_SEVERAL, **_SHARED}),
    "channels_select": _select("initial_channel", string(255, 1), _SHARED),
    "multi_channels_select": _select("initial_channels", _IDS, _SEVERAL),
    "plain_text_input": _text_input(
        initial_value=string(TEXT_INPUT),
        multiline=flag,
        min_length=integer(0, TEXT_INPUT),
        max_length=integer(1, TEXT_INPUT),
    ),
    "email_text_input": _text_input(initial_value=string(255)),
    "url_text_input": _text_input(initial_value=url()),
    "number_input": record(
        {"is_decimal_allowed": flag},
        {
            **_INPUT,
            "dispatch_action_config": DISPATCH_CONFIG,
            "initial_value": string(64),
            "min_value": string(64),
            "max_value": string(64),
        },
        unique_action_id,
    ),
    "rich_text_input": _text_input(initial_value=anything),
    "file_input": _interactive({}, {"filetypes": anything, "max_files": integer(1, 10)}),
    "feedback_buttons": _interactive({"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON}, {}),
    "icon_button": _interactive(
        {"icon": string(75, 1), "text": plain_text(BUTTON_TEXT)},
        {
            "value": string(BUTTON_VALUE),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": _IDS,
        },
    ),
}

SELECTS = frozenset(name for name in ELEMENTS if name.endswith("_select"))
IN_ACTIONS = SELECTS | {
    "button", "checkboxes", "datepicker", "datetimepicker", "overflow", "radio_buttons", "timepicker",
}  # fmt: skip
IN_SECTION = (IN_ACTIONS - {"datetimepicker"}) | {"image"}
IN_INPUT = SELECTS | {
    "checkboxes", "datepicker", "datetimepicker", "email_text_input", "file_input", "number_input", "plain_text_input",
    "radio_buttons", "rich_text_input", "timepicker", "url_text_input",
}  # fmt: skip
