"""A process that investigates over a SQLite file until it comes to a chosen point; there it says so, and waits to be killed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from orchestrator.ports import TeamSpec
from storage.sqlite import SqliteStore
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


async def main(path: Path, point: str) -> None:
    async def reached(name: str) -> None:
        if name == point:
            print(name, flush=True)
            await asyncio.Event().wait()

    store = SqliteStore(path)
    await store.open()
    async with World(store, the_team(Diary(), reached)).service() as service:
        await run_to_end(service)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
