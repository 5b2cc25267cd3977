"""A small server for the doors, for when nobody else listens: in Socket Mode Slack sends no requests."""

from collections.abc import Sequence

from aiohttp import web

from orchestrator.errors import OrchestratorError


class HttpSetupError(OrchestratorError):
    """The doors cannot be opened."""

    kind = "http_setup"
    status = 500


class Listening:
    """Listens on `host:port` while it is open; port 0 takes any free one, and `port` says which."""

    def __init__(self, routes: Sequence[web.RouteDef], host: str, port: int) -> None:
        self._routes, self._host, self._wanted = tuple(routes), host, port
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port it listens on; 0 while it is closed."""
        return int(self._runner.addresses[0][1]) if self._runner and self._runner.addresses else 0

    async def open(self) -> None:
        """Listen. Raises HttpSetupError where that address cannot be used."""
        server = web.Application()
        server.add_routes(self._routes)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._wanted).start()
        except OSError as failure:
            await self.aclose()
            raise HttpSetupError(
                f"Compass cannot listen for changes on {self._host}:{self._wanted}.",
                remedy="Choose another COMPASS_PORT; 0 takes any free one. Without COMPASS_CHANGES_TOKEN nothing listens.",
            ) from failure

    async def aclose(self) -> None:
        """Listen no more."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
