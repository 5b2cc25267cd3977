"""The proxy forwards, and on demand delays, holds back and resets."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bench.lab.proxy import Link, Trouble


class Naps:
    """A sleep that returns at once and remembers how long it was asked to take."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@asynccontextmanager
async def echo(greeting: bytes = b"") -> AsyncIterator[int]:
    """A server that sends back what it gets, behind a greeting; gives its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while chunk := await reader.read(1000):
                writer.write(greeting + chunk)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def link_to(port: int, trouble: Trouble | None = None, naps: Naps | None = None) -> AsyncIterator[Link]:
    link = Link("a->b", naps or Naps(), random.Random(1))
    link.upstream, link.trouble = port, trouble or Trouble()
    await link.open()
    try:
        yield link
    finally:
        await link.aclose()


async def ask(link: Link, words: bytes = b"hello") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    try:
        writer.write(words)
        return await reader.read(1000)
    finally:
        writer.close()


async def test_a_healthy_link_forwards_both_ways_and_counts() -> None:
    naps = Naps()
    async with echo() as port, link_to(port, naps=naps) as link:
        assert await ask(link) == b"hello"
        assert (link.stats.opened, link.stats.bytes_forwarded, link.stats.resets) == (1, 10, 0)
    assert naps.taken == []


async def test_latency_is_half_on_each_way() -> None:
    naps = Naps()
    async with echo() as port, link_to(port, Trouble(latency_ms=400), naps) as link:
        assert await ask(link) == b"hello"
    assert naps.taken == pytest.approx([0.2, 0.2], abs=0.05)


async def test_a_stall_holds_the_callers_bytes_back() -> None:
    naps = Naps()
    async with echo() as port, link_to(port, Trouble(stall_probability=1, stall_s=6), naps) as link:
        assert await ask(link) == b"hello"
    assert naps.taken == pytest.approx([6], abs=0.05)


async def test_a_reset_breaks_the_connection() -> None:
    async with echo() as port, link_to(port, Trouble(reset_probability=1)) as link:
        with pytest.raises(ConnectionResetError):
            await ask(link)
        assert link.stats.resets == 1


async def test_a_link_without_anybody_behind_it_counts_the_failure() -> None:
    async with link_to(1) as link:
        with pytest.raises(ConnectionResetError):
            await ask(link)
        assert link.stats.failed_connects == 1


async def test_a_link_turns_to_another_process_for_new_connections() -> None:
    async with echo(b"old ") as old, echo(b"new ") as new, link_to(old) as link:
        assert await ask(link) == b"old hello"
        link.upstream = new
        assert await ask(link) == b"new hello"
