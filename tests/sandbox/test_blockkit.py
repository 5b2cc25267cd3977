"""Block Kit's limits: each at its edge, and beside Slack's own SDK where that enforces the same."""

from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.blockkit import check_message_blocks, check_view, text_length, with_ids
from tests.sandbox.kit import (
    Json,
    actions,
    button,
    confirm,
    input_block,
    modal,
    mrkdwn,
    option,
    plain,
    section,
    select,
    text_input,
)
from tests.sandbox.test_chat import refused


def pointers(blocks: Any) -> list[str]:
    return [str(finding) for finding in check_message_blocks(blocks, lambda _: False)]


def view_findings(view: Any) -> list[str]:
    return [str(finding) for finding in check_view(view, lambda _: False)]


FINE: list[list[Json]] = [
    [],
    [section("x" * 3000)],
    [section()] * 50,
    [{"type": "section", "fields": [mrkdwn("f" * 2000)] * 10}],
    [{"type": "header", "text": plain("h" * 150)}],
    [actions(button(text="b" * 75, value="v" * 2000, url="https://x.test/" + "u" * 2900, style="danger"))],
    [actions(*[button(f"a{number}") for number in range(25)])],
    [{"type": "context", "elements": [mrkdwn("c")] * 9 + [plain("p")]}],
    [section(accessory=button(confirm=confirm(title=plain("t" * 100), text=mrkdwn("x" * 300))))],
    [section(accessory={"type": "overflow", "action_id": "more", "options": [option("a"), option("b")]})],
    [section(accessory={"type": "users_select", "action_id": "who"})],
    [{"type": "divider"}, {"type": "markdown", "text": "m" * 12_000}],
    [{"type": "table", "rows": [[{"type": "raw_text", "text": "cell"}] * 20] * 100}],
    [{"type": "image", "image_url": "https://x.test/a.png", "alt_text": "", "title": plain("t")}],
    [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}],
    [
        {
            "type": "plan",
            "title": "Plan",
            "tasks": [{"type": "task_card", "task_id": "1", "title": "T", "status": "error"}],
        }
    ],
    [text_input(), input_block("n", {"type": "number_input", "is_decimal_allowed": False, "action_id": "n"})],
    [
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "f",
                    "positive_button": {"text": plain("Good"), "value": "1"},
                    "negative_button": {"text": plain("Bad"), "value": "0"},
                }
            ],
        }
    ],
]


@pytest.mark.parametrize("blocks", FINE, ids=range(len(FINE)))
def test_what_is_within_the_limits_passes(blocks: list[Json]) -> None:
    assert pointers(blocks) == []


