"""Where changes are told: `POST /changes` with a bearer token, and `POST /changes/github` for GitHub's webhooks.

GitHub signs the raw body with HMAC-SHA256 under the webhook's secret, as `X-Hub-Signature-256: sha256=<hex>`
(https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries). Secrets are compared in constant time.
"""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from bot.http.answers import RefusedError, answering
from orchestrator.clock import Clock
from orchestrator.model import Change

CHANGES_PATH, GITHUB_PATH = "/changes", "/changes/github"
LARGEST_BODY = 2**20

Keep = Callable[[Sequence[Change]], Awaitable[int]]
ReadPosted = Callable[[Any, Any], Sequence[Change]]
ReadDelivery = Callable[[str, Any], Change | None]


class ChangesDoor:
    """Takes changes and hands them to `keep`. What is posted is read by `posted`, GitHub's deliveries by `delivered`."""

    def __init__(
        self,
        keep: Keep,
        clock: Clock,
        *,
        posted: ReadPosted,
        delivered: ReadDelivery,
        token: str,
        webhook_secret: str,
        request_ids: Callable[[], str],
    ) -> None:
        self._keep, self._clock, self._new_id = keep, clock, request_ids
        self._posted, self._delivered = posted, delivered
        self._token, self._secret = token, webhook_secret

    def routes(self) -> list[web.RouteDef]:
        """The doors that have a secret."""
        open_doors = []
        if self._token:
            open_doors.append(web.post(CHANGES_PATH, answering(self._changes, self._new_id)))
        if self._secret:
            open_doors.append(web.post(GITHUB_PATH, answering(self._github, self._new_id)))
        return open_doors

    async def _changes(self, request: web.Request) -> dict[str, Any]:
        given = request.headers.get("Authorization", "")
        if not _same(f"Bearer {self._token}", given):
            raise RefusedError(
                401,
                "unauthorized",
                "The token is missing or wrong.",
                "Send Authorization: Bearer $COMPASS_CHANGES_TOKEN.",
            )
        changes = self._posted(_json(await _body(request)), self._clock.now())
        return {"kept": len(changes), "new": await self._keep(changes)}

    async def _github(self, request: web.Request) -> dict[str, Any]:
        body = await _body(request)
        made = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        if not _same(f"sha256={made}", request.headers.get("X-Hub-Signature-256", "")):
            raise RefusedError(
                401,
                "unauthorized",
                "The signature is missing or wrong.",
                "Give the webhook COMPASS_GITHUB_WEBHOOK_SECRET.",
            )
        change = self._delivered(request.headers.get("X-GitHub-Event", ""), _json(body))
        changes = [] if change is None else [change]
        return {"kept": len(changes), "new": await self._keep(changes) if changes else 0}


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape"))


async def _body(request: web.Request) -> bytes:
    """The body, as long as it is not too large; that is known before it is all there."""
    parts: list[bytes] = []
    left = LARGEST_BODY
    async for chunk in request.content.iter_chunked(64 * 1024):
        left -= len(chunk)
        if left < 0:
            raise RefusedError(
                413, "too_large", f"The body has more than {LARGEST_BODY} bytes.", "Send fewer changes at once."
            )
        parts.append(chunk)
    return b"".join(parts)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(
            400, "no_json", "The body is no JSON.", "Send Content-Type: application/json and JSON."
        ) from error
