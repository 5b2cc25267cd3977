"""What a language model may look up beyond its own lookups: the MCP servers that the settings name."""

from collections.abc import Sequence
from functools import partial

from agents.llm.further import AddedTools
from agents.llm.mcp import READABLE, SAFE, McpPeer, McpServer
from bot.doctor import Check, ProbeError
from bot.settings import Settings
from orchestrator.clock import Clock, SystemClock
from orchestrator.ports import ToolSource


def added_tools(settings: Settings, clock: Clock) -> ToolSource | None:
    """None where a model may look nothing up at all. Nothing is asked before a model needs it."""
    if not settings.model_tools:
        return None
    return AddedTools([McpPeer(each) for each in mcp_servers(settings)], clock, settings.mcp_tools)


def mcp_servers(settings: Settings) -> Sequence[McpServer]:
    """Every server with its token."""
    tokens = {each.name: each for each in settings.mcp_tokens}
    return [
        McpServer(each.name, each.url, each.command, token.token if token else None, token.variable if token else "")
        for each in settings.mcp
        for token in (tokens.get(each.name),)
    ]


def tool_checks(settings: Settings) -> list[Check]:
    """One for each server: what of it is offered."""
    return [Check(f"mcp {each.name}", partial(_offers, settings, each), needed=False) for each in mcp_servers(settings)]


async def _offers(settings: Settings, server: McpServer) -> str:
    if server.shows_its_token:
        raise ProbeError(READABLE.format(name=server.name), remedy=SAFE.format(name=server.name))
    peer, clock = McpPeer(server), SystemClock()
    found = await AddedTools([peer], clock, settings.mcp_tools).tools()
    if found.remarks and not found.tools:
        raise ProbeError(found.remarks[0], remedy=f"Check {server.name} in COMPASS_MCP and COMPASS_MCP_TOKENS.")
    if not found.tools:
        raise ProbeError(
            f"{server.name} answers, and has no tool that says of itself that it only reads.",
            remedy="Name those that do in COMPASS_MCP_TOOLS.",
        )
    return f"offers {', '.join(each.name for each in found.tools)}"
