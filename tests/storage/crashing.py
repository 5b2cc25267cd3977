"""A process for the crash test: appends to one run until it is killed, telling the number of each event it has stored."""

import asyncio
import sys
from itertools import count
from pathlib import Path

from orchestrator.events import GateOpened, GateSettled
from orchestrator.model import GateState
from storage import SqliteStore
from tests.storage import builders as a
from tests.support.clock import NOON


async def main(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    known = await store.events("T1", "r1")
    if not known:
        await store.append("T1", "r1", a.opened(), NOON)
    for number in count(len(known)):
        call_id = f"application-{number}"
        found = tuple(a.observation(each) for each in range(20))
        gate_id = f"gate-{number}"
        for event in (
            a.reserved(call_id, "0.3"),
            a.started(),
            a.ended("observe", "application", *found),
            GateOpened(gate=a.gate(gate_id)),
            GateSettled(gate_id=gate_id, state=GateState.APPROVED, by=a.ANA),
        ):
            print((await store.append("T1", "r1", event, NOON)).seq, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
