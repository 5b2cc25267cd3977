"""A TCP proxy for one link: it forwards bytes, and on demand delays them, holds them back or resets the connection.

It knows nothing of HTTP or PostgreSQL, so what it does to a link is what a network does: both ends are well and
neither can see why the other is slow. Delay keeps throughput: every chunk has its own due time. Time and chance are
handed in, so that tests need no waiting.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

CHUNK = 65536
Sleep = Callable[[float], Awaitable[None]]


@dataclass
class Trouble:
    """What is wrong with a link; probabilities are per request that crosses it (a chunk sent by the caller)."""

    latency_ms: float = 0
    jitter_ms: float = 0
    stall_probability: float = 0
    stall_s: float = 0
    reset_probability: float = 0


@dataclass
class LinkStats:
    """What a link counted: cumulative, except `active`."""

    opened: int = 0
    active: int = 0
    resets: int = 0
    failed_connects: int = 0
    bytes_forwarded: int = 0


class Link:
    """One listening port and the upstream it leads to at the moment."""

    def __init__(self, name: str, sleep: Sleep = asyncio.sleep, dice: random.Random | None = None) -> None:
        self.name = name
        self.upstream = 0
        self.trouble = Trouble()
        self.stats = LinkStats()
        self._sleep = sleep
        self._dice = dice or random.Random()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None, "the link is not open"
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def open(self) -> None:
        """Listen on a free loopback port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def aclose(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            self.stats.failed_connects += 1
            _reset(writer)
            return
        self.stats.opened += 1
        self.stats.active += 1
        try:
            await self._join(reader, writer, far_reader, far_writer)
        finally:
            self.stats.active -= 1
            for end in (writer, far_writer):
                end.close()

    async def _join(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        ways = {
            asyncio.ensure_future(self._forward(reader, far_writer, writer, from_caller=True)),
            asyncio.ensure_future(self._forward(far_reader, writer, far_writer, from_caller=False)),
        }
        _done, pending = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in pending:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _forward(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
        *,
        from_caller: bool,
    ) -> None:
        """Carry one direction until either end closes."""
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sender = asyncio.ensure_future(self._send_when_due(due, writer))
        try:
            while chunk := await reader.read(CHUNK):
                if from_caller and self._dice.random() < self.trouble.reset_probability:
                    self.stats.resets += 1
                    _reset(writer)
                    _reset(back)
                    return
                due.put_nowait((asyncio.get_running_loop().time() + self._delay_s(from_caller), chunk))
        except OSError:
            return
        finally:
            due.put_nowait((0, b""))
            with contextlib.suppress(OSError):
                await sender

    def _delay_s(self, from_caller: bool) -> float:
        trouble = self.trouble
        if from_caller and trouble.stall_probability and self._dice.random() < trouble.stall_probability:
            return trouble.stall_s
        if not trouble.latency_ms:
            return 0
        return max(0.0, self._dice.gauss(trouble.latency_ms, trouble.jitter_ms)) / 2000

    async def _send_when_due(self, due: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        while True:
            when, chunk = await due.get()
            if not chunk:
                return
            wait = when - asyncio.get_running_loop().time()
            if wait > 0:
                await self._sleep(wait)
            writer.write(chunk)
            self.stats.bytes_forwarded += len(chunk)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with an RST instead of a FIN (SO_LINGER of zero seconds, see socket(7))."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