BROKEN: list[tuple[list[Any], str]] = [
    ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "must define one of: text, fields [json-pointer:/blocks/0]"),
    (
        [{"type": "section", "fields": [mrkdwn("f")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        [{"type": "section", "fields": [mrkdwn("f" * 2001)]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (
        [{"type": "header", "text": plain("h" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    ([{"type": "header", "text": mrkdwn("h")}], "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    ([{"type": "header"}], "missing required field: text [json-pointer:/blocks/0]"),
    (
        [actions(button(text="b" * 76))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        [actions(button(value="v" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        [actions(button(url="https://x.test/" + "u" * 3000))],
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    ([actions(button(url="nonsense"))], "must match the pattern"),
    ([actions(button(style="loud"))], "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]"),
    (
        [actions(button("a" * 256))],
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    ([section(block_id="b" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    ([section(block_id="b"), section(block_id="b")], "`block_id` b already exists [json-pointer:/blocks/1/block_id]"),
    (
        [actions(button("a")), section(accessory=button("a"))],
        "`action_id` a already exists [json-pointer:/blocks/1/accessory/action_id]",
    ),
    (
        [actions(*[button(f"a{number}") for number in range(26)])],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ([actions()], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (
        [{"type": "context", "elements": [mrkdwn("c")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ([{"type": "context", "elements": [button()]}], "unsupported type: button"),
    ([actions({"type": "plain_text_input", "action_id": "x"})], "unsupported type: plain_text_input"),
    ([section(accessory=button(confirm=confirm(title=plain("t" * 101))))], "must be less than 101 characters"),
    ([section(accessory=button(confirm=confirm(text=mrkdwn("t" * 301))))], "must be less than 301 characters"),
    ([section(accessory=button(confirm=confirm(deny=plain("t" * 31))))], "must be less than 31 characters"),
    ([{"type": "markdown", "text": "m" * 12_001}], "must be less than 12001 characters [json-pointer:/blocks/0/text]"),
    (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "c"}]] * 101}],
        "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
    ),
    (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "c"}] * 21]}],
        "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
    ),
    ([{"type": "table", "rows": [[{"type": "raw_text", "text": "c"}]]}] * 2, "only_one_table_allowed"),
    ([{"type": "carousel"}], "unsupported type: carousel [json-pointer:/blocks/0/type]"),
    ([{"text": "x"}], "missing required field: type [json-pointer:/blocks/0]"),
    (["words"], "must provide an object [json-pointer:/blocks/0]"),
    ([section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
    ([section(expand="yes")], "must provide a boolean [json-pointer:/blocks/0/expand]"),
    ([{"type": "section", "text": "bare"}], "must provide an object [json-pointer:/blocks/0/text]"),
    ([{"type": "section", "text": mrkdwn(7)}], "must provide a string [json-pointer:/blocks/0/text/text]"),  # type: ignore[arg-type]
    ([{"type": "section", "fields": "x"}], "must provide an array [json-pointer:/blocks/0/fields]"),
    ([{"type": "image", "alt_text": "a"}], "must define exactly one of: image_url, slack_file"),
    (
        [{"type": "image", "alt_text": "a", "slack_file": {"id": "F0"}}],
        "invalid slack file [json-pointer:/blocks/0/slack_file]",
    ),
    (
        [{"type": "context", "elements": [{"type": "image", "alt_text": "a", "slack_file": {"id": "F0"}}]}],
        "invalid slack file [json-pointer:/blocks/0/elements/0/slack_file]",
    ),
    ([actions({"type": "static_select", "action_id": "s"})], "must define exactly one of: options, option_groups"),
    ([actions(select("s", *[f"v{number}" for number in range(101)]))], "no more than 100 items allowed"),
    ([actions(select("s", "v" * 151))], "must be less than 151 characters"),
    ([input_block("i", {"type": "plain_text_input", "max_length": "9"})], "must provide an integer"),
    ([input_block("i", {"type": "plain_text_input", "max_length": 3001})], "must be between 1 and 3000"),
    ([actions({"type": "datepicker", "initial_date": "01.02.2026"})], "must match the pattern"),
]


@pytest.mark.parametrize(("blocks", "message"), BROKEN, ids=[message[:60] for _, message in BROKEN])
def test_each_broken_rule_is_named_with_its_place(blocks: list[Any], message: str) -> None:
    assert any(message in found for found in pointers(blocks))


SDK_ENFORCES = [
    (blocks, message)
    for blocks, message in BROKEN
    if any(word in message for word in ("less than", "items allowed", "must define one of"))
    and not any(
        word in message
        for word in (
            "no more than 50",
            "no fewer",
            "/rows",
            "fields/0",
            "12001",
            "between",
            "151 characters",
            "100 items",
        )
    )
]


@pytest.mark.parametrize(("blocks", "message"), SDK_ENFORCES, ids=[message[:60] for _, message in SDK_ENFORCES])
def test_the_sdk_refuses_the_same(blocks: list[Any], message: str) -> None:
    parsed = Block.parse_all(blocks)

    with pytest.raises(SlackObjectFormationError):
        [block.to_dict() for block in parsed]
    assert pointers(blocks) != []


@pytest.mark.parametrize("blocks", FINE[:-2], ids=range(len(FINE) - 2))
def test_the_sdk_accepts_the_same(blocks: list[Json]) -> None:
    assert len([block.to_dict() for block in Block.parse_all(blocks)]) == len(blocks)


VIEWS: list[tuple[Json, str]] = [
    (modal(title=plain("t" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(submit=plain("t" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
    (modal(close=plain("t" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
    (modal(private_metadata="m" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    (modal(callback_id="c" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    (modal(*[section()] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    ({"type": "home", "blocks": [section()], "submit": plain("x")}, "invalid additional property: submit"),
]


@pytest.mark.parametrize(("view", "message"), VIEWS, ids=[message[:60] for _, message in VIEWS])
def test_a_views_limits_hold_here_and_in_the_sdk(view: Json, message: str) -> None:
    assert any(message in found for found in view_findings(view))
    with pytest.raises(SlackObjectFormationError):
        View(**view).to_dict()


def test_a_hundred_blocks_fit_a_modal_but_no_markdown() -> None:
    assert view_findings(modal(*[section()] * 100)) == []
    assert view_findings(modal({"type": "markdown", "text": "m"})) == [
        "unsupported type: markdown [json-pointer:/view/blocks/0/type]"
    ]


def test_a_form_with_inputs_needs_a_submit_button() -> None:
    form = modal()
    del form["submit"]

    assert view_findings(form) == ["missing required field: submit [json-pointer:/view]"]
    assert view_findings("no view") == ["must provide an object [json-pointer:/view]"]


def test_ids_are_filled_in_where_they_are_missing_and_the_original_stays() -> None:
    original = [section(), actions({"type": "button", "text": plain("Go")}, block_id="mine")]
    numbers = iter(range(100))
    settled = with_ids(original, lambda: f"id{next(numbers)}")

    assert settled[0]["block_id"].startswith("id")
    assert settled[1]["block_id"] == "mine"
    assert settled[1]["elements"][0]["action_id"].startswith("id")
    assert "block_id" not in original[0]


def test_all_text_counts_towards_the_whole() -> None:
    blocks = [section("12345"), actions(button(text="678")), {"type": "markdown", "text": "90"}]

    assert text_length(blocks) == 10


async def test_invalid_blocks_come_with_pointers_over_the_wire(slack: AsyncWebClient, incident: str) -> None:
    call = slack.chat_postMessage(channel=incident, text="x", blocks=[section("x" * 3001)])

    assert await refused(call) == "invalid_blocks"


async def test_blocks_validate_answers_free_of_charge(slack: AsyncWebClient) -> None:
    assert (await slack.blocks_validate(blocks=[section()]))["ok"]
    assert (await slack.blocks_validate(message={"blocks": [section()]}))["ok"]
    assert (await slack.blocks_validate(view=modal()))["ok"]
    assert await refused(slack.blocks_validate(blocks=[{"type": "nope"}])) == "invalid_blocks"
    assert await refused(slack.blocks_validate(view={"type": "modal"})) == "invalid_view"
    assert await refused(slack.blocks_validate(message={"blocks": [{"type": "nope"}]})) == "invalid_message"
    assert await refused(slack.blocks_validate()) == "invalid_arguments"
