"""The sandbox server: the one object a program starts, and through which a test or a demo acts as people do."""

import errno
from collections.abc import Iterable
from functools import partial
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.sandbox.api.desk import Desk
from bot.sandbox.api.door import ApiDoor, CallRecord
from bot.sandbox.api.faults import Fault, Faults
from bot.sandbox.api.files import receive_upload, serve_file
from bot.sandbox.api.rates import RateKeeper, RateLimits
from bot.sandbox.delivery.background import Background
from bot.sandbox.delivery.events import EventFeed
from bot.sandbox.delivery.office import HTTP_RETRY_DELAYS, SOCKET_RETRY_DELAYS, PostOffice
from bot.sandbox.delivery.payloads import Payloads
from bot.sandbox.delivery.responses import serve_response
from bot.sandbox.delivery.signed import RequestCourier
from bot.sandbox.delivery.socket import SocketCourier
from bot.sandbox.guard import check_loopback, loopback_only
from bot.sandbox.people.acting import Acting
from bot.sandbox.seed import WorkspaceSeed
from bot.sandbox.site.acts import Acts
from bot.sandbox.site.feed import Feed
from bot.sandbox.site.files import PageFiles
from bot.sandbox.workspace.state import Workspace

LARGEST_BODY = 64 * 2**20


