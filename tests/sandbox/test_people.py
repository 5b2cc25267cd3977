"""What people do: typing, clicking, filling in, and what the app is told of it."""

import asyncio
from typing import Any

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import ManualClock, Message, SandboxServer
from bot.sandbox.api.content import Content
from bot.sandbox.api.posting import post_as_app
from bot.sandbox.blockkit import with_ids
from bot.sandbox.people.elements import initial_state, picked
from tests.sandbox.conftest import Connect
from tests.sandbox.kit import Json, actions, button, input_block, modal, option, plain, section, select, text_input
from tests.sandbox.test_chat import refused
from tests.sandbox.test_socket import acknowledging, deadline, silent


def post_card(server: SandboxServer, channel: str, *blocks: Json, ephemeral_for: str | None = None) -> Message:
    """A card of the app's, without the detour over HTTP."""
    space = server.workspace
    content = Content("card", with_ids(list(blocks), lambda: space.mint.secret(5)))
    return post_as_app(space, space.channel(channel), content, ephemeral_for=ephemeral_for)


async def test_typed_names_become_mentions_and_signs_are_escaped(server: SandboxServer) -> None:
    space = server.workspace
    typed = "@ana @sre-oncall @here @nobody #sre #nowhere https://x.test/a?b=1 <b> & c"
    message = server.say("ben", "sre", typed)

    assert message.text == (
        f"<@{space.user('ana').id}> <!subteam^{space.directory.groups[0].id}> <!here> @nobody "
        f"<#{space.channel('sre').id}|sre> #nowhere <https://x.test/a?b=1> &lt;b&gt; &amp; c"
    )


async def test_people_speak_only_where_they_are(server: SandboxServer) -> None:
    with pytest.raises(PermissionError, match="not in #sre"):
        server.say("guest", "sre", "hello")
    with pytest.raises(PermissionError, match="archived"):
        server.say("ana", "inc-099-old", "hello")
    with pytest.raises(LookupError, match="ana, ben"):
        server.say("zoe", "sre", "hello")
    with pytest.raises(LookupError, match="#sre"):
        server.say("ana", "nowhere", "hello")


async def test_a_command_the_app_does_not_have_is_not_valid(server: SandboxServer, connect: Connect) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    unknown = await server.run_command("ana", "sre", "/nonsense", "x")
    by_partner = await server.run_command("petra", "partners", "/investigate", "x")

    assert (unknown.failure, by_partner.failure) == ("unknown_command", "unknown_command")
    assert seen == []
    assert {message.text for message in server.workspace.messages} == {
        "`/nonsense` is not a valid command.",
        "`/investigate` is not a valid command.",
    }


async def test_a_command_with_should_escape_gets_ids(server: SandboxServer, connect: Connect) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    await server.run_command("ana", "sre", "/escaped", "ask @ben")

    assert seen[0].payload["text"] == f"ask <@{server.workspace.user('ben').id}>"


async def test_a_click_tells_who_where_and_what(server: SandboxServer, connect: Connect, incident: str) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    card = post_card(server, incident, section(), actions(button("accept", "Accept", value="h1", style="primary")))
    outcome = await server.click("ben", incident, card.ts, "accept")

    payload = seen[0].payload
    action = payload["actions"][0]
    assert outcome.acknowledged
    assert (payload["user"]["username"], payload["channel"]["id"]) == ("ben", incident)
    assert payload["user"]["team_id"] == payload["team"]["id"]
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == card.ts
    assert (action["action_id"], action["value"], action["style"]) == ("accept", "h1", "primary")
    assert action["block_id"] == card.blocks[1]["block_id"]


async def test_a_partners_click_carries_the_partners_team(server: SandboxServer, connect: Connect) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    card = post_card(server, "partners", actions(button()))
    await server.click("petra", "partners", card.ts, "go")

    assert seen[0].payload["user"]["team_id"] != seen[0].payload["team"]["id"]


