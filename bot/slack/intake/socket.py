"""Socket Mode: several sockets, so that no gap opens while Slack renews one; each delivery comes over one of them.

The SDK keeps a socket alive and opens it anew when it drops. What it cannot mend by itself (a socket it has given up) is
mended by our watch. The first address of each socket is asked for here, so that a wrong token is an error at once, rather
than a loop inside the SDK. Source: https://docs.slack.dev/apis/events-api/using-socket-mode.
"""

import asyncio
import logging
from contextlib import suppress

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.slack.errors import RefusedError, SlackSetupError
from bot.slack.web import SlackWeb
from orchestrator.clock import Clock, within

PING_S = 5.0
WATCH_S = 20.0
CONNECT_S = 20.0


class SocketIntake:
    """`connections` sockets."""

    def __init__(
        self,
        app: AsyncApp,
        web: SlackWeb,
        app_token: str,
        clock: Clock,
        logger: logging.Logger,
        *,
        connections: int = 2,
    ) -> None:
        self._app, self._web, self._token, self._clock, self._logger = app, web, app_token, clock, logger
        self._count = max(1, connections)
        self._sockets: list[AsyncSocketModeHandler] = []
        self._away = False
        self._watch: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("compass.slack.socket")

    async def open(self) -> None:
        """Return when all sockets are open. Raises SlackSetupError for a token that Slack refuses, else SlackTrouble."""
        for _ in range(self._count):
            socket = AsyncSocketModeHandler(
                self._app, self._token, logger=self._logger, web_client=self._app.client, ping_interval=PING_S
            )
            self._sockets.append(socket)
            socket.client.wss_uri = await self._address()
            await self._connect(socket)
        self._watch = asyncio.create_task(self._keep_watch(), name="slack socket watch")

    async def aclose(self) -> None:
        """Close them all."""
        if self._watch:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        for socket in self._sockets:
            await _close(socket)
        self._sockets.clear()

    async def connected(self) -> int:
        """How many sockets are open."""
        return sum([await socket.client.is_connected() for socket in self._sockets])

    async def _address(self) -> str:
        try:
            return await self._web.new_socket(self._token)
        except RefusedError as refused:
            raise SlackSetupError(
                f"Slack does not let the app connect ({refused.code}).",
                remedy="Check SLACK_APP_TOKEN: it begins with xapp- and has the scope connections:write. "
                "Socket Mode must be switched on for the app.",
            ) from None

    async def _connect(self, socket: AsyncSocketModeHandler) -> None:
        """The SDK tries for ever; whoever starts Compass is told after a while."""
        try:
            await within(self._clock, CONNECT_S, socket.client.connect())  # type: ignore[no-untyped-call] # the SDK's
        except TimeoutError:
            raise SlackSetupError(
                "Slack's Socket Mode address does not answer.",
                remedy="Check the network and the proxy: they must let WebSockets through. Or use HTTP mode.",
            ) from None

    async def _keep_watch(self) -> None:
        """A socket that is found closed twice in a row is opened anew."""
        closed: set[int] = set()
        while True:
            await self._clock.sleep(WATCH_S)
            self._note(await self.connected())
            for number, socket in enumerate(self._sockets):
                if await socket.client.is_connected():
                    closed.discard(number)
                elif number in closed:
                    closed.discard(number)
                    await self._renew(number, socket)
                else:
                    closed.add(number)
            self._note(await self.connected())

    def _note(self, connected: int) -> None:
        """Say once that Slack is gone, and once that it is back: between the two there is nothing new to say."""
        if self._away == (connected == 0):
            return
        self._away = connected == 0
        if self._away:
            self._log.warning("slack_unreachable")
        else:
            self._log.info("slack_reachable", sockets=connected)

    async def _renew(self, number: int, socket: AsyncSocketModeHandler) -> None:
        try:
            await within(self._clock, CONNECT_S, socket.client.connect_to_new_endpoint(force=True))
            if await socket.client.is_connected():
                self._log.info("slack_socket_renewed", socket=number)
        except Exception as failure:  # noqa: BLE001 - the watch must outlive whatever the SDK raises; it tries again
            if not self._away:
                self._log.warning("slack_socket_not_renewed", socket=number, error=type(failure).__name__)


async def _close(socket: AsyncSocketModeHandler) -> None:
    """Close, and await what the SDK only cancels."""
    client = socket.client
    tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
    await client.close()  # type: ignore[no-untyped-call] # the SDK's
    await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
