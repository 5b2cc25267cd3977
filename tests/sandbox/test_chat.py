"""Posting, editing and deleting, with Slack's SDK as the caller."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SandboxServer
from tests.sandbox.kit import section


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_posted_message_stands_in_the_channel(
    server: SandboxServer, slack: AsyncWebClient, incident: str
) -> None:
    answer = await slack.chat_postMessage(channel=incident, text="Looking at *INC-123*")

    message = server.workspace.message(incident, answer["ts"])
    assert message.text == "Looking at *INC-123*"
    assert answer["message"]["bot_id"] == server.workspace.app.bot_id
    assert answer["channel"] == incident


async def test_signs_that_begin_no_control_sequence_are_escaped(slack: AsyncWebClient, incident: str) -> None:
    sent = "a & b &amp; <b> <!channel> <@U1> <https://x.test|y> > z"
    answer = await slack.chat_postMessage(channel=incident, text=sent)

    assert answer["message"]["text"] == "a &amp; b &amp; &lt;b&gt; <!channel> <@U1> <https://x.test|y> &gt; z"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0000000000", "text": "x"}, "channel_not_found"),
        ({"channel": "#nowhere", "text": "x"}, "channel_not_found"),
        ({"channel": "#inc-099-old", "text": "x"}, "is_archived"),
        ({"channel": "#sre-private", "text": "x"}, "channel_not_found"),
        ({"channel": "#sre", "text": ""}, "no_text"),
        ({"channel": "#sre", "text": "", "blocks": []}, "no_text"),
        ({"channel": "#sre", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "#sre", "text": "x", "thread_ts": "1600000000.000001"}, "thread_not_found"),
        ({"channel": "#sre", "text": "x", "blocks": "nonsense"}, "invalid_blocks_format"),
        ({"channel": "#sre", "text": "x", "blocks": "{}"}, "invalid_blocks_format"),
        ({"channel": "#sre", "text": "x", "metadata": {"event_type": "only"}}, "invalid_metadata_schema"),
        ({"channel": "#sre", "text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_schema"),
        (
            {"channel": "#sre", "text": "x", "metadata": {"event_type": "e", "event_payload": {"k": "v" * 9000}}},
            "metadata_too_large",
        ),
        ({"channel": "#sre", "text": "x", "blocks": [section("w" * 2900)] * 5}, "msg_blocks_too_long"),
    ],
)
async def test_what_slack_refuses_is_refused(slack: AsyncWebClient, arguments: dict[str, Any], error: str) -> None:
    assert await refused(slack.api_call("chat.postMessage", json=arguments)) == error


async def test_forty_thousand_characters_are_not_too_long(slack: AsyncWebClient, incident: str) -> None:
    answer = await slack.chat_postMessage(channel=incident, text="x" * 40_000)

    assert len(answer["message"]["text"]) == 40_000


async def test_a_public_channel_without_the_app_is_refused_until_it_joins(
    server: SandboxServer, slack: AsyncWebClient, incident: str
) -> None:
    server.leave_channel(incident)

    assert await refused(slack.chat_postMessage(channel=incident, text="x")) == "not_in_channel"
    await slack.conversations_join(channel=incident)
    assert (await slack.chat_postMessage(channel=incident, text="x"))["ok"]


async def test_replies_form_a_thread_that_the_parent_tells_of(slack: AsyncWebClient, incident: str) -> None:
    parent = await slack.chat_postMessage(channel=incident, text="parent")
    first = await slack.chat_postMessage(channel=incident, text="one", thread_ts=parent["ts"])
    to_reply = await slack.chat_postMessage(channel=incident, text="two", thread_ts=first["ts"])

    replies = (await slack.conversations_replies(channel=incident, ts=parent["ts"]))["messages"]
    assert [reply["text"] for reply in replies] == ["parent", "one", "two"]
    assert to_reply["message"]["thread_ts"] == parent["ts"]
    assert replies[0]["reply_count"] == 2
    assert replies[0]["latest_reply"] == to_reply["ts"]


async def test_a_reply_to_a_deleted_parent_lands_in_the_channel(slack: AsyncWebClient, incident: str) -> None:
    parent = await slack.chat_postMessage(channel=incident, text="parent")
    await slack.chat_postMessage(channel=incident, text="reply", thread_ts=parent["ts"])
    await slack.chat_delete(channel=incident, ts=parent["ts"])

    late = await slack.chat_postMessage(channel=incident, text="late", thread_ts=parent["ts"])
    history = (await slack.conversations_history(channel=incident))["messages"]
    assert "thread_ts" not in late["message"]
    assert [message.get("subtype") for message in history] == [None, "tombstone"]


async def test_a_deleted_message_without_replies_is_gone(slack: AsyncWebClient, incident: str) -> None:
    posted = await slack.chat_postMessage(channel=incident, text="x")
    await slack.chat_delete(channel=incident, ts=posted["ts"])

    assert (await slack.conversations_history(channel=incident))["messages"] == []
    assert await refused(slack.chat_delete(channel=incident, ts=posted["ts"])) == "message_not_found"


async def test_an_edit_keeps_the_place_and_says_so(server: SandboxServer, slack: AsyncWebClient, incident: str) -> None:
    posted = await slack.chat_postMessage(channel=incident, text="before", blocks=[section()])
    edited = await slack.chat_update(channel=incident, ts=posted["ts"], text="after", blocks=[section("new")])

    assert edited["ts"] == posted["ts"]
    assert edited["message"]["edited"]["user"] == server.workspace.app.user_id
    assert edited["message"]["blocks"][0]["text"]["text"] == "new"


async def test_an_edit_with_text_alone_deletes_the_blocks(slack: AsyncWebClient, incident: str) -> None:
    posted = await slack.chat_postMessage(channel=incident, text="before", blocks=[section()])
    edited = await slack.chat_update(channel=incident, ts=posted["ts"], text="after")

    assert "blocks" not in edited["message"]


async def test_an_edit_with_blocks_alone_keeps_the_text(slack: AsyncWebClient, incident: str) -> None:
    posted = await slack.chat_postMessage(channel=incident, text="kept")
    edited = await slack.api_call("chat.update", json={"channel": incident, "ts": posted["ts"], "blocks": [section()]})

    assert edited["text"] == "kept"


async def test_edits_are_refused_as_slack_does(server: SandboxServer, slack: AsyncWebClient, incident: str) -> None:
    posted = await slack.chat_postMessage(channel=incident, text="x")
    theirs = server.say("ana", incident, "mine")
    await slack.chat_postEphemeral(channel=incident, user=theirs.user_id, text="only you")
    hidden = next(message for message in server.workspace.messages if message.ephemeral_for)

    assert await refused(slack.chat_update(channel=incident, ts=theirs.ts, text="y")) == "cant_update_message"
    assert await refused(slack.chat_delete(channel=incident, ts=theirs.ts)) == "cant_delete_message"
    assert await refused(slack.chat_update(channel=incident, ts="1.000001", text="y")) == "message_not_found"
    assert await refused(slack.chat_update(channel=incident, ts=hidden.ts, text="y")) == "message_not_found"
    empty = slack.api_call("chat.update", json={"channel": incident, "ts": posted["ts"], "text": ""})
    assert await refused(empty) == "no_text"
    bare = slack.api_call("chat.update", json={"channel": incident, "ts": posted["ts"]})
    assert await refused(bare) == "no_text"


async def test_an_ephemeral_message_is_for_one_person_and_in_no_history(
    server: SandboxServer, slack: AsyncWebClient, incident: str
) -> None:
    ana = server.workspace.user("ana")
    await slack.chat_postEphemeral(channel=incident, user=ana.id, text="psst")

    assert [message.ephemeral_for for message in server.workspace.messages] == [ana.id]
    assert (await slack.conversations_history(channel=incident))["messages"] == []
    outsider = server.workspace.user("guest").id
    sre = server.workspace.channel("sre").id
    assert await refused(slack.chat_postEphemeral(channel=sre, user=outsider, text="x")) == "user_not_in_channel"


async def test_metadata_and_client_message_id_come_back(slack: AsyncWebClient, incident: str) -> None:
    metadata = {"event_type": "card", "event_payload": {"purpose": "report"}}
    await slack.chat_postMessage(channel=incident, text="x", metadata=metadata, client_msg_id="one-of-a-kind")

    with_it = await slack.conversations_history(channel=incident, include_all_metadata=True)
    without = await slack.conversations_history(channel=incident)
    assert with_it["messages"][0]["metadata"] == metadata
    assert with_it["messages"][0]["client_msg_id"] == "one-of-a-kind"
    assert "metadata" not in without["messages"][0]


async def test_a_message_to_a_person_opens_a_direct_message(server: SandboxServer, slack: AsyncWebClient) -> None:
    ana = server.workspace.user("ana")
    first = await slack.chat_postMessage(channel=ana.id, text="hello")
    opened = await slack.conversations_open(users=ana.id)

    assert first["channel"].startswith("D")
    assert opened["channel"]["id"] == first["channel"]


async def test_a_permalink_names_channel_and_thread(
    slack: AsyncWebClient, server: SandboxServer, incident: str
) -> None:
    parent = await slack.chat_postMessage(channel=incident, text="parent")
    reply = await slack.chat_postMessage(channel=incident, text="reply", thread_ts=parent["ts"])

    link = (await slack.chat_getPermalink(channel=incident, message_ts=reply["ts"]))["permalink"]
    assert link.startswith(f"{server.url}archives/{incident}/p{reply['ts'].replace('.', '')}")
    assert f"thread_ts={parent['ts']}" in link


async def test_a_reaction_counts_once(slack: AsyncWebClient, server: SandboxServer, incident: str) -> None:
    posted = await slack.chat_postMessage(channel=incident, text="x")
    await slack.reactions_add(channel=incident, timestamp=posted["ts"], name="eyes")

    again = slack.reactions_add(channel=incident, timestamp=posted["ts"], name="eyes")
    assert await refused(again) == "already_reacted"
    message = (await slack.conversations_history(channel=incident))["messages"][0]
    assert message["reactions"] == [{"name": "eyes", "users": [server.workspace.app.user_id], "count": 1}]


async def test_a_broadcast_reply_stands_in_thread_and_channel(slack: AsyncWebClient, incident: str) -> None:
    parent = await slack.chat_postMessage(channel=incident, text="parent")
    await slack.chat_postMessage(channel=incident, text="loud", thread_ts=parent["ts"], reply_broadcast=True)

    history = (await slack.conversations_history(channel=incident))["messages"]
    assert [message["text"] for message in history] == ["loud", "parent"]