async def test_a_click_in_an_ephemeral_message_comes_without_the_message(
    server: SandboxServer, connect: Connect, incident: str
) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    ana = server.workspace.user("ana").id
    card = post_card(server, incident, actions(button()), ephemeral_for=ana)
    await server.click("ana", incident, card.ts, "go")

    assert "message" not in seen[0].payload
    assert seen[0].payload["container"]["is_ephemeral"] is True
    with pytest.raises(PermissionError):
        await server.click("ben", incident, card.ts, "go")


async def test_a_button_can_be_for_some_people_only(server: SandboxServer, incident: str) -> None:
    ana = server.workspace.user("ana").id
    card = post_card(server, incident, actions(button(visible_to_user_ids=[ana])))

    with pytest.raises(PermissionError, match="does not see the button go"):
        await server.click("ben", incident, card.ts, "go")


async def test_a_click_on_what_is_not_there_names_what_is(server: SandboxServer, incident: str) -> None:
    card = post_card(server, incident, actions(button("accept"), button("reject")))

    with pytest.raises(LookupError, match="accept, reject"):
        await server.click("ben", incident, card.ts, "nothing")
    with pytest.raises(LookupError, match="no message"):
        await server.click("ben", incident, "1.000000", "accept")


async def test_somebody_who_has_not_seen_the_edit_can_still_click(
    server: SandboxServer, connect: Connect, slack: AsyncWebClient, incident: str
) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    card = post_card(server, incident, actions(button("accept")))
    await slack.chat_update(channel=incident, ts=card.ts, text="decided", blocks=[section("decided")])

    with pytest.raises(LookupError):
        await server.click("ben", incident, card.ts, "accept")
    assert (await server.click_message("ben", card, "accept")).acknowledged
    assert seen[0].payload["actions"][0]["action_id"] == "accept"


async def test_a_click_nobody_acknowledges_fails(
    server: SandboxServer, connect: Connect, clock: ManualClock, incident: str
) -> None:
    await connect(silent([]))
    card = post_card(server, incident, actions(button()))
    running = asyncio.ensure_future(server.click("ana", incident, card.ts, "go"))
    await deadline(clock)

    assert (await running).failure == "operation_timeout"


CHOICES: list[tuple[Json, Any, Json]] = [
    (select("e", "a", "b"), "b", {"selected_option": option("b") | {"text": plain("b") | {"emoji": True}}}),
    ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
    ({"type": "channels_select"}, "C1", {"selected_channel": "C1"}),
    ({"type": "conversations_select"}, "C1", {"selected_conversation": "C1"}),
    ({"type": "datepicker"}, "2026-01-02", {"selected_date": "2026-01-02"}),
    ({"type": "timepicker"}, "", {"selected_time": None}),
    ({"type": "datetimepicker"}, "1700000000", {"selected_date_time": 1_700_000_000}),
    ({"type": "datetimepicker"}, None, {"selected_date_time": None}),
    ({"type": "multi_users_select"}, ["U1", "U2"], {"selected_users": ["U1", "U2"]}),
    ({"type": "overflow", "options": [option("a")]}, "a", {"selected_option": option("a")}),
    ({"type": "checkboxes", "options": [option("a"), option("b")]}, ["b"], {"selected_options": [option("b")]}),
    ({"type": "checkboxes", "options": [option("a")]}, None, {"selected_options": []}),
    ({"type": "radio_buttons", "options": [option("a")]}, None, {"selected_option": None}),
    ({"type": "multi_static_select", "options": [option("a")]}, "a", {"selected_options": [option("a")]}),
    (
        {"type": "static_select", "option_groups": [{"label": plain("g"), "options": [option("z")]}]},
        "z",
        {"selected_option": option("z")},
    ),
    ({"type": "plain_text_input"}, "words", {"value": "words"}),
    ({"type": "number_input"}, 7, {"value": "7"}),
    ({"type": "rich_text_input"}, "x", {}),
    (
        {
            "type": "feedback_buttons",
            "positive_button": {"text": plain("Good"), "value": "1"},
            "negative_button": {"text": plain("Bad"), "value": "0"},
        },
        "0",
        {"value": "0", "text": plain("Bad")},
    ),
]


