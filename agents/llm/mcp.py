"""Servers of the Model Context Protocol, as peers that have tools. The only file that knows the SDK (extra `mcp`).

Each question is a session of its own, opened and closed within it: a server that crashed, restarted or forgot us needs no
care. A command is started for a question and ended with it, and sees of the environment only what any program needs and its
own token. A token goes to no other machine over plain http. A server may ask nothing of us: no sampling, no roots, no
questions to people.
Format: https://modelcontextprotocol.io/specification
"""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from agents.llm.further import Listed
from agents.llm.wire.trust import trusted
from orchestrator.errors import SourceUnavailableError

if TYPE_CHECKING:
    from httpx2 import AsyncClient
    from mcp import Client
    from mcp.types import CallToolResult, ListToolsResult

T = TypeVar("T")
ANSWER_S = 20.0
INSTALL = "pip install 'compass-oncall[mcp]'"
MOST_BYTES = 2 * 1024 * 1024
MOST_PAGES = 5
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
READABLE = "{name} is plain http on another machine; its token would cross the network readable."
SAFE = "Give its https address in COMPASS_MCP, or take {name} out of COMPASS_MCP_TOKENS."


def installed() -> bool:
    """Whether the SDK is there."""
    return find_spec("mcp") is not None


@dataclass(frozen=True, slots=True)
class McpServer:
    """One server: at a `url`, or a `command` that speaks over its standard streams.

    A `token` goes to a url as a bearer, and to a command in the variable `token_in`.
    """

    name: str
    url: str = ""
    command: tuple[str, ...] = ()
    token: SecretStr | None = None
    token_in: str = ""

    @property
    def shows_its_token(self) -> bool:
        """Whether everybody on the way could read the token: it is plain http to another machine."""
        address = urlsplit(self.url)
        return self.token is not None and address.scheme == "http" and address.hostname not in THIS_MACHINE


class McpPeer:
    """Implements Peer."""

    def __init__(self, server: McpServer) -> None:
        self._server = server

    @property
    def name(self) -> str:
        """As the settings call it."""
        return self._server.name

    async def listed(self) -> Sequence[Listed]:
        """All of its tools, of the first few pages."""

        async def ask(client: "Client") -> Sequence[Listed]:
            found: list[Listed] = []
            cursor: str | None = None
            for _ in range(MOST_PAGES):
                page = await client.list_tools(cursor=cursor)
                found += _listed(page)
                cursor = page.next_cursor
                if not cursor:
                    break
            return found

        return await self._asked(ask)

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """What it answers; what it calls an error is an answer too."""

        async def ask(client: "Client") -> str:
            return _told(await client.call_tool(tool, dict(arguments)))

        return await self._asked(ask)

    async def _asked(self, ask: "Callable[[Client], Awaitable[T]]") -> T:
        if not installed():
            raise SourceUnavailableError("The extra for MCP servers is not installed.", remedy=INSTALL)
        if self._server.shows_its_token:
            raise SourceUnavailableError(READABLE.format(name=self.name), remedy=SAFE.format(name=self.name))
        try:
            async with self._session() as client:
                return await ask(client)
        except Exception as failure:
            raise SourceUnavailableError(
                f"{self.name} could not be asked ({_kind(failure)}).",
                remedy="Go on without it; `compass doctor` says which servers answer.",
            ) from failure

    @asynccontextmanager
    async def _session(self) -> "AsyncIterator[Client]":
        from mcp import Client, StdioServerParameters, stdio_client
        from mcp.client.streamable_http import streamable_http_client

        server = self._server
        async with AsyncExitStack() as stack:
            if server.command:
                program, *arguments = server.command
                env = {server.token_in: server.token.get_secret_value()} if server.token and server.token_in else None
                nowhere = stack.enter_context(_nowhere())
                parameters = StdioServerParameters(command=program, args=arguments, env=env)
                transport = stdio_client(parameters, nowhere)
            else:
                http = await stack.enter_async_context(_http(server.url, server.token))
                transport = streamable_http_client(server.url, http_client=http)
            client = Client(transport, read_timeout_seconds=ANSWER_S)
            yield await stack.enter_async_context(client)


@contextmanager
def _nowhere() -> Iterator[TextIO]:
    """Where a command may write about itself: that may hold anything, and nobody here reads it."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        yield nowhere


def _http(url: str, token: SecretStr | None) -> "AsyncClient":
    """A client for that address that reads no proxy from the environment, and no answer beyond two megabytes."""
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for part in self._inner:
                size += len(part)
                if size > MOST_BYTES:
                    raise httpx2.ReadError("more than is read")
                yield part

        async def aclose(self) -> None:
            await self._inner.aclose()

    async def bound(response: httpx2.Response) -> None:
        response.stream = Bounded(response.stream)

    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    return httpx2.AsyncClient(
        headers=headers, timeout=ANSWER_S, trust_env=False, verify=trusted(url), event_hooks={"response": [bound]}
    )


def _listed(page: "ListToolsResult") -> list[Listed]:
    return [
        Listed(
            each.name,
            each.description or "",
            each.input_schema,
            bool(each.annotations and each.annotations.read_only_hint is True),
        )
        for each in page.tools
    ]


def _told(result: "CallToolResult") -> str:
    texts = [each.text for each in result.content if each.type == "text"]
    others = len(result.content) - len(texts)
    if not texts and result.structured_content is not None:
        texts = [json.dumps(result.structured_content, ensure_ascii=False)]
    said = "\n".join(texts) or "Nothing there: the tool answered without text."
    more = f"\n({others} parts that are no text)" if others else ""
    return f"{'The tool says that it failed: ' if result.is_error else ''}{said}{more}"


def _kind(failure: BaseException) -> str:
    """The sort of failure: of a group the first one's."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    if isinstance(failure, FileNotFoundError):
        return "its command was not found"
    return type(failure).__name__
