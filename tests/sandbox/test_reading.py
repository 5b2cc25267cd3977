"""What the app can read: channels, members, history, people and groups."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SandboxServer
from tests.sandbox.test_chat import refused


async def test_auth_test_tells_who_the_app_is(server: SandboxServer, slack: AsyncWebClient) -> None:
    answer = await slack.auth_test()

    assert answer["team"] == "Harbour Shop"
    assert answer["user_id"] == server.workspace.app.user_id
    assert answer["bot_id"] == server.workspace.app.bot_id
    assert answer["url"] == server.url


async def test_a_private_channel_without_the_app_does_not_exist_for_it(
    server: SandboxServer, slack: AsyncWebClient
) -> None:
    hidden = server.workspace.channel("sre-private").id
    kinds = "public_channel,private_channel"
    listed = (await slack.conversations_list(types=kinds, exclude_archived=True))["channels"]

    assert [channel["name"] for channel in listed] == ["inc-123-checkout", "incidents", "sre", "partners"]
    assert await refused(slack.conversations_info(channel=hidden)) == "channel_not_found"
    server.invite_app(hidden)
    assert (await slack.conversations_info(channel=hidden))["channel"]["is_private"] is True


async def test_a_shared_and_an_archived_channel_say_so(server: SandboxServer, slack: AsyncWebClient) -> None:
    shared = await slack.conversations_info(channel=server.workspace.channel("partners").id)
    archived = await slack.conversations_info(channel=server.workspace.channel("inc-099-old").id)

    assert shared["channel"]["is_ext_shared"] is True
    assert archived["channel"]["is_archived"] is True


async def test_joining_is_for_open_public_channels(server: SandboxServer, slack: AsyncWebClient) -> None:
    server.invite_app("sre-private")
    server.leave_channel("sre")
    sre, private, old = (server.workspace.channel(name).id for name in ("sre", "sre-private", "inc-099-old"))

    assert (await slack.conversations_join(channel=sre))["channel"]["is_member"] is True
    assert (await slack.conversations_join(channel=sre))["warning"] == "already_in_channel"
    assert await refused(slack.conversations_join(channel=private)) == "method_not_supported_for_channel_type"
    assert await refused(slack.conversations_join(channel=old)) == "is_archived"


async def test_members_come_in_pages(server: SandboxServer, slack: AsyncWebClient, incident: str) -> None:
    first = await slack.conversations_members(channel=incident, limit=4)
    cursor = first["response_metadata"]["next_cursor"]
    second = await slack.conversations_members(channel=incident, limit=4, cursor=cursor)

    assert len(first["members"]) == 4
    assert len(second["members"]) == 2
    assert second["response_metadata"]["next_cursor"] == ""
    assert await refused(slack.conversations_members(channel=incident, cursor="%%")) == "invalid_cursor"


async def test_history_can_be_cut_by_time(server: SandboxServer, slack: AsyncWebClient, incident: str) -> None:
    stamps = [(await slack.chat_postMessage(channel=incident, text=str(number)))["ts"] for number in range(5)]

    between = await slack.conversations_history(channel=incident, oldest=stamps[1], latest=stamps[3])
    with_edges = await slack.conversations_history(channel=incident, oldest=stamps[1], latest=stamps[3], inclusive=True)
    paged = await slack.conversations_history(channel=incident, limit=2)
    assert [message["text"] for message in between["messages"]] == ["2"]
    assert [message["text"] for message in with_edges["messages"]] == ["3", "2", "1"]
    assert paged["has_more"] is True
    assert await refused(slack.conversations_history(channel=incident, oldest="noon")) == "invalid_ts_oldest"
    server.leave_channel(incident)
    assert await refused(slack.conversations_history(channel=incident)) == "not_in_channel"


async def test_replies_of_an_unknown_message_are_refused(slack: AsyncWebClient, incident: str) -> None:
    assert await refused(slack.conversations_replies(channel=incident, ts="1.000000")) == "thread_not_found"


async def test_people_have_zones_and_limits(server: SandboxServer, slack: AsyncWebClient) -> None:
    def of(handle: str) -> str:
        return server.workspace.user(handle).id

    ana = (await slack.users_info(user=of("chiara")))["user"]
    guest = (await slack.users_info(user=of("guest")))["user"]
    partner = (await slack.users_info(user=of("petra")))["user"]
    assert (ana["tz"], ana["tz_offset"]) == ("Europe/Stockholm", 3600)
    assert guest["is_restricted"] is True
    assert partner["is_stranger"] is True
    assert partner["team_id"] != ana["team_id"]
    assert await refused(slack.users_info(user="U0")) == "user_not_found"
    everybody = (await slack.users_list())["members"]
    assert [user["name"] for user in everybody if user["is_bot"]] == ["compass", "slackbot"]


async def test_groups_list_their_people(server: SandboxServer, slack: AsyncWebClient) -> None:
    group = (await slack.usergroups_list(include_users=True))["usergroups"][0]
    bare = (await slack.usergroups_list())["usergroups"][0]

    members = (await slack.usergroups_users_list(usergroup=group["id"]))["users"]
    assert members == group["users"] == [server.workspace.user(name).id for name in ("ana", "ben")]
    assert "users" not in bare
    assert await refused(slack.usergroups_users_list(usergroup="S0")) == "no_such_subteam"