@pytest.mark.parametrize(("element", "choice", "value"), CHOICES, ids=[str(case[0]["type"]) for case in CHOICES])
def test_each_element_tells_its_choice_in_slacks_shape(element: Json, choice: Any, value: Json) -> None:
    got = picked({"action_id": "e", **element}, choice)

    if element["type"] == "static_select" and "options" in element:
        value = {"selected_option": option("b")}
    assert got == {"type": element["type"], **value}


def test_an_option_that_is_not_there_is_refused() -> None:
    with pytest.raises(LookupError, match="there are: a, b"):
        picked(select(), "c")
    feedback = {
        "type": "feedback_buttons",
        "positive_button": {"text": plain("Good"), "value": "1"},
        "negative_button": {"text": plain("Bad"), "value": "0"},
    }
    with pytest.raises(LookupError, match="feedback"):
        picked(feedback, "2")


def test_what_an_element_starts_with_is_its_state() -> None:
    blocks = [
        input_block("one", select("s", "a", "b", initial_option=option("b"))),
        input_block(
            "two", {"type": "checkboxes", "action_id": "c", "options": [option("x")], "initial_options": [option("x")]}
        ),
        text_input("three", "t", initial_value="hello"),
        input_block("four", {"type": "multi_users_select", "action_id": "m", "initial_users": ["U1"]}),
    ]

    state = initial_state(blocks)
    assert state["one"]["s"]["selected_option"] == option("b")
    assert state["two"]["c"]["selected_options"] == [option("x")]
    assert state["three"]["t"]["value"] == "hello"
    assert state["four"]["m"]["selected_users"] == ["U1"]


async def test_a_menus_choice_is_in_the_state_of_the_next_click(
    server: SandboxServer, connect: Connect, incident: str
) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    card = post_card(server, incident, actions(select("reason", "a", "b"), button("ok"), block_id="row"))
    await server.click("ana", incident, card.ts, "reason", "b")
    await server.click("ana", incident, card.ts, "ok")
    await server.click("ben", incident, card.ts, "ok")

    by_ana, by_ben = (request.payload["state"]["values"]["row"]["reason"] for request in seen[1:])
    assert by_ana["selected_option"]["value"] == "b"
    assert by_ben["selected_option"] is None


async def test_shortcuts_reach_the_app(server: SandboxServer, connect: Connect, incident: str) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    message = server.say("ana", "sre", "look at this")
    await server.message_shortcut("ben", "sre", message.ts, "stop_here")
    await server.global_shortcut("ben", "new_one")

    assert [request.payload["type"] for request in seen] == ["message_action", "shortcut"]
    assert seen[0].payload["message"]["text"] == "look at this"


async def test_waiting_for_a_message_finds_it_before_and_after(server: SandboxServer, incident: str) -> None:
    early = server.say("ana", incident, "early")
    later = asyncio.ensure_future(server.wait_for(lambda message: message.text == "late"))
    await asyncio.sleep(0)
    late = server.say("ana", incident, "late")

    assert await server.wait_for(lambda message: message.text == "early") == early
    assert await later == late
    with pytest.raises(TimeoutError):
        await server.wait_for(lambda message: False, timeout=0.01)
    with pytest.raises(TimeoutError):
        await server.wait_until(lambda workspace: False, timeout=0.01)


FORM = modal(
    text_input("why", "reason", min_length=2, max_length=5),
    input_block(
        "limit",
        {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"},
    ),
    text_input("more", "extra", optional=True),
    section("Only words"),
    notify_on_close=True,
)


class FormApp:
    """Opens a form on every click and answers submissions as it is told."""

    def __init__(self, slack: AsyncWebClient, form: Json) -> None:
        self.slack, self.form, self.answer = slack, form, None
        self.answer: Json | None = None
        self.seen: list[Json] = []

    async def listen(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        payload = request.payload
        self.seen.append(payload)
        answer = self.answer if payload["type"] == "view_submission" else None
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))
        if payload["type"] == "block_actions" and "message" in payload:
            await self.slack.views_open(trigger_id=payload["trigger_id"], view=self.form)


