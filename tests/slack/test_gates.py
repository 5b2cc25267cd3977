"""A gate in a thread: it asks, whoever may answer answers once, and the card stays as the record."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from inline_snapshot import snapshot

from bot.sandbox import Message
from bot.slack.ids import Action
from bot.slack.views.gate import gate
from bot.slack.views.lists import Current, status
from bot.slack.views.parent import parent
from orchestrator.events import GateOpened, GateSettled
from orchestrator.hub import HubRules
from orchestrator.model import Approvers, Gate, GateKind, GateState, Person
from orchestrator.ports import TeamSpec
from tests.slack import scene
from tests.slack.conftest import House, MakeHouse, close, shown
from tests.slack.limits import check_message
from tests.slack.pictures import BEN, RUNNING, STATE, moved, observations, picture
from tests.slack.reading import as_read
from tests.slack.test_limits import HOSTILE, SLOW
from tests.support.agents import PricedAgent, ScriptedAgent, team_of
from tests.support.clock import NOON

ASKED = Gate(
    gate_id="gate-1",
    kind=GateKind.BUDGET,
    reason="The next call of network may cost $0.45; $0.30 is left for it.",
    context=("Have: orders v412 filled the orders-db pool (0.86)", "Missing: what Network would add"),
    approve="Extend by $5",
    deny="Stop here",
    extend_by=Decimal(5),
    approvers=Approvers(people=("U222BBB",), groups=("sre-oncall",)),
    opened_at=NOON,
    expires_at=NOON + timedelta(minutes=30),
)
WAITS = moved(STATE.RUNNING, STATE.WAITING_APPROVAL, ASKED.reason)


def asked(*after: Any, **more: Any) -> Any:
    opened = GateOpened(gate=ASKED.model_copy(update=more))
    return picture(RUNNING, *observations(), opened, WAITS, *after)


def settled(state: GateState, by: Person | None = BEN, said: str = "") -> GateSettled:
    return GateSettled(gate_id="gate-1", state=state, by=by, said=said)


def test_a_gate_says_what_one_has_to_know_and_names_nobody_else_by_a_ping() -> None:
    assert as_read(gate(asked(), "gate-1")) == snapshot("""\
INC-123: The next call of network may cost $0.45; $0.30 is left for it. · RECORDED DATA
---
<@U111AAA> *The next call of network may cost $0.45; $0.30 is left for it.*
*RECORDED DATA*
Have: orders v412 filled the orders-db pool (0.86)
Missing: what Network would add
(May answer: ana, U222BBB, sre-oncall. Ends itself 12:30 UTC.)
[Extend by $5] [Stop here]\
""")


def test_an_answered_gate_stays_as_the_record() -> None:
    assert as_read(gate(asked(settled(GateState.APPROVED)), "gate-1")) == snapshot("""\
