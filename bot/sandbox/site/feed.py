"""The live feed: a WebSocket per open page, which gets the whole picture and then every change in order."""

import asyncio

from aiohttp import WSCloseCode, web

from bot.sandbox.api.desk import Desk
from bot.sandbox.guard import is_page
from bot.sandbox.site.picture import piece, whole_picture
from bot.sandbox.wire import dumps
from bot.sandbox.workspace.changes import Change

LONGEST_QUEUE = 5000
"""A page that falls this far behind is let go; it comes back and gets the whole picture."""


class Feed:
    """Serves the feed to pages that know the page token."""

    def __init__(self, desk: Desk, page_token: str) -> None:
        """No page yet."""
        self._desk = desk
        self._page_token = page_token
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def pages(self) -> int:
        """How many pages are open."""
        return len(self._sockets)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one page's connection until it ends."""
        if not is_page(request, self._page_token):
            return web.Response(status=403, text="reload the page")
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        self._sockets.add(socket)
        queue: asyncio.Queue[str | None] = asyncio.Queue(LONGEST_QUEUE)

        def hear(change: Change) -> None:
            try:
                queue.put_nowait(dumps(piece(self._desk, change)))
            except asyncio.QueueFull:
                leave()
                _empty(queue)
                queue.put_nowait(None)

        leave = self._desk.workspace.subscribe(hear)
        queue.put_nowait(dumps(whole_picture(self._desk)))
        sending = asyncio.ensure_future(_send_all(socket, queue))
        try:
            async for _ in socket:
                pass
        finally:
            leave()
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            self._sockets.discard(socket)
        return socket

    async def aclose(self) -> None:
        """Let every page go."""
        for socket in tuple(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)


def _empty(queue: asyncio.Queue[str | None]) -> None:
    while not queue.empty():
        queue.get_nowait()


async def _send_all(socket: web.WebSocketResponse, queue: asyncio.Queue[str | None]) -> None:
    """Send until the queue says None: then the page was too slow and starts anew."""
    while (text := await queue.get()) is not None:
        await socket.send_str(text)
    await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