@pytest.fixture
async def form_app(server: SandboxServer, slack: AsyncWebClient, connect: Connect, incident: str) -> FormApp:
    app = FormApp(slack, FORM)
    await connect(app.listen)
    card = post_card(server, incident, actions(button("open")))
    await server.click("ana", incident, card.ts, "open")
    await server.wait_until(lambda _: server.modal("ana") is not None)
    return app


async def test_a_form_is_checked_before_it_is_sent(server: SandboxServer, form_app: FormApp) -> None:
    missing = await server.submit_view("ana", {"n": "twelve"})
    wrong = await server.submit_view("ana", {"reason": "far too long", "n": "12"})
    low = await server.submit_view("ana", {"reason": "ok", "n": "0"})
    broken = await server.submit_view("ana", {"reason": "ok", "n": "1.5"})
    endless = await server.submit_view("ana", {"reason": "ok", "n": "NaN"})

    assert missing.errors == {"why": "Please complete this required field.", "limit": "Please enter a number."}
    assert wrong.errors == {"why": "Please enter 2 to 5 characters.", "limit": "Please enter a number of at most 9."}
    assert low.errors == {"limit": "Please enter a number of at least 1."}
    assert broken.errors == {"limit": "Please enter a whole number."}
    assert endless.errors == {"limit": "Please enter a number."}
    assert [payload["type"] for payload in form_app.seen] == ["block_actions"]
    with pytest.raises(LookupError, match="no input zip"):
        await server.submit_view("ana", {"zip": "1"})


async def test_a_submitted_form_closes_and_carries_its_values(server: SandboxServer, form_app: FormApp) -> None:
    outcome = await server.submit_view("ana", {"why": "good", "n": "3"})

    values = form_app.seen[-1]["view"]["state"]["values"]
    assert outcome.acknowledged
    assert values["why"]["reason"]["value"] == "good"
    assert values["limit"]["n"]["value"] == "3"
    assert values["more"]["extra"]["value"] is None
    assert server.modal("ana") is None


async def test_the_apps_errors_keep_the_form_open(server: SandboxServer, form_app: FormApp) -> None:
    form_app.answer = {"response_action": "errors", "errors": {"why": "No such incident"}}
    outcome = await server.submit_view("ana", {"reason": "nope", "n": "3"})

    assert outcome.errors == {"why": "No such incident"}
    assert server.modal("ana") is not None


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "errors"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "push"},
    ],
)
async def test_an_answer_that_slack_would_refuse_fails(server: SandboxServer, form_app: FormApp, answer: Json) -> None:
    form_app.answer = answer
    outcome = await server.submit_view("ana", {"reason": "ok", "n": "3"})

    assert outcome.failure == "invalid_arguments"
    assert server.modal("ana") is not None


async def test_an_answer_can_update_push_and_clear(server: SandboxServer, form_app: FormApp) -> None:
    form_app.answer = {"response_action": "update", "view": FORM | {"title": plain("Second")}}
    await server.submit_view("ana", {"reason": "ok", "n": "3"})
    updated = server.modal("ana")
    form_app.answer = {"response_action": "push", "view": FORM | {"title": plain("Third")}}
    await server.submit_view("ana", {"reason": "ok", "n": "3"})
    pushed = server.modal("ana")
    form_app.answer = {"response_action": "clear"}
    await server.submit_view("ana", {"reason": "ok", "n": "3"})

    assert updated is not None
    assert pushed is not None
    assert updated.payload["title"]["text"] == "Second"
    assert (pushed.payload["title"]["text"], pushed.previous_view_id) == ("Third", updated.id)
    assert server.modal("ana") is None


async def test_closing_is_told_to_an_app_that_asked(server: SandboxServer, form_app: FormApp) -> None:
    await server.close_view("ana")

    assert form_app.seen[-1]["type"] == "view_closed"
    assert form_app.seen[-1]["is_cleared"] is False
    with pytest.raises(LookupError, match="no modal"):
        await server.submit_view("ana")
    with pytest.raises(LookupError, match="no modal"):
        await server.click_in_view("ana", "x")


async def test_closing_all_says_cleared(server: SandboxServer, form_app: FormApp) -> None:
    await server.close_view("ana", all_views=True)

    assert form_app.seen[-1]["is_cleared"] is True


