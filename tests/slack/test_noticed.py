"""Money before and during a run: what it may cost, and once, quietly, that most of it is spent."""

from decimal import Decimal

from hypothesis import given

from bot.slack.ids import Action
from bot.slack.views.noticed import noticed
from bot.slack.views.parent import parent
from orchestrator.events import BudgetNoticed
from orchestrator.hub import HubRules
from orchestrator.model import BudgetNotice, Estimate
from orchestrator.ports import TeamSpec
from tests.slack import scene
from tests.slack.conftest import MakeHouse, close, shown
from tests.slack.limits import check_message
from tests.slack.pictures import RUNNING, finished, picture
from tests.slack.reading import as_read
from tests.slack.test_gates import gate_of
from tests.slack.test_limits import HOSTILE, SLOW
from tests.slack.test_story import HERE, Outbox, story
from tests.support.agents import PricedAgent, ScriptedAgent, team_of

MOST_SPENT = BudgetNotice(spent=Decimal("4.02"), limit=Decimal(5), ahead=("network",))


def dear_team() -> TeamSpec:
    """`application` spends nine tenths of ten dollars; what `network` needs then does not fit."""
    return team_of(
        lambda: ScriptedAgent(
            "application", [scene.ERRORS, scene.TEMPLATE], [scene.RETRIES], bills=[Decimal(0), Decimal(9)]
        ),
        lambda: ScriptedAgent("database", [scene.POOL, scene.CPU, scene.LOCKS], [scene.POOL_FULL]),
        lambda: PricedAgent("network", ["2"], observes=[scene.LINK], analyses=[]),
    )


def test_it_says_what_is_spent_and_for_whom_the_rest_may_not_do_and_pings_nobody() -> None:
    assert as_read(noticed(picture(RUNNING), MOST_SPENT)) == (
        "INC-123: 80 % of $5.00 is spent: $4.02. What is left may not cover Network. · RECORDED DATA\n---\n"
        "80 % of $5.00 is spent: $4.02. What is left may not cover Network. · *RECORDED DATA*"
    )


@given(HOSTILE)
@SLOW
def test_however_hostile_the_names_are_slack_takes_it(text: str) -> None:
    notice = MOST_SPENT.model_copy(update={"ahead": (text[:200],) * 9})
    check_message(noticed(picture(RUNNING, agent_ids=(text[:200],)), notice))


def test_the_card_says_what_runs_like_it_cost_until_it_has_ended() -> None:
    estimate = Estimate(runs=23, median=Decimal("0.03"), most=Decimal("0.05"))
    told = "Runs like this cost $0.03, at most $0.05 in 9 of 10 (23 runs)."
    assert told in as_read(parent(picture(RUNNING, estimate=estimate)))
    assert "Runs like this" not in as_read(parent(finished(estimate=estimate)))


async def test_each_limit_has_a_reply_of_its_own_after_the_findings() -> None:
    outbox = Outbox()
    more = BudgetNotice(spent=Decimal(8), limit=Decimal(10))
    told = (BudgetNoticed(notice=MOST_SPENT), BudgetNoticed(notice=more))
    await story(outbox).tell(lambda: picture(RUNNING, *told, origin=HERE))
    assert outbox.order == ["parent", "budget/5", "budget/10"]


async def test_the_thread_says_it_once_also_after_a_restart(make_house: MakeHouse) -> None:
    first = await make_house(team=dear_team(), asking=HubRules())
    await first.type("INC-123 budget=10")
    said = await first.until(lambda message: "90 % of $10.00 is spent: $9.00." in shown(message))
    assert "What is left may not cover Database and Network." in shown(said)
    assert "<@" not in shown(said)
    card = await first.until(lambda message: "may cost $2.00" in shown(message) and bool(message.thread_ts))
    await close(first)
    house = await make_house(team=dear_team(), before=first)
    await house.click(card, Action.DENY + gate_of(card), "ben")
    await house.whole_thread()
    everything = [shown(each) for each in house.sandbox.workspace.messages]
    assert sum("is spent: $9.00" in each for each in everything) == 1
