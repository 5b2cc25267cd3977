"""What each call cost, and what all runs have: nothing of a private channel counts elsewhere."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.ids import Action
from bot.slack.views.cost import cost
from bot.slack.views.ledger import ledger
from bot.slack.views.lists import Spent, status
from orchestrator.events import CallReserved, CallSettled
from orchestrator.model import (
    AcceptedCost,
    Allowance,
    AllowanceKind,
    Allowances,
    CallStatus,
    LedgerEntry,
    Verdict,
    call_words,
)
from orchestrator.ports import TeamSpec
from tests.slack import scene
from tests.slack.conftest import MakeHouse, shown
from tests.slack.limits import check_message, check_modal
from tests.slack.pictures import BEN, finished
from tests.slack.reading import as_read
from tests.slack.test_clicks import shown_view
from tests.slack.test_limits import HOSTILE, SLOW
from tests.support.agents import Call, PricedAgent, ScriptedAgent, team_of

PAID = LedgerEntry(
    call_id="database-1",
    agent_id="database",
    purpose="review the evidence",
    model="gpt-4o-mini",
    tokens_in=1204,
    tokens_cached=1024,
    tokens_out=96,
    amount=Decimal("0.0003"),
    status=CallStatus.SETTLED,
)


def entry(**changes: Any) -> LedgerEntry:
    return PAID.model_copy(update=changes)


def paying_team() -> TeamSpec:
    return team_of(
        lambda: ScriptedAgent("application", [scene.ERRORS, scene.TEMPLATE], [scene.RETRIES]),
        lambda: PricedAgent("database", [Call("1", "0.50"), Call("1", "0.25")], observes=[scene.POOL], analyses=[]),
        lambda: ScriptedAgent("network", [scene.LINK], []),
    )


def test_a_call_says_what_it_was_for_its_model_its_tokens_and_its_price() -> None:
    assert call_words(PAID) == "review the evidence · gpt-4o-mini · 1,204 in (1,024 cached), 96 out · $0.0003"
    assert call_words(entry(tokens_in=0, tokens_out=0, status=CallStatus.RELEASED)).endswith("mini · not billed")
    assert call_words(entry(priced=False)).endswith("96 out · price unknown")
    assert call_words(entry(status=CallStatus.RESERVED)).endswith("$0.0003 put aside, no answer yet")


def test_the_cost_says_how_many_calls_have_no_price() -> None:
    calls = [CallSettled(entry=entry(call_id=f"database-{n}", priced=n > 2)) for n in range(1, 5)]
    told = as_read(cost(finished(*calls)))
    assert "Unknown:     the price of 2 calls" in told
    assert "[Calls (4)]" in told
    assert "Unknown" not in as_read(cost(finished(CallSettled(entry=PAID))))


def test_a_run_that_called_nobody_has_no_list_of_calls() -> None:
    assert "Calls" not in as_read(cost(finished()))
    check_modal(ledger(finished()))


@given(HOSTILE, st.integers(1, 40), st.integers(0, 9))
@SLOW
def test_however_hostile_and_however_many_slack_takes_the_calls(text: str, count: int, page: int) -> None:
    calls = [
        CallReserved(entry=entry(call_id=f"{n}", agent_id=text[:200], purpose=text, model=text)) for n in range(count)
    ]
    picture = finished(*calls)
    check_modal(ledger(picture, page))
    check_message(cost(picture))


async def test_the_calls_open_behind_the_cost(make_house: MakeHouse) -> None:
    house = await make_house(team=paying_team())
    parent = await house.run()
    (card,) = [each for each in house.thread(parent) if "*Cost*" in shown(each)]
    await house.click(card, Action.LEDGER + ".0")
    told = shown_view(house)
    assert "*Database* · review 1 · scripted · 1,000 in, 100 out · $0.5000" in told
    assert "*Database* · review 2 · scripted · 1,000 in, 100 out · $0.2500" in told


@given(st.sampled_from([Decimal(0), Decimal("0.004"), Decimal("123.45")]), st.integers(0, 3))
def test_status_tells_what_an_accepted_hypothesis_has_cost(spent: Decimal, accepted: int) -> None:
    limits = tuple(Allowance(kind=each, limit=Decimal(20)) for each in AllowanceKind)
    told = status([], 0, "", Spent(AcceptedCost.of([(spent, accepted)]), [(each, spent) for each in limits]))
    check_message(told)
    assert ("Last 30 days" in as_read(told)) is bool(spent)


async def test_status_sums_up_what_was_spent_and_says_what_is_left_of_today(make_house: MakeHouse) -> None:
    house = await make_house(team=paying_team(), allowances=Allowances(per_day=Decimal(5), per_user=Decimal(2)))
    await house.run()
    (run,) = await house.service.history(house.sandbox.workspace.team_id)
    await house.service.decide(run.workspace, run.investigation_id, "h1", Verdict.ACCEPTED, BEN)
    await house.type("status", "ana")
    told = shown(house.whispers("ana")[-1])
    assert "Last 30 days: $0.75 in 1 run; 1 hypothesis accepted, $0.75 each" in told
    assert "Today (UTC): $0.75 of $5.00, you $0.75 of $2.00" in told
    await house.type("status", "ben")
    assert "you $0.00 of $2.00" in shown(house.whispers("ben")[-1])


async def test_what_a_private_channel_has_spent_is_summed_up_only_there(make_house: MakeHouse) -> None:
    house = await make_house(team=paying_team())
    house.sandbox.invite_app("sre-private")
    await house.run(channel="sre-private")
    await house.type("status")
    assert "Last 30 days" not in shown(house.whispers()[-1])
    await house.type("status", channel="sre-private")
    assert "Last 30 days: $0.75 in 1 run; no hypothesis accepted" in shown(house.whispers()[-1])