async def test_a_trigger_opens_one_view_within_three_seconds(
    server: SandboxServer, slack: AsyncWebClient, form_app: FormApp, clock: ManualClock
) -> None:
    used = form_app.seen[0]["trigger_id"]
    fresh = server.workspace.tickets.new_trigger(server.workspace.user("ana").id)

    assert await refused(slack.views_open(trigger_id=used, view=FORM)) == "exchanged_trigger_id"
    assert await refused(slack.views_open(trigger_id="made up", view=FORM)) == "invalid_trigger_id"
    await clock.advance(3.1)
    assert await refused(slack.views_open(trigger_id=fresh, view=FORM)) == "expired_trigger_id"


async def test_views_can_be_changed_by_id_by_external_id_and_by_hash(
    server: SandboxServer, slack: AsyncWebClient, form_app: FormApp
) -> None:
    view = server.modal("ana")
    assert view is not None
    named = FORM | {"external_id": "mine"}

    assert (await slack.views_update(view_id=view.id, view=named, hash=view.hash))["ok"]
    assert (await slack.views_update(external_id="mine", view=named))["ok"]
    assert await refused(slack.views_update(view_id=view.id, view=FORM, hash=view.hash)) == "hash_conflict"
    assert await refused(slack.views_update(view_id="V0", view=FORM)) == "not_found"
    trigger = server.workspace.tickets.new_trigger(view.user_id, view.id)
    assert await refused(slack.views_push(trigger_id=trigger, view=named)) == "duplicate_external_id"


async def test_a_stack_holds_three_views(server: SandboxServer, slack: AsyncWebClient, form_app: FormApp) -> None:
    view = server.modal("ana")
    assert view is not None

    def trigger(view_id: str | None = view.id) -> str:
        return server.workspace.tickets.new_trigger(view.user_id, view_id)

    second = await slack.views_push(trigger_id=trigger(), view=FORM)
    await slack.views_push(trigger_id=trigger(), view=FORM)
    assert second["view"]["root_view_id"] == view.id
    assert await refused(slack.views_push(trigger_id=trigger(), view=FORM)) == "push_limit_reached"
    assert await refused(slack.views_push(trigger_id=trigger(None), view=FORM)) == "invalid_trigger_id"
    wrong = slack.views_open(trigger_id=trigger(), view={"type": "home", "blocks": [section()]})
    assert await refused(wrong) == "invalid_arguments"
    huge = modal(*[section("x" * 2900) for _ in range(90)])
    assert await refused(slack.views_open(trigger_id=trigger(), view=huge)) == "view_too_large"


async def test_clicks_inside_a_form_carry_its_state(
    server: SandboxServer, slack: AsyncWebClient, connect: Connect
) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    ana = server.workspace.user("ana")
    form = modal(actions(select("kind", "a", "b"), button("more"), block_id="row"), text_input())
    await slack.views_open(trigger_id=server.workspace.tickets.new_trigger(ana.id), view=form)
    await server.click_in_view("ana", "kind", "b")
    await server.click_in_view("ana", "more")

    payload = seen[-1].payload
    assert payload["container"]["type"] == "view"
    assert payload["view"]["state"]["values"]["row"]["kind"]["selected_option"]["value"] == "b"


async def test_a_home_tab_is_published_and_clicked(
    server: SandboxServer, slack: AsyncWebClient, connect: Connect
) -> None:
    seen: list[SocketModeRequest] = []
    await connect(acknowledging(seen))
    ana = server.workspace.user("ana")
    home = {"type": "home", "blocks": [section("Welcome"), actions(button("start"))]}
    first = await slack.views_publish(user_id=ana.id, view=home)
    await slack.views_publish(user_id=ana.id, view=home, hash=first["view"]["hash"])

    assert await refused(slack.views_publish(user_id=ana.id, view=home, hash="old")) == "hash_conflict"
    await server.click_in_view("ana", "start", home=True)
    assert seen[-1].payload["actions"][0]["action_id"] == "start"
    with pytest.raises(LookupError, match="no Home tab"):
        await server.click_in_view("ben", "start", home=True)
