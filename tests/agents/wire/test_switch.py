"""The switch in the running program: a signal stops every query at once, another lets them go on."""

import asyncio
import os
import signal

import pytest

from agents.sources.wire import ServerError, Switch, Trouble
from bot.bootstrap.serving import switched_by_signals
from tests.agents.wire.counterpart import counterpart, says, server_at, waits


async def test_one_signal_stops_every_query_and_another_lets_them_go_on(caplog: pytest.LogCaptureFixture) -> None:
    switch = Switch()
    async with counterpart(waits(), says({"b": 1})) as (partner, url), server_at(url, switch=switch) as server:
        with switched_by_signals(switch):
            asking = asyncio.ensure_future(server.get_json("x"))
            while not partner.seen:
                await asyncio.sleep(0)
            os.kill(os.getpid(), signal.SIGUSR1)
            with pytest.raises(ServerError) as caught:
                await asking
            assert caught.value.trouble is Trouble.OFF
            os.kill(os.getpid(), signal.SIGUSR2)
            while not switch.is_on:
                await asyncio.sleep(0)
            assert await server.get_json("x") == {"b": 1}
    assert [each.getMessage() for each in caplog.records if each.name.startswith("compass.")] == [
        "queries to telemetry servers are switched off; 1 under way are stopped",
        "queries to telemetry servers are switched on",
    ]
