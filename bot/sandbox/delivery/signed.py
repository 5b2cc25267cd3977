"""HTTP mode: the same payloads as signed requests to the app's request URL.

The signature is `v0=` and the HMAC-SHA256 of `v0:{timestamp}:{raw body}` under the signing secret
(https://docs.slack.dev/authentication/verifying-requests-from-slack).
"""

import hashlib
import hmac
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from bot.sandbox.clock import Clock
from bot.sandbox.delivery.reply import ACK_SECONDS, Kind, Reply, Retry, within
from bot.sandbox.guard import LOOPBACK_NAMES
from bot.sandbox.wire import JsonObject, dumps, loads_object

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def signature(secret: str, timestamp: str, body: str) -> str:
    """Slack's signature of a request."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


class RequestCourier:
    """Posts to one URL of this machine."""

    def __init__(self, request_url: str, signing_secret: str, clock: Clock) -> None:
        """ValueError for a URL beyond loopback."""
        if URL(request_url).host not in LOOPBACK_NAMES:
            raise ValueError(f"request_url must lead to this machine (127.0.0.1 or localhost), not {request_url!r}")
        self.request_url = request_url
        self._secret = signing_secret
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Be ready to post."""
        self._session = aiohttp.ClientSession()

    async def aclose(self) -> None:
        """Let go of the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def deliver(self, kind: Kind, payload: JsonObject, retry: Retry | None = None) -> Reply:
        """Post once and wait 3 s; anything but a 2xx is a failed dispatch."""
        started = self._clock.monotonic()
        body, content_type = encode(kind, payload)
        timestamp = str(int(self._clock.now()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (sandbox)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry.attempt), "X-Slack-Retry-Reason": retry.reason}
        try:
            reply = await within(self._clock, ACK_SECONDS, self._post(body, headers))
        except TimeoutError:
            return Reply("operation_timeout", seconds=self._clock.monotonic() - started, reason="http_timeout")
        except aiohttp.ClientError:
            return Reply("dispatch_failed", reason="connection_failed")
        return Reply(reply.failure, reply.payload, self._clock.monotonic() - started, reply.reason, reply.final)

    async def _post(self, body: str, headers: dict[str, str]) -> Reply:
        if self._session is None:
            raise RuntimeError("open() the sandbox before delivering")
        async with self._session.post(self.request_url, data=body.encode(), headers=headers) as response:
            text = await response.text()
            final = response.headers.get("X-Slack-No-Retry") == "1"
            if not response.ok:
                return Reply("dispatch_failed", reason="http_error", final=final)
            parsed = loads_object(text) if response.content_type == JSON else None
            return Reply(payload=parsed if parsed is not None else {"text": text} if text else {})


def encode(kind: Kind, payload: JsonObject) -> tuple[str, str]:
    """Body and content type: commands are forms, interactions a form with `payload`, events JSON."""
    if kind == "events_api":
        return dumps(payload), JSON
    form = payload if kind == "slash_commands" else {"payload": dumps(payload)}
    return urlencode(form), FORM
