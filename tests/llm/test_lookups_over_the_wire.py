"""The lookups of an incident as a provider sees them: how much they weigh, and what a model is told through them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.incident.lookups import lookups
from agents.llm.further import AddedTools, Listed
from tests.agents.lookups.test_lookups import Colleagues
from tests.agents.lookups.test_query import Store, live
from tests.llm.asking import asked, looking_up
from tests.support.clock import ManualClock

SCHEMA = {
    "type": "object",
    "properties": {"word": {"type": "string"}, "in": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
    "required": ["word"],
}


class Boards:
    """A peer with one tool, whose schema is its own."""

    name = "boards"

    def __init__(self) -> None:
        self.called: list[Mapping[str, Any]] = []

    async def listed(self) -> Sequence[Listed]:
        return [Listed("find", "Finds boards.", SCHEMA, reads_only=True)]

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> str:
        self.called.append(dict(arguments))
        return "board 7: checkout pool"


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_all_lookups_together_weigh_little_in_a_request(tmp_path: Path, kind: str) -> None:
    tools = lookups(replace(await live(tmp_path, Store()), desk=Colleagues()))
    assert len(tools) == 5
    async with asked(kind) as bare:
        await bare.ask()
    async with asked(kind) as served:
        await served.ask(tools=tools)
    assert len(served.provider.bodies[0]) - len(bare.provider.bodies[0]) <= 1_700


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_a_model_is_told_what_a_lookup_found_and_what_it_refused(tmp_path: Path, kind: str) -> None:
    tools = lookups(await live(tmp_path, Store()))
    wishes: list[dict[str, Any]] = [
        {"service": "orders", "metric": "latency_p95_ms"},
        {"service": "billing"},
        {"service": "orders", "minutes": 900},
    ]
    async with asked(kind, answerer=looking_up(wishes, "metric")) as served:
        await served.ask(tools=tools)
    last = json.dumps(json.loads(served.provider.bodies[-1]), ensure_ascii=False)
    assert "since 12:00: min 321 ms" in last
    assert "service: no such service here For example: " in last
    assert "minutes: may reach from 1 to 20 min before and after the start" in last


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_a_further_tool_is_offered_with_its_servers_schema_and_handed_what_the_model_said(kind: str) -> None:
    boards = Boards()
    (tool,) = (await AddedTools([boards], ManualClock()).tools()).tools
    async with asked(kind, answerer=looking_up([{"word": "pool", "in": None}], "boards_find")) as served:
        await served.ask(tools=[tool])
    assert boards.called == [{"word": "pool", "in": None}]
    assert '"word"' in served.provider.bodies[0].decode()
    assert "board 7: checkout pool" in served.provider.bodies[1].decode()
