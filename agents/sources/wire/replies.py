"""An answer, read as it comes and never beyond its limit. The limit counts unpacked bytes, so a gzip bomb ends there too."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import ClientResponse

from orchestrator.errors import SourceUnavailableError

CHUNK = 64 * 1024
EXPLAINED_BYTES = 64 * 1024
"""So much of a refusal is read, to find its reason."""

REDIRECTS = (301, 302, 303, 307, 308)

Explain = Callable[[int, Any], str]
"""From the status and the parsed body of a refusal to its reason, in words of ours; "" where it is not known."""


class TooLargeError(Exception):
    """More came than may. Never leaves the wire."""


class UnreadableError(SourceUnavailableError):
    """An answer is not what it should be. The message goes on "Prometheus did not answer a range query: " and has no end."""


def parsed(body: bytes) -> Any:
    """The JSON in it. Raises UnreadableError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("what it sent is no JSON") from error


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, body, and the headers that decide what happens next."""

    status: int
    body: bytes
    retry_after: str = ""
    location: str = ""

    @property
    def ok(self) -> bool:
        """Whether the question was answered."""
        return 200 <= self.status < 300

    def explained(self, explain: Explain | None) -> str:
        """The reason of a refusal, in our words."""
        if explain is None:
            return ""
        try:
            return explain(self.status, parsed(self.body))
        except UnreadableError:
            return ""

    def wait_s(self, now: datetime) -> float:
        """Seconds that the server asks to be left alone for (RFC 9110, 10.2.3: seconds, or a date); 0 if it does not."""
        if self.retry_after.isascii() and self.retry_after.isdigit():
            return float(self.retry_after[:9])
        try:
            until = parsedate_to_datetime(self.retry_after)
        except ValueError:
            return 0.0
        return max(0.0, (until - now).total_seconds()) if until.tzinfo else 0.0


async def read_reply(response: ClientResponse, most: int, seen: Callable[[int], None]) -> Reply:
    """Read it whole. `seen` hears how many bytes came. Raises TooLargeError as soon as a success has more than `most`."""
    good = 200 <= response.status < 300
    left = most if good else min(most, EXPLAINED_BYTES)
    parts: list[bytes] = []
    async for chunk in response.content.iter_chunked(CHUNK):
        seen(len(chunk))
        left -= len(chunk)
        if left < 0:
            if good:
                raise TooLargeError
            break
        parts.append(chunk)
    headers = response.headers
    return Reply(response.status, b"".join(parts), headers.get("Retry-After", ""), headers.get("Location", ""))
