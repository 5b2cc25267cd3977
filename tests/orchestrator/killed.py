"""A process that investigates over a SQLite file until it comes to a chosen point; there it says so, and waits to be killed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestrator.model import Advice, Question
from orchestrator.ports import Briefing, TeamSpec
from storage.sqlite import SqliteStore
from tests.support.advisers import NO, POOL, AdvisingAgent, AskingAgent
from tests.support.agents import Diary, PricedAgent, ScriptedAgent, team_of
from tests.support.builders import hypothesis, observation
from tests.support.world import World, run_to_end


def the_team(diary: Diary, reached: Callable[[str], Awaitable[None]]) -> TeamSpec:
    """Two agents that tell where they are: `observe:database`, `application/2`."""

    async def look(given: Any) -> Any:
        await reached("observe:database")
        return [observation("pool full", "database")]

    return team_of(
        lambda: PricedAgent(
            "application", ["1.10", "0.40"], observes=[observation("5xx")], diary=diary, on_sent=reached
        ),
        lambda: ScriptedAgent("database", look, [hypothesis("the pool", 0.9, "database")], diary=diary),
    )


def the_asking_team(diary: Diary, reached: Callable[[str], Awaitable[None]]) -> TeamSpec:
    """One asks the other, which spends on its answer: `advise:database`, and `heard:application` when that has come."""

    async def advise(question: Question, briefing: Briefing) -> Advice:
        reservation = await briefing.account.reserve(Decimal("0.50"), purpose="reads the pool")
        await reached("advise:database")
        await reservation.settle(Decimal("0.20"))
        return NO

    async def conclude(given: Any) -> Any:
        await reached("heard:application")
        return [hypothesis("it is this", 0.8)]

    return team_of(
        lambda: AskingAgent(("database", POOL), then=conclude, diary=diary),
        lambda: AdvisingAgent(advice=advise, diary=diary),
    )


TEAMS = {"advise:database": the_asking_team, "heard:application": the_asking_team}


async def main(path: Path, point: str) -> None:
    async def reached(name: str) -> None:
        if name == point:
            print(name, flush=True)
            await asyncio.Event().wait()

    store = SqliteStore(path)
    await store.open()
    async with World(store, TEAMS.get(point, the_team)(Diary(), reached)).service() as service:
        await run_to_end(service)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