INC-123: The next call of network may cost $0.45; $0.30 is left for it. · RECORDED DATA
---
<@U111AAA> *The next call of network may cost $0.45; $0.30 is left for it.*
*RECORDED DATA*
Have: orders v412 filled the orders-db pool (0.86)
Missing: what Network would add
→ Extended by $5 · ben · 12:00 UTC\
""")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (settled(GateState.DENIED, said="Only staging"), "→ Denied · ben · 12:00 UTC · Only staging"),
        (settled(GateState.EXPIRED, None), "→ Nobody answered in time · 12:00 UTC"),
        (settled(GateState.SUPERSEDED, None), "→ Not asked any more · 12:00 UTC"),
    ],
)
def test_however_it_was_settled_the_card_says_so(answer: GateSettled, told: str) -> None:
    assert told in as_read(gate(asked(answer), "gate-1"))


@pytest.mark.parametrize(
    ("rules", "who"),
    [
        (Approvers(), "May answer: anybody here."),
        (Approvers(requester=False), "May answer: anybody but ana."),
        (Approvers(groups=("sre-oncall",)), "May answer: ana, sre-oncall."),
        (Approvers(people=("U9",), requester=False), "May answer: U9."),
    ],
)
def test_a_gate_names_who_may_answer(rules: Approvers, who: str) -> None:
    assert who in as_read(gate(asked(approvers=rules), "gate-1"))


def test_the_card_and_the_list_say_that_a_run_waits() -> None:
    assert "*Waits for an answer* · " in as_read(parent(asked()))
    told = as_read(status([Current(asked())], 0))
    assert "Waits for an answer · " in told
    assert "asks: The next call of network may cost $0.45" in told


@SLOW
@given(text=HOSTILE)
def test_however_hostile_a_gate_is_one_that_slack_takes_and_pings_nobody(text: str) -> None:
    rules = Approvers(people=(text,) * 30, groups=(text,) * 30)
    hostile = {"reason": text, "context": (text,) * 30, "approve": text, "deny": text, "approvers": rules}
    check_message(gate(asked(**hostile), "gate-1"))
    check_message(gate(asked(settled(GateState.DENIED, said=text), **hostile), "gate-1"))


def poor_team() -> TeamSpec:
    return team_of(
        lambda: PricedAgent("application", ["3.00", "3.00"], observes=[scene.ERRORS], analyses=[scene.RETRIES]),
        lambda: ScriptedAgent("database", [scene.POOL], [scene.POOL_FULL]),
    )


@pytest.fixture
async def asking(make_house: MakeHouse) -> House:
    """A bot whose questions ben and whoever is in sre-oncall may answer, but not who asked."""
    rules = HubRules(Approvers(groups=("sre-oncall",), requester=False))
    return await make_house(team=poor_team(), asking=rules)


async def until_asked(house: House, user: str = "ana") -> Message:
    await house.type("INC-123 budget=8", user)
    return await house.until(lambda message: "may cost $3.00" in shown(message) and bool(message.thread_ts))


async def test_the_wrong_person_the_right_one_and_a_second_click(asking: House) -> None:
    card = await until_asked(asking)
    assert "May answer: sre-oncall." in shown(card)
    await asking.click(card, Action.APPROVE + gate_of(card), "chiara")
    (told,) = asking.whispers("chiara")
    assert "for others to answer" in shown(told)
    await asking.click(card, Action.APPROVE + gate_of(card), "ana")
    (told,) = asking.whispers("ana")
    assert "Whoever asked for the investigation cannot answer" in shown(told)
    await asking.click(card, Action.APPROVE + gate_of(card), "ben")
    answered = await asking.until(lambda message: "→ Extended by $5 · ben · " in shown(message))
    assert answered.ts == card.ts
    await asking.whole_thread()
    await asking.click(card, Action.DENY + gate_of(card), "ben")
    (told,) = asking.whispers("ben")
    assert "answered before: Extended by $5 · ben" in shown(told)
    (summary,) = await asking.service.history(asking.sandbox.workspace.team_id)
    assert (summary.state, summary.spent) == (STATE.COMPLETED, Decimal("9.00"))


async def test_many_clicks_at_once_have_one_effect_and_all_others_an_answer(make_house: MakeHouse) -> None:
    house = await make_house(team=poor_team(), asking=HubRules())
    card = await until_asked(house)
    people = ("ana", "ben", "chiara")
    clicks = [(user, action) for user in people for action in (Action.APPROVE, Action.DENY)]
    await asyncio.gather(*(house.sandbox.click_message(user, card, action + gate_of(card)) for user, action in clicks))
    await house.surface.jobs.drain()
    assert sum(len(house.whispers(user)) for user in people) == len(clicks) - 1


async def test_a_click_after_its_time_gets_an_answer(make_house: MakeHouse) -> None:
    house = await make_house(team=poor_team(), asking=HubRules(gate_wait_s=60.0))
    card = await until_asked(house)
    await house.until(lambda message: "→ Nobody answered in time" in shown(message))
    await house.click(card, Action.APPROVE + gate_of(card), "ben")
    (told,) = house.whispers("ben")
    assert "answered before: Nobody answered in time" in shown(told)


async def test_a_click_after_a_restart_goes_on_in_the_same_thread(make_house: MakeHouse) -> None:
    first = await make_house(team=poor_team(), asking=HubRules())
    card = await until_asked(first)
    await close(first)
    house = await make_house(team=poor_team(), before=first)
    await house.click(card, Action.APPROVE + gate_of(card), "ben")
    answered = await house.until(lambda message: "→ Extended by $5 · ben · " in shown(message))
    assert answered.ts == card.ts
    parent = await house.whole_thread()
    assert parent.ts == card.thread_ts


async def test_where_slack_does_not_tell_who_is_in_a_group_nobody_is_and_that_is_said(make_house: MakeHouse) -> None:
    rules = HubRules(Approvers(groups=("no-such-group",), requester=False))
    house = await make_house(team=poor_team(), asking=rules)
    card = await until_asked(house)
    await house.click(card, Action.APPROVE + gate_of(card), "ben")
    (told,) = house.whispers("ben")
    assert "Slack did not tell who is in no-such-group" in shown(told)
    assert "usergroups:read" in shown(told)


async def test_status_lists_what_is_asked(asking: House) -> None:
    await until_asked(asking)
    await asking.type("status", "chiara")
    (told,) = asking.whispers("chiara")
    assert "Waits for an answer" in shown(told)
    assert "asks: The next call of application may cost $3.00" in shown(told)


def gate_of(card: Message) -> str:
    """What stands behind the action's name on this card's buttons."""
    row = next(block for block in card.blocks if block["type"] == "actions")
    return "." + str(row["elements"][0]["action_id"]).removeprefix(Action.APPROVE + ".")


async def test_who_is_in_a_group_is_asked_of_slack_once(asking: House) -> None:
    card = await until_asked(asking)
    for _ in range(3):
        await asking.click(card, Action.APPROVE + gate_of(card), "chiara")
    assert asking.calls("usergroups.users.list") == 1
    assert len(asking.whispers("chiara")) == 3
