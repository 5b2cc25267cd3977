"""Composition objects: texts, options, confirm dialogs, Slack files.

Source: https://docs.slack.dev/reference/block-kit/composition-objects.
"""

from bot.sandbox.blockkit.rules import (
    Rule,
    anything,
    array,
    by_type,
    choice,
    exactly_one,
    flag,
    record,
    string,
    url,
)

CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30
OPTION_TEXT, OPTION_VALUE = 75, 150
OPTIONS, OPTION_GROUPS = 100, 100


def plain_text(most: int) -> Rule:
    """A `plain_text` object of 1 to `most` characters."""
    return by_type({"plain_text": record({"text": string(most, 1)}, {"emoji": flag})})


def any_text(most: int) -> Rule:
    """A `plain_text` or `mrkdwn` object of 1 to `most` characters."""
    return by_type(
        {
            "plain_text": record({"text": string(most, 1)}, {"emoji": flag}),
            "mrkdwn": record({"text": string(most, 1)}, {"verbatim": flag}),
        }
    )


CONFIRM = record(
    {
        "title": plain_text(CONFIRM_TITLE),
        "text": any_text(CONFIRM_TEXT),
        "confirm": plain_text(CONFIRM_BUTTON),
        "deny": plain_text(CONFIRM_BUTTON),
    },
    {"style": choice("primary", "danger")},
)


def option(*, rich: bool = False) -> Rule:
    """An option; checkboxes and radio buttons (`rich`) may have formatted text."""
    words = any_text if rich else plain_text
    return record(
        {"text": words(OPTION_TEXT), "value": string(OPTION_VALUE, 1)},
        {"description": words(OPTION_TEXT), "url": url()},
    )


OPTION_GROUP = record({"label": plain_text(75), "options": array(option(), OPTIONS)})
SLACK_FILE = record({}, {"id": string(255, 1), "url": url()}, exactly_one("id", "url"))
DISPATCH_CONFIG = record({"trigger_actions_on": array(choice("on_enter_pressed", "on_character_entered"), 2)})
FILTER = record({}, {"include": anything, "exclude_external_shared_channels": flag, "exclude_bot_users": flag})
