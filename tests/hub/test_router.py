"""Messages: both ends are checked, each recipient's come in the order in which they were sent, and each once, for ever."""

import asyncio
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import AgentNotFoundError
from orchestrator.hub import Hub
from orchestrator.model import MessageKind
from orchestrator.ports import HubStore
from tests.hub.kit import RUN, new_store, opened, with_agents
from tests.support.clock import NOON

TEAM = ("application", "database", "network")


async def received(hub: Hub, agent_id: str) -> list[str]:
    found = []
    while (message := await hub.receive(agent_id)) is not None:
        found.append(message.body)
    return found


async def test_a_message_carries_its_routing(store: HubStore) -> None:
    hub = await opened(store)
    await with_agents(hub, *TEAM)
    asked = await hub.route_message("application", "database", "is the pool full?", MessageKind.QUESTION)
    answer = await hub.route_message("database", "application", "yes", MessageKind.ANSWER, asked.message_id)
    assert (asked.sender, asked.recipient, asked.kind, asked.at) == ("application", "database", "question", NOON)
    assert answer.reply_to == asked.message_id
    assert await hub.receive("database") == asked
    assert await hub.receive("application") == answer


@pytest.mark.parametrize(("sender", "recipient"), [("databse", "network"), ("network", "databse")])
async def test_both_ends_are_checked_and_nothing_is_kept(store: HubStore, sender: str, recipient: str) -> None:
    hub = await opened(store)
    await with_agents(hub, *TEAM)
    with pytest.raises(AgentNotFoundError) as refused:
        await hub.route_message(sender, recipient, "hello")
    assert refused.value.remedy == "Did you mean database?"
    assert [await store.messages_to(*RUN, each) for each in (*TEAM, "databse")] == [[], [], [], []]


async def test_nobody_receives_for_a_name_that_is_not_known(store: HubStore) -> None:
    hub = await opened(store)
    await with_agents(hub, *TEAM)
    with pytest.raises(AgentNotFoundError, match="databse"):
        await hub.receive("databse")


async def test_messages_wait_while_their_recipient_is_away(store: HubStore) -> None:
    hub = await opened(store)
    await with_agents(hub, *TEAM)
    await hub.route_message("application", "database", "before")
    await hub.unregister_agent("database")
    with pytest.raises(AgentNotFoundError):
        await hub.route_message("application", "database", "meanwhile")
    await hub.register_agent("database", "database")
    await hub.route_message("application", "database", "after")
    assert await received(hub, "database") == ["before", "after"]


async def test_two_who_receive_for_one_agent_share_its_messages(store: HubStore) -> None:
    hub = await opened(store)
    await with_agents(hub, *TEAM)
    for number in range(6):
        await hub.route_message("application", "database", str(number))
    shares = await asyncio.gather(received(hub, "database"), received(hub, "database"))
    assert sorted(body for share in shares for body in share) == [str(number) for number in range(6)]
    assert all(share == sorted(share) for share in shares)


SEND = st.tuples(st.sampled_from(TEAM), st.sampled_from(TEAM))
STEPS = st.lists(st.one_of(SEND, st.sampled_from(TEAM), st.just("restart")), max_size=40)


@given(steps=STEPS)
def test_each_recipient_gets_each_message_once_in_order_however_often_the_process_ends(
    steps: list[tuple[str, str] | str],
) -> None:
    """A pair: one writes to the other. A name: that one receives. Between any two steps the process may end."""

    async def play() -> None:
        sent: dict[str, list[str]] = defaultdict(list)
        got: dict[str, list[str]] = defaultdict(list)
        async with new_store() as store:
            hub = await opened(store)
            await with_agents(hub, *TEAM)
            for number, step in enumerate(steps):
                if isinstance(step, tuple):
                    await hub.route_message(*step, str(number))
                    sent[step[1]].append(str(number))
                elif step == "restart":
                    hub = await opened(store)
                    await with_agents(hub, *TEAM)
                elif (message := await hub.receive(step)) is not None:
                    got[step].append(message.body)
                assert all(sent[name][: len(got[name])] == got[name] for name in TEAM)
            for name in TEAM:
                assert got[name] + await received(hub, name) == sent[name]

    asyncio.run(play())
