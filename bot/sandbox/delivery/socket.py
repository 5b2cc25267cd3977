"""Socket Mode, the server's side (https://docs.slack.dev/apis/events-api/using-socket-mode).

Each connection begins with a single-use link and a hello. A payload goes to one connection, drawn at random, in an
envelope that the app acknowledges by its id; whoever answers, on whichever connection, has answered.
"""

import asyncio
import uuid
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, WSMsgType, web

from bot.sandbox.clock import Clock
from bot.sandbox.delivery.reply import ACK_SECONDS, Kind, Reply, Retry, within
from bot.sandbox.wire import JsonObject, dumps, loads_object, without_none
from bot.sandbox.workspace.ids import Mint

MOST_CONNECTIONS = 10


@dataclass(slots=True, eq=False)
class _Connection:
    number: int
    socket: web.WebSocketResponse
    received: list[str] = field(default_factory=list)


class SocketCourier:
    """The connections of the app, and the envelopes that wait for an acknowledgement."""

    def __init__(self, app_id: str, mint: Mint, clock: Clock) -> None:
        """No connection yet."""
        self._app_id = app_id
        self._mint = mint
        self._clock = clock
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []
        self._waiting: dict[str, asyncio.Future[JsonObject]] = {}
        self._opened = 0
        self._changed = asyncio.Condition()
        self._twice = 0

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    @property
    def received_by_connection(self) -> dict[int, tuple[str, ...]]:
        """The envelope types each open connection got, by the connection's number."""
        return {connection.number: tuple(connection.received) for connection in self._connections}

    def new_ticket(self) -> str:
        """A link's ticket, good for one connection."""
        ticket = self._mint.secret(32)
        self._tickets.add(ticket)
        return ticket

    def deliver_twice_next(self, times: int = 1) -> None:
        """Let the next deliveries come twice, as it happens in Slack."""
        self._twice += times

    async def wait_connected(self, count: int = 1) -> None:
        """Return once `count` connections are open."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.connected >= count)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection until it ends."""
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            return web.Response(status=404, text="this link was used or never given")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.connected >= MOST_CONNECTIONS:
            await socket.send_str(dumps({"type": "disconnect", "reason": "too_many_websockets"}))
            await socket.close()
            return socket
        self._opened += 1
        connection = _Connection(self._opened, socket)
        await socket.send_str(dumps(self._hello()))
        await self._note(connection, joined=True)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            await self._note(connection, joined=False)
        return socket

    def _hello(self) -> JsonObject:
        return {
            "type": "hello",
            "num_connections": self.connected + 1,
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }

    async def _note(self, connection: _Connection, *, joined: bool) -> None:
        async with self._changed:
            if joined:
                self._connections.append(connection)
            elif connection in self._connections:
                self._connections.remove(connection)
            self._changed.notify_all()

    def _acknowledge(self, data: str) -> None:
        answer = loads_object(data) or {}
        waiting = self._waiting.get(str(answer.get("envelope_id")))
        if waiting and not waiting.done():
            payload = answer.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else {})

    async def deliver(self, kind: Kind, payload: JsonObject, retry: Retry | None = None) -> Reply:
        """Send to one connection and wait 3 s for the acknowledgement; with no connection the dispatch fails at once."""
        started = self._clock.monotonic()
        copies = 1 + (self._twice > 0)
        self._twice = max(0, self._twice - 1)
        ids = [str(uuid.UUID(int=int(self._mint.digits(38)))) for _ in range(copies)]
        waiting: asyncio.Future[JsonObject] = asyncio.get_running_loop().create_future()
        self._waiting |= dict.fromkeys(ids, waiting)
        try:
            for envelope_id in ids:
                if not await self._send(kind, payload, retry, envelope_id):
                    return Reply("dispatch_failed", reason="connection_failed")
            answer = await within(self._clock, ACK_SECONDS, _result(waiting))
        except TimeoutError:
            return Reply("operation_timeout", seconds=self._clock.monotonic() - started, reason="timeout")
        finally:
            for envelope_id in ids:
                self._waiting.pop(envelope_id, None)
        return Reply(payload=answer, seconds=self._clock.monotonic() - started)

    async def _send(self, kind: Kind, payload: JsonObject, retry: Retry | None, envelope_id: str) -> bool:
        envelope = dumps(
            without_none(
                envelope_id=envelope_id,
                type=kind,
                accepts_response_payload=kind != "events_api",
                payload=payload,
                retry_attempt=retry.attempt if retry else 0 if kind == "events_api" else None,
                retry_reason=retry.reason if retry else "" if kind == "events_api" else None,
            )
        )
        candidates = list(self._connections)
        while candidates:
            connection = candidates.pop(self._mint.pick(len(candidates)))
            try:
                await connection.socket.send_str(envelope)
            except ConnectionError:
                continue
            connection.received.append(kind)
            return True
        return False

    async def refresh(self) -> None:
        """Tell every connection to be renewed, as Slack does every few hours."""
        notice = dumps({"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "sandbox"}})
        for connection in tuple(self._connections):
            await connection.socket.send_str(notice)

    async def aclose(self) -> None:
        """Close every connection."""
        for connection in tuple(self._connections):
            await connection.socket.close(code=WSCloseCode.GOING_AWAY)


async def _result(future: asyncio.Future[JsonObject]) -> JsonObject:
    return await future
