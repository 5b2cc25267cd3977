"""One request to a server and its reply: who we are, what we trust, and where a redirect may lead. Tries nothing twice."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ssl import SSLContext

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar
from yarl import URL

from agents.sources.wire.replies import REDIRECTS, Explain, Reply, read_reply
from agents.sources.wire.settings import TENANT_HEADER, ServerSettings
from agents.sources.wire.throttle import Limits
from agents.sources.wire.tls import tls_context
from orchestrator.tally import Tally, count

Params = Mapping[str, str | Sequence[str]]
"""Names and values; a name with several values is sent several times."""

MOST_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: where, with which parameters, what people call it, and who can word the reason of a refusal."""

    method: str
    path: str
    params: Params | None
    what: str
    explain: Explain | None = None

    def fields(self) -> list[tuple[str, str]]:
        """The parameters as they are sent."""
        found: list[tuple[str, str]] = []
        for name, value in (self.params or {}).items():
            found += [(name, value)] if isinstance(value, str) else [(name, each) for each in value]
        return found


def new_session() -> ClientSession:
    """A session fit to be shared by all servers: it keeps no cookies and reads no proxy from the environment."""
    return ClientSession(cookie_jar=DummyCookieJar(), trust_env=False)


class Exchange:
    """Requests to one server. A `session` handed in is not closed here."""

    def __init__(self, settings: ServerSettings, limits: Limits, tally: Tally, session: ClientSession | None) -> None:
        self._settings, self._limits, self._tally = settings, limits, tally
        self._session, self._owned = session, session is None
        self._trust: SSLContext | bool = True

    async def open(self) -> None:
        """Read the certificates. Raises ServerError where one cannot be read."""
        if self._settings.url.scheme == "https":
            self._trust = await asyncio.to_thread(tls_context, self._settings)
        if self._session is None:
            self._session = new_session()

    async def aclose(self) -> None:
        """Close the session, if it is our own."""
        if self._owned and self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def fetch(self, question: Question) -> Reply:
        """The reply, after redirects within the server. Raises what aiohttp raises, and TooLargeError."""
        url = self._settings.url.join(URL(question.path))
        fields = question.fields()
        for _ in range(MOST_REDIRECTS):
            reply = await self._send(question.method, url, fields)
            target = _same_place(url, reply.location) if reply.status in REDIRECTS else None
            if target is None:
                break
            url, fields = target, [] if question.method == "GET" else fields
        return reply

    async def _send(self, method: str, url: URL, fields: list[tuple[str, str]]) -> Reply:
        if self._session is None:
            raise RuntimeError(f"{self._settings.name} is asked before it was opened")
        count(self._tally, queries=1)
        in_body = method == "POST"
        async with self._session.request(
            method,
            url,
            params=None if in_body else fields,
            data=fields if in_body else None,
            headers=self._headers(),
            ssl=self._trust,
            allow_redirects=False,
            timeout=ClientTimeout(total=None, sock_connect=self._limits.connect_s),
        ) as response:
            return await read_reply(response, self._limits.answer_bytes, self._seen)

    def _seen(self, size: int) -> None:
        count(self._tally, read_bytes=size)

    def _headers(self) -> dict[str, str]:
        settings = self._settings
        headers = {**settings.headers, "Accept": "application/json", "Accept-Encoding": "gzip"}
        if settings.tenant:
            headers[TENANT_HEADER] = settings.tenant
        if settings.token is not None:
            headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
        elif settings.password is not None:
            login = f"{settings.user}:{settings.password.get_secret_value()}"
            headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        return headers


def _same_place(asked: URL, location: str) -> URL | None:
    """Where a redirect leads, if that is the same server, or its own TLS port: credentials are shown to nobody else."""
    try:
        target = asked.join(URL(location)) if location else None
    except ValueError:
        return None
    if target is None or target.user is not None:
        return None
    to_tls = (asked.scheme, asked.port, target.scheme, target.port) == ("http", 80, "https", 443)
    same = (asked.scheme, asked.port) == (target.scheme, target.port)
    return target if target.host == asked.host and (same or to_tls) else None
