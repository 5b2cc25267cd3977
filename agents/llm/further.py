"""Further tools for a model, from servers that somebody added: which of them are offered, and how much of them is let in.

The law: a tool is offered that says of itself that it only reads, or that was named in the settings; nothing else is. What
comes from such a server is data, masked and cut. A server that is down, slow or lies costs its tools, never the run.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, RootModel

from agents.llm.model import ANSWER
from orchestrator.clock import Clock, within
from orchestrator.errors import SourceUnavailableError
from orchestrator.ports import FurtherTools, Tool
from orchestrator.redaction import redact

T = TypeVar("T")
PATIENCE_S = 20.0
FRESH_S = 600.0
MOST_TOOLS = 12
MOST_SCHEMA = 2_000
MOST_DESCRIPTION = 300
MOST_ANSWER = 2_000
_UNNAMEABLE = re.compile(r"[^a-zA-Z0-9_-]+")
LONGEST_NAME = 64
"""As long as OpenAI and Anthropic take a tool's name, of these characters."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A tool as a server describes it."""

    name: str
    description: str
    schema: Mapping[str, Any]
    reads_only: bool


class Peer(Protocol):
    """One server that has tools. Whatever goes wrong raises SourceUnavailableError, in words of ours."""

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    async def listed(self) -> Sequence[Listed]:
        """All of its tools."""
        ...

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """What the tool answers, as text, as it came."""
        ...


@dataclass
class _Known:
    """What a server was last found to offer, or why it was not."""

    until: float
    tools: tuple[Tool, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass
class AddedTools:
    """Implements ToolSource over some servers. `allowed` are tools, or server.tool, that are offered whatever they say."""

    peers: Sequence[Peer]
    clock: Clock
    allowed: Collection[str] = ()
    _known: dict[str, _Known] = field(default_factory=dict)

    async def tools(self) -> FurtherTools:
        """What every server offers; asked anew after ten minutes."""
        known = await asyncio.gather(*(self._of(each) for each in self.peers))
        tools = _told_apart(tool for each in known for tool in each.tools)
        remarks = [remark for each in known for remark in each.remarks]
        if len(tools) > MOST_TOOLS:
            remarks.append(f"Of {len(tools)} further tools the first {MOST_TOOLS} are offered.")
        return FurtherTools(tuple(tools[:MOST_TOOLS]), tuple(remarks))

    async def _of(self, peer: Peer) -> _Known:
        now = self.clock.monotonic()
        kept = self._known.get(peer.name)
        if kept is None or kept.until <= now:
            kept = self._known[peer.name] = await self._asked(peer, now + FRESH_S)
        return kept

    async def _asked(self, peer: Peer, until: float) -> _Known:
        try:
            listed = await self._in_time(peer, peer.listed())
        except SourceUnavailableError as error:
            return _Known(until, remarks=(f"Tools of {peer.name} are not there: {error.message}",))
        offered = (self._tool(peer, each) for each in listed if self._is_offered(peer, each))
        by_name = {each.name: each for each in offered}
        return _Known(until, tuple(by_name.values()))

    def _is_offered(self, peer: Peer, listed: Listed) -> bool:
        named = listed.name in self.allowed or f"{peer.name}.{listed.name}" in self.allowed
        return (listed.reads_only or named) and len(json.dumps(listed.schema)) <= MOST_SCHEMA

    def _tool(self, peer: Peer, listed: Listed) -> Tool:
        async def run(wish: RootModel[dict[str, Any]]) -> str:
            return bounded(await self._in_time(peer, peer.call(listed.name, wish.root)))

        return Tool(
            _UNNAMEABLE.sub("_", f"{peer.name}_{listed.name}")[:LONGEST_NAME],
            bounded(listed.description, MOST_DESCRIPTION),
            taking(listed.schema),
            run,
        )

    async def _in_time(self, peer: Peer, asked: Awaitable[T]) -> T:
        try:
            return await within(self.clock, PATIENCE_S, asked)
        except TimeoutError:
            raise SourceUnavailableError(
                f"{peer.name} did not answer within {PATIENCE_S:.0f} s.", remedy="Go on without it."
            ) from None


def _told_apart(tools: Iterable[Tool]) -> list[Tool]:
    """Of tools of one name the first: servers name them, and two alike, or one named as the answer is, spoil every question."""
    by_name: dict[str, Tool] = {}
    for each in tools:
        by_name.setdefault(each.name, each)
    by_name.pop(ANSWER, None)
    return list(by_name.values())


def taking(schema: Mapping[str, Any]) -> type[BaseModel]:
    """A type of arguments whose schema is that one. What is in them is for the server to judge."""

    class Given(RootModel[dict[str, Any]]):
        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            """That very one, in its own order."""
            return dict(schema)

    return Given


def bounded(text: str, most: int = MOST_ANSWER) -> str:
    """Text of others as it may be shown: lines that fit, masked, without control characters; what was cut is said."""
    lines = (
        " ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in text[:20_000].splitlines()
    )
    plain = "\n".join(redact(each, most) for each in lines if each)
    shown = plain.encode()[:most].decode(errors="ignore")
    cut = len(text) > len(text[:20_000]) or len(shown) < len(plain)
    return f"{shown}\n(cut: there is more)" if cut else shown
