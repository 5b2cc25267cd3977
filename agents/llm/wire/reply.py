"""What came of one attempt to send a request, whatever the wire did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

MOST_BYTES = 4_000_000
"""No answer worth having is longer; what is, is read no further."""

KEYS = ("authorization", "x-api-key", "api-key")
"""The headers in which providers want their key."""
SHORTEST_KEY = 16
"""Shorter ones are made up for a server that wants none, and are words like others."""

NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.ProxyError,
)
"""What fails before the first byte of a request is written."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of an attempt. `status` 0: nothing; `sent` False: and nothing was sent either."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    sent: bool = True

    @property
    def text(self) -> str:
        """The body, for reading."""
        return self.body.decode(errors="replace")

    @property
    def answered(self) -> bool:
        """Whether it is an answer of the sort that was hoped for."""
        return 200 <= self.status < 300

    @property
    def free(self) -> bool:
        """Whether it was certainly not billed."""
        return not self.sent or 400 <= self.status < 500


async def sent(wire: httpx2.AsyncBaseTransport, request: httpx2.Request) -> Reply:
    """Send it, and read what comes. A wire that fails is a reply too."""
    body = bytearray()
    try:
        response = await wire.handle_async_request(request)
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    break
        finally:
            await response.aclose()
    except NEVER_SENT:
        return Reply(sent=False)
    except (httpx2.HTTPError, httpx2.StreamError, OSError):
        return Reply()
    return Reply(response.status_code, dict(response.headers), _without_key(bytes(body), request.headers))


def _without_key(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Some servers say in their errors what they were sent; the key that was in it goes no further."""
    for each in (headers.get(name, "").rpartition(" ")[2] for name in KEYS):
        if len(each) >= SHORTEST_KEY:
            body = body.replace(each.encode(), b"<secret>")
    return body


def parsed(body: bytes) -> Mapping[str, Any]:
    """The object that a body holds, or an empty one."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
