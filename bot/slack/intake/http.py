"""HTTP mode: `POST /slack/events` for everything Slack sends, and `GET /health`.

The law: nothing is read of a request whose signature is not right. Slack signs `v0:{timestamp}:{raw body}` with HMAC-SHA256
under the signing secret; the timestamp may be five minutes off
(https://docs.slack.dev/authentication/verifying-requests-from-slack). A request that fails is answered 401, whatever is
wrong with it, and tells nothing more.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.slack.errors import SlackSetupError
from orchestrator.clock import Clock

EVENTS_PATH, HEALTH_PATH = "/slack/events", "/health"
LARGEST_BODY = 2 * 2**20
MOST_SKEW_S = 300


def is_signed(secret: str, body: bytes, timestamp: str, signature: str, *, now: float) -> bool:
    """Whether Slack made this signature, for this body, within the last five minutes. Never raises."""
    if not re.fullmatch(r"[0-9]{1,12}", timestamp, re.ASCII) or abs(now - int(timestamp)) > MOST_SKEW_S:
        return False
    made = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={made}".encode(), signature.encode("utf-8", "surrogateescape"))


class HttpIntake:
    """A server on `host:port`; port 0 takes any free one, and `port` says which. `doors` are others' routes beside ours."""

    def __init__(
        self,
        app: AsyncApp,
        signing_secret: str,
        clock: Clock,
        host: str,
        port: int,
        doors: Sequence[web.RouteDef] = (),
    ) -> None:
        self._doors = tuple(doors)
        self._app, self._secret, self._clock = app, signing_secret, clock
        self._host, self._wanted = host, port
        self._runner: web.AppRunner | None = None
        self._log = structlog.get_logger("compass.slack.http")

    @property
    def port(self) -> int:
        """The port it listens on; 0 before `open()`."""
        return int(self._runner.addresses[0][1]) if self._runner and self._runner.addresses else 0

    async def open(self) -> None:
        """Listen. Raises SlackSetupError where that address cannot be used."""
        server = web.Application(client_max_size=LARGEST_BODY)
        server.add_routes([web.post(EVENTS_PATH, self._events), web.get(HEALTH_PATH, self._health), *self._doors])
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._wanted).start()
        except OSError as failure:
            await self._runner.cleanup()
            self._runner = None
            raise SlackSetupError(
                f"Compass cannot listen on {self._host}:{self._wanted}.",
                remedy="Choose another COMPASS_PORT; 0 takes any free one.",
            ) from failure

    async def aclose(self) -> None:
        """Listen no more."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _health(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({"status": "ok"})

    async def _events(self, request: web.Request) -> web.Response:
        body = await request.read()
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not is_signed(self._secret, body, timestamp, signature, now=self._clock.now().timestamp()):
            self._log.warning("slack_signature_refused", bytes=len(body))
            return web.json_response({"error": "invalid signature"}, status=401)
        try:
            asked = AsyncBoltRequest(body=body.decode(), query=request.query_string, headers=_headers(request))
        except ValueError:
            return web.json_response({"error": "unreadable body"}, status=400)
        answer = await self._app.async_dispatch(asked)
        kind = str((answer.headers.get("content-type") or ["text/plain"])[0]).split(";")[0]
        return web.Response(status=answer.status, text=answer.body or "", content_type=kind)


def _headers(request: web.Request) -> Any:
    return dict(request.headers)
