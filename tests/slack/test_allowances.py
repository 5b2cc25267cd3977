"""At the end of a day's money a run ends with what it has, says why, and asks nobody."""

from decimal import Decimal

from bot.sandbox import Message
from orchestrator.hub import HubRules
from orchestrator.model import Allowances
from tests.slack import scene
from tests.slack.conftest import CHANNEL, MakeHouse, shown
from tests.support.agents import PricedAgent, ScriptedAgent, team_of


async def test_a_run_at_the_end_of_the_days_money_says_so_and_has_no_button_to_extend_it(make_house: MakeHouse) -> None:
    team = team_of(
        lambda: ScriptedAgent("application", [scene.ERRORS, scene.TEMPLATE], [scene.RETRIES]),
        lambda: PricedAgent("database", ["0.60", "0.60"], observes=[scene.POOL], analyses=[scene.POOL_FULL]),
        lambda: ScriptedAgent("network", [scene.LINK], []),
    )
    house = await make_house(team=team, asking=HubRules(), allowances=Allowances(per_channel=Decimal(1)))
    parent = await house.run()
    thread: list[Message] = house.thread(parent, CHANNEL)
    everything = "\n".join(shown(each) for each in [parent, *thread])
    assert "$0.60 of today's $1.00 of this channel is spent. It begins anew on 2026-03-15 at 00:00 UTC" in everything
    assert "a larger budget= would not help" in everything
    assert "orders v412 filled the orders-db pool" in everything
    assert "Extend by" not in everything
    assert all(len(each.text) <= 120 for each in [parent, *thread])