class SandboxServer(Acting):
    """Serves one workspace on loopback: Web API, Socket Mode, response URLs, uploads and the page.

    `port` is preferred; where it is taken another one is used, 0 takes any. With `request_url` (or after
    `deliver_over_http`) payloads go there as signed requests instead of over Socket Mode.
    """

    def __init__(
        self,
        workspace: Workspace | WorkspaceSeed,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        rates: RateLimits | None = None,
        request_url: str | None = None,
    ) -> None:
        """ValueError for a host or request URL beyond this machine. Nothing listens before `open`."""
        self.workspace = workspace if isinstance(workspace, Workspace) else Workspace(workspace)
        space = self.workspace
        self._host, self._wanted_port, self._port = check_loopback(host), port, 0
        self._request_url = request_url
        self._runner: web.AppRunner | None = None
        self._requests: RequestCourier | None = None
        self.page_token = space.mint.secret(32)
        self.socket = SocketCourier(space.app.app_id, space.mint, space.clock)
        self._desk = Desk(space, lambda: self.url, lambda: f"ws://{self._authority}/link/{self.socket.new_ticket()}")
        self._background = Background()
        self._office = PostOffice(self.socket, space.clock, self._background, SOCKET_RETRY_DELAYS)
        payloads = Payloads(self._desk)
        super().__init__(self._desk, payloads, self._office)
        self._events = EventFeed(payloads, self._office)
        space.subscribe(self._events.hear)
        self.faults = Faults()
        self._door = ApiDoor(self._desk, RateKeeper(rates or RateLimits(), space.clock), self.faults)
        self._feed = Feed(self._desk, self.page_token)
        if request_url:
            self._courier_for(request_url)

    async def open(self) -> None:
        """Listen."""
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        self._port = await _listen(runner, self._host, self._wanted_port)
        self._runner = runner
        if self._request_url:
            await self.deliver_over_http(self._request_url)

    async def aclose(self) -> None:
        """Close every connection and stop listening."""
        await self.socket.aclose()
        await self._feed.aclose()
        await self._background.aclose()
        if self._requests:
            await self._requests.aclose()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _application(self) -> web.Application:
        desk = self._desk
        page = PageFiles(desk, self.page_token)
        acts = Acts(desk, self.page_token, self._typing, self._clicking, self._forms, self._events)
        app = web.Application(middlewares=[loopback_only], client_max_size=LARGEST_BODY)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._door.handle),
                web.get("/link/{ticket}", self.socket.serve),
                web.post("/response/{key}", partial(serve_response, desk)),
                web.post("/upload/v1/{key}", partial(receive_upload, desk)),
                web.get("/files/{file_id}/{name}", partial(serve_file, desk)),
                web.get("/", page.index),
                web.get("/page/{path:.+}", page.asset),
                web.get("/archives/{channel}/p{ts}", page.permalink),
                web.get("/feed", self._feed.serve),
                web.post("/act/{act}", acts.handle),
            ]
        )
        return app

    @property
    def port(self) -> int:
        """The port it listens on, 0 before `open`."""
        return self._port

    @property
    def _authority(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    @property
    def url(self) -> str:
        """Where the page is: `http://127.0.0.1:PORT/`."""
        return f"http://{self._authority}/"

    @property
    def api_url(self) -> str:
        """The Web API's base URL, for `SLACK_API_URL`."""
        return f"{self.url}api/"

    @property
    def bot_token(self) -> str:
        """For `SLACK_BOT_TOKEN`; minted for this run, worth nothing elsewhere."""
        return self.workspace.app.bot_token

    @property
    def app_token(self) -> str:
        """For `SLACK_APP_TOKEN`."""
        return self.workspace.app.app_token

    @property
    def signing_secret(self) -> str:
        """For `SLACK_SIGNING_SECRET`."""
        return self.workspace.app.signing_secret

    @property
    def calls(self) -> tuple[CallRecord, ...]:
        """The Web API calls so far, as they came in."""
        return tuple(self._door.calls)

    async def wait_connected(self, connections: int = 1) -> None:
        """Return once the app has this many Socket Mode connections."""
        await self.socket.wait_connected(connections)

    async def settle(self) -> None:
        """Wait until every event that was to be delivered has been, retries included."""
        await self._background.settle()

    async def refresh_connections(self) -> None:
        """Tell the app to renew its Socket Mode connections."""
        await self.socket.refresh()

    def deliver_twice_next(self, times: int = 1) -> None:
        """Let the next Socket Mode deliveries come twice, as it happens in Slack."""
        self.socket.deliver_twice_next(times)

    def _courier_for(self, request_url: str) -> RequestCourier:
        return RequestCourier(request_url, self.signing_secret, self.workspace.clock)

    async def deliver_over_http(self, request_url: str) -> None:
        """From now on send payloads as signed requests to this URL of this machine."""
        courier = self._courier_for(request_url)
        await courier.open()
        if self._requests:
            await self._requests.aclose()
        self._requests = courier
        self._office.use(courier, HTTP_RETRY_DELAYS)

    async def verify_request_url(self) -> bool:
        """Send the challenge with which Slack checks a request URL; True when it comes back."""
        challenge = self.workspace.mint.secret()
        payload = {"type": "url_verification", "challenge": challenge, "token": self.workspace.app.verification_token}
        reply = await self._office.deliver("events_api", payload)
        return challenge in (reply.payload.get("challenge"), reply.payload.get("text"))

    def slow_api(self, seconds: float, methods: Iterable[str] | None = None) -> None:
        """Let the Web API wait before it works, all of it or these methods; 0 seconds ends it."""
        self.faults.slow_down(seconds, methods)

    def fail_next(
        self,
        method: str,
        *,
        error: str | None = None,
        status: int | None = None,
        retry_after: int | None = None,
        lose_answer: bool = False,
        times: int = 1,
    ) -> None:
        """Let the next calls of a method fail: an error, an HTTP status, or done but the answer lost on the way back."""
        self.faults.fail_next(method, Fault(error, status, retry_after, lose_answer), times)

    def leave_channel(self, channel: str) -> None:
        """Take the app out of a channel."""
        self.workspace.set_member(self.workspace.channel(channel), self.workspace.app.user_id, inside=False)

    def invite_app(self, channel: str) -> None:
        """Bring the app into a channel, as `/invite` does."""
        self.workspace.set_member(self.workspace.channel(channel), self.workspace.app.user_id, inside=True)

    def archive_channel(self, channel: str) -> None:
        """Archive a channel."""
        self.workspace.archive(self.workspace.channel(channel))


async def _listen(runner: web.AppRunner, host: str, port: int) -> int:
    """Listen on `port`, or on a free one where it is taken; returns the port."""
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        if error.errno != errno.EADDRINUSE or not port:
            raise
        await web.TCPSite(runner, host, 0).start()
    return int(runner.addresses[0][1])
