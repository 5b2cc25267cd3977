"""The made-up shop and its failing orders, as the lookups of one turn see it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from agents.incident.lookups import Remit, lookups
from orchestrator.ports import Desk, Lookup, Telemetry, Tool
from orchestrator.tally import Tally, count
from tests.agents.cases import CaseBuilder
from tests.agents.shop import Fault, Shop
from tests.agents.test_incident_team import incident_of, telemetry_of
from tests.support.builders import observation
from tests.support.clock import NOON, ManualClock

TROUBLE = Fault(own_ms={"orders": 250.0}, failing={"orders": 0.3})
SEEN = (observation("orders is slow", service="orders", peer="orders-db", observation_id="o1"),)


async def remit_of(folder: Path, case: CaseBuilder | None = None, desk: Desk | None = None) -> Remit:
    """Of the shop in trouble, or of another case."""
    library, incident = await incident_of((case or Shop(TROUBLE).case).write(folder))
    now = NOON + timedelta(minutes=10)
    return Remit("application", incident, telemetry_of(library), ManualClock(NOON), now, SEEN, desk)


def tools_of(remit: Remit) -> dict[str, Tool]:
    return {each.name: each for each in lookups(remit)}


async def look(remit: Remit, name: str, **wish: Any) -> str:
    tool = tools_of(remit)[name]
    return await tool.run(tool.arguments(**wish))


def as_sent(tool: Tool) -> str:
    """As it stands in the body of a request to a server that speaks OpenAI's format."""
    function = {"name": tool.name, "description": tool.description, "parameters": tool.arguments.model_json_schema()}
    return json.dumps({"type": "function", "function": function}, separators=(",", ":"))


@dataclass
class Counted:
    """A library behind which somebody counts, as every server does. Implements the ports that lookups read."""

    library: Any
    own: Tally

    async def read_metrics(self, lookup: Lookup) -> Any:
        return await self._counted(self.library.read_metrics, lookup)

    async def read_logs(self, lookup: Lookup) -> Any:
        return await self._counted(self.library.read_logs, lookup)

    async def read_spans(self, lookup: Lookup) -> Any:
        return await self._counted(self.library.read_spans, lookup)

    async def _counted(self, read: Callable[[Lookup], Any], lookup: Lookup) -> Any:
        count(self.own, queries=1, read_bytes=100)
        return await read(lookup)


def with_telemetry(remit: Remit, **sources: Any) -> Remit:
    return replace(remit, telemetry=replace(remit.telemetry, **sources))


NO_TELEMETRY = Telemetry()
