"""The server itself: who may ask, whose turn it is, and the bill."""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from ssl import SSLContext
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.llm.servers.turns import Turn, answers
from tests.llm.servers.wires import Asked, Counts, Tokenizer, Wire, words_as_tokens

Answerer = Callable[[Asked], tuple[str, Mapping[str, Any]]]
"""From what was asked to the tool that is called and its arguments."""

KEY = "sk-test-key"
_ID = re.compile(r"\bo\d+\b")


@dataclass(frozen=True)
class Bill:
    """What one request is charged with."""

    counts: Counts
    nano: int


@dataclass
class LocalProvider:
    """Takes `turns` one a request; then it `otherwise` does that. Prices in nano-dollars a token.

    `cached_share` of a request's tokens are known to it already, `written_share` go into its cache.
    """

    wire: Wire
    turns: list[Turn] = field(default_factory=list)
    otherwise: Turn = answers
    answerer: Answerer | None = None
    tokenizer: Tokenizer = words_as_tokens
    nano_in: int = 150
    nano_out: int = 600
    nano_cached: int = 75
    nano_written: int = 188
    cached_share: float = 0.0
    written_share: float = 0.0
    overhead: int = 0
    key: str = KEY
    bills: list[Bill] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    heads: list[Mapping[str, str]] = field(default_factory=list)
    url: str = ""
    tls: SSLContext | None = None

    @property
    def billed(self) -> Decimal:
        """All of it, in dollars."""
        return Decimal(sum(each.nano for each in self.bills)).scaleb(-9)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        turn = self.turns.pop(0) if self.turns else self.otherwise
        exchange = Exchange(self, request)
        self.heads.append({**request.headers, **request.query})
        if self.wire.refused_key(request.headers, self.key):
            return web.json_response(self.wire.error("invalid_api_key"), status=401)
        return await turn(exchange)

    def charge(self, asked: Asked, answer: str, tokens_out: int | None) -> Bill:
        """Count it, and put it on the bill."""
        tokens_in = self.tokenizer(asked.text) + self.overhead
        out = self.tokenizer(answer) if tokens_out is None else tokens_out
        cached, written = int(tokens_in * self.cached_share), int(tokens_in * self.written_share)
        counts = Counts(tokens_in, min(out, asked.most), cached, written)
        plain = tokens_in - cached - written
        nano = plain * self.nano_in + cached * self.nano_cached + written * self.nano_written
        bill = Bill(counts, nano + counts.tokens_out * self.nano_out)
        self.bills.append(bill)
        return bill


class Exchange:
    """One request under way."""

    def __init__(self, provider: LocalProvider, request: web.Request) -> None:
        self.provider, self.wire, self._request = provider, provider.wire, request
        self.asked = Asked("", "", (), 0)
        self.billed: Bill | None = None
        self._said = ("", "{}")

    @property
    def is_open(self) -> bool:
        """Whether whoever asked is still waiting."""
        return self._request.transport is not None and not self._request.transport.is_closing()

    @property
    def heads(self) -> dict[str, str]:
        """The headers of the request."""
        return dict(self._request.headers)

    async def bill(self, tokens_out: int | None = None) -> Counts:
        """Read what is asked, think of the answer, and charge for both."""
        body = await self._request.read()
        self.provider.bodies.append(body)
        self.asked = self.wire.read(json.loads(body), self._request.match_info)
        tool, arguments = (self.provider.answerer or from_the_prompt)(self.asked)
        self._said = tool, json.dumps(arguments)
        self.billed = self.provider.charge(self.asked, self._said[1], tokens_out)
        return self.billed.counts

    def answer(self, usage: Mapping[str, Any]) -> dict[str, Any]:
        """What goes back."""
        return self.wire.answer(*self._said, usage)

    def write_too_much(self, body: bytes) -> None:
        """A whole answer goes back before the one that is due."""
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        if self._request.transport is not None:
            self._request.transport.write(head.encode() + body)

    def cut(self) -> web.StreamResponse:
        """Nothing goes back."""
        if self._request.transport is not None:
            self._request.transport.abort()
        return web.Response()


def from_the_prompt(asked: Asked) -> tuple[str, Mapping[str, Any]]:
    """The tool that gives the answer, filled in: what wants observations gets the ids that stand in the prompt."""
    if not asked.tools:
        return "", {}
    name, schema = asked.output_tool
    return name, _filled(schema, schema.get("$defs", {}), list(dict.fromkeys(_ID.findall(asked.text))), "")


def _filled(schema: Mapping[str, Any], defs: Mapping[str, Any], ids: Sequence[str], name: str) -> Any:
    schema = defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    schema = schema["anyOf"][0] if "anyOf" in schema else schema
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "array":
        inner = schema.get("items", {})
        texts = inner.get("type") == "string"
        return ([] if "against" in name else list(ids[:3])) if texts else [_filled(inner, defs, ids, name)]
    if schema.get("type") == "object":
        return {key: _filled(each, defs, ids, key) for key, each in schema.get("properties", {}).items()}
    plain = {"number": 0.5, "integer": 1, "boolean": True, "null": None}
    return plain.get(schema.get("type", ""), f"{name or 'text'} by {', '.join(ids[:2]) or 'nothing'}")


@asynccontextmanager
async def serving(provider: LocalProvider) -> AsyncIterator[LocalProvider]:
    """The server, up; `url` is its address."""
    app = web.Application(client_max_size=16_000_000)
    app.router.add_post(provider.wire.route, provider.handle)
    server = TestServer(app, scheme="https" if provider.tls else "http")
    await server.start_server(ssl=provider.tls)
    provider.url = str(server.make_url("")).rstrip("/")
    try:
        yield provider
    finally:
        await server.close()
