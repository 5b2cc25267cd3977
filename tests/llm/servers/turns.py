"""What a provider does with one request. A turn is told what was asked and says what goes back, or cuts the line."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from tests.llm.servers.provider import Exchange

Turn = Callable[["Exchange"], Awaitable[web.StreamResponse]]


async def answers(exchange: "Exchange") -> web.StreamResponse:
    """As it should be."""
    counts = await exchange.bill()
    return web.json_response(exchange.answer(exchange.wire.usage(counts)))


async def answers_twice(exchange: "Exchange") -> web.StreamResponse:
    """Once more than it was asked."""
    counts = await exchange.bill()
    answer = exchange.answer(exchange.wire.usage(counts))
    exchange.write_too_much(json.dumps(answer).encode())
    return web.json_response(answer)


def refuses(status: int, code: str = "", *, bills: bool = False, **headers: str) -> Turn:
    """An error of that status. A server in trouble may bill what it did before."""

    async def turn(exchange: "Exchange") -> web.StreamResponse:
        if bills:
            await exchange.bill()
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(exchange.wire.error(code), status=status, headers=told)

    return turn


def tells_what_it_was_sent(status: int) -> Turn:
    """As a gateway does that somebody left in its debugging mode."""

    async def turn(exchange: "Exchange") -> web.StreamResponse:
        await exchange.bill()
        return web.json_response({"error": {"code": "debug", "message": str(exchange.heads)}}, status=status)

    return turn


async def breaks_json(exchange: "Exchange") -> web.StreamResponse:
    await exchange.bill()
    return web.Response(text='{"choices": [{"mess', content_type="application/json")


async def truncates(exchange: "Exchange") -> web.StreamResponse:
    """All of the allowed tokens were used, and the answer is cut in the middle."""
    counts = await exchange.bill(tokens_out=exchange.asked.most)
    return web.json_response(exchange.wire.truncated(exchange.wire.usage(counts)))


async def filters(exchange: "Exchange") -> web.StreamResponse:
    return web.json_response(exchange.wire.filtered(exchange.wire.usage(await exchange.bill())))


async def empty(exchange: "Exchange") -> web.StreamResponse:
    return web.json_response(exchange.wire.empty(exchange.wire.usage(await exchange.bill())))


def says_usage(change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Turn:
    """A good answer with another usage than what is billed; {} leaves it out."""

    async def turn(exchange: "Exchange") -> web.StreamResponse:
        counts = await exchange.bill()
        return web.json_response(exchange.answer(change(exchange.wire.usage(counts))))

    return turn


async def drops_before(exchange: "Exchange") -> web.StreamResponse:
    """The line is cut when the head of the request has come."""
    return exchange.cut()


async def drops_after(exchange: "Exchange") -> web.StreamResponse:
    """The line is cut when the work is done."""
    await exchange.bill()
    return exchange.cut()


class Held:
    """A slow answer: `arrived` is set when the work has begun, and it goes back when the test calls `release`."""

    def __init__(self) -> None:
        self.arrived, self._released = asyncio.Event(), asyncio.Event()

    def release(self) -> None:
        self._released.set()

    async def __call__(self, exchange: "Exchange") -> web.StreamResponse:
        counts = await exchange.bill()
        self.arrived.set()
        await self._released.wait()
        return web.json_response(exchange.answer(exchange.wire.usage(counts)))
