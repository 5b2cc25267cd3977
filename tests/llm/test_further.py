"""Further tools: against a real MCP server, over HTTP and over standard streams, and against peers that misbehave."""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agents.llm.further import FRESH_S, MOST_ANSWER, MOST_TOOLS, PATIENCE_S, AddedTools, Listed, bounded
from agents.llm.mcp import McpPeer, McpServer
from orchestrator.clock import SystemClock
from orchestrator.errors import SourceUnavailableError
from orchestrator.ports import FurtherTools, Tool
from tests.support.clock import ManualClock
from tests.support.mcp_server import over_http

TOKEN = "secret-of-the-boards"
PROGRAM = McpServer("boards", command=(sys.executable, "-P", str(Path("tests/support/mcp_server.py").resolve())))


@pytest.fixture(scope="module")
def served() -> Iterator[McpServer]:
    with over_http(TOKEN) as url:
        yield McpServer("boards", url, token=SecretStr(TOKEN))


@pytest.fixture(scope="module")
def listed() -> dict[str, FurtherTools]:
    """What was offered over each way, by the way: to start a program for every test takes long."""
    return {}


@pytest.fixture(params=["http", "streams"])
async def tools(request: pytest.FixtureRequest, served: McpServer, listed: dict[str, FurtherTools]) -> FurtherTools:
    way = request.param
    if way not in listed:
        listed[way] = await offered(PROGRAM if way == "streams" else served)
    return listed[way]


async def offered(*servers: McpServer, allowed: Sequence[str] = ()) -> FurtherTools:
    return await AddedTools([McpPeer(each) for each in servers], SystemClock(), allowed).tools()


async def ask(tools: FurtherTools, name: str, /, **wish: Any) -> str:
    tool: Tool = next(each for each in tools.tools if each.name == name)
    return await tool.run(tool.arguments.model_validate(wish))


async def test_only_tools_that_say_they_read_are_offered_with_the_servers_own_schema(tools: FurtherTools) -> None:
    names = {each.name for each in tools.tools}
    assert names == {f"boards_{each}" for each in ("find_boards", "surroundings", "endless", "failing", "sleeping")}
    find = next(each for each in tools.tools if each.name == "boards_find_boards")
    assert find.description == "Finds dashboards by a word."
    schema = find.arguments.model_json_schema()
    assert set(schema["properties"]) == {"word", "limit"}
    assert schema["required"] == ["word"]
    assert tools.remarks == ()


async def test_what_a_tool_answers_is_masked_and_holds_no_control_characters(tools: FurtherTools) -> None:
    told = await ask(tools, "boards_find_boards", word="checkout", limit=2)
    assert told.splitlines() == ["2 boards with checkout", "token=<secret> <email> [2J"]


async def test_what_is_too_much_is_cut_and_said_to_be(served: McpServer) -> None:
    told = await ask(await offered(served), "boards_endless", size=5_000)
    assert len(told.encode()) <= MOST_ANSWER + 30
    assert told.endswith("(cut: there is more)")


async def test_an_answer_beyond_two_megabytes_is_not_read(served: McpServer) -> None:
    with pytest.raises(SourceUnavailableError, match="boards could not be asked"):
        await ask(await offered(served), "boards_endless", size=400_000)


async def test_what_a_tool_calls_an_error_is_an_answer(tools: FurtherTools) -> None:
    assert "The tool says that it failed" in await ask(tools, "boards_failing")


async def test_a_tool_that_was_named_is_offered_whatever_it_says(served: McpServer) -> None:
    tools = await offered(served, allowed=["silent_about_itself", "boards.delete_board"])
    assert {"boards_silent_about_itself", "boards_delete_board"} <= {each.name for each in tools.tools}
    assert await ask(tools, "boards_silent_about_itself") == "said nothing"


async def test_without_the_right_token_a_server_costs_its_tools_and_says_nothing_of_it(served: McpServer) -> None:
    tools = await offered(replace(served, token=SecretStr("wrong-token")))
    assert tools.tools == ()
    (remark,) = tools.remarks
    assert remark.startswith("Tools of boards are not there: boards could not be asked (")
    assert "wrong-token" not in remark
    assert "127.0.0.1" not in remark


async def test_a_command_that_is_not_there_is_said_to_be_missing(served: McpServer) -> None:
    tools = await offered(replace(served, url="", token=None, command=("no-such-command-of-compass",)))
    assert tools.remarks == ("Tools of boards are not there: boards could not be asked (its command was not found).",)


@pytest.mark.parametrize("scheme", ["http", "HTTP"])
async def test_a_token_is_not_sent_to_another_machine_where_all_on_the_way_could_read_it(scheme: str) -> None:
    elsewhere = McpServer("boards", f"{scheme}://boards.example/mcp", token=SecretStr(TOKEN))
    tools = await offered(elsewhere)
    assert tools.tools == ()
    (remark,) = tools.remarks
    assert remark.startswith("Tools of boards are not there: boards is plain http on another machine")
    with pytest.raises(SourceUnavailableError, match="plain http on another machine"):
        await McpPeer(elsewhere).call("find_boards", {})
    assert not replace(elsewhere, token=None).shows_its_token


async def test_a_server_that_is_down_or_is_no_program_costs_its_tools_and_no_others(served: McpServer) -> None:
    down = McpServer("down", "http://127.0.0.1:9/mcp")
    missing = McpServer("missing", command=("/nowhere/at/all",))
    liar = McpServer("liar", command=(sys.executable, "-c", "print('hello, I speak no JSON')"))
    tools = await offered(down, served, missing, liar)
    assert {each.name.split("_")[0] for each in tools.tools} == {"boards"}
    assert [each.split()[2] for each in tools.remarks] == ["down", "missing", "liar"]


async def test_a_command_sees_its_own_token_and_nothing_else_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-you")
    peer = McpPeer(replace(PROGRAM, token=SecretStr("grafana-own"), token_in="GRAFANA_TOKEN"))
    told = await peer.call("surroundings", {"names": ["GRAFANA_TOKEN", "OPENAI_API_KEY"]})
    assert told.splitlines() == ["grafana-own", "not set"]


@dataclass
class Scripted:
    """A peer that does as it is told."""

    name: str = "p"
    listing: Sequence[Listed] = ()
    listed_times: int = 0
    called: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def listed(self) -> Sequence[Listed]:
        self.listed_times += 1
        return self.listing

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> str:
        self.called.append((tool, arguments))
        await asyncio.Event().wait()
        return ""


def reads(name: str, schema: Mapping[str, Any] | None = None, description: str = "") -> Listed:
    return Listed(name, description, schema or {"type": "object"}, reads_only=True)


async def test_a_tool_that_does_not_answer_is_given_up() -> None:
    clock = ManualClock()
    tools = await AddedTools([Scripted(listing=[reads("slow")])], clock).tools()
    asking = asyncio.ensure_future(ask(tools, "p_slow"))
    while not clock.sleepers:
        await asyncio.sleep(0)
    await clock.advance(PATIENCE_S)
    with pytest.raises(SourceUnavailableError, match="p did not answer within 20 s"):
        await asking


async def test_servers_are_asked_for_their_tools_every_ten_minutes_at_most() -> None:
    clock, peer = ManualClock(), Scripted(listing=[reads("a")])
    added = AddedTools([peer], clock)
    await added.tools()
    await added.tools()
    assert peer.listed_times == 1
    await clock.advance(FRESH_S)
    await added.tools()
    assert peer.listed_times == 2


async def test_names_fit_what_models_take_and_a_large_schema_or_many_tools_are_not_offered() -> None:
    large = {"type": "object", "properties": {f"field{at}": {"type": "string"} for at in range(100)}}
    odd = Scripted("p.q", [reads("a b/ü" * 30), reads("large", large), reads("told", description="x\n" * 400)])
    many = Scripted("m", [reads(f"t{at}") for at in range(MOST_TOOLS)])
    tools = await AddedTools([odd, many], ManualClock()).tools()
    assert len(tools.tools) == MOST_TOOLS
    assert len(tools.tools[0].name) == 64
    assert tools.tools[0].name.isascii()
    assert "p_q_large" not in {each.name for each in tools.tools}
    assert len(tools.tools[1].description) <= 330
    assert tools.remarks == (f"Of {MOST_TOOLS + 2} further tools the first {MOST_TOOLS} are offered.",)


async def test_no_two_tools_have_one_name_and_none_that_of_the_answer_whatever_servers_call_theirs() -> None:
    first, second = Scripted("a", [reads("b_c", description="first")]), Scripted("a_b", [reads("c"), reads("d")])
    tools = await AddedTools([first, second, Scripted("final", [reads("result")])], ManualClock()).tools()
    assert [each.name for each in tools.tools] == ["a_b_c", "a_b_d"]
    assert tools.tools[0].description == "first"


def test_text_of_others_is_cut_at_its_limit_also_within_a_letter() -> None:
    assert bounded("ä" * 3_000).endswith("(cut: there is more)")
    assert len(bounded("ä" * 3_000).encode()) <= MOST_ANSWER + 30
    assert bounded("short") == "short"
