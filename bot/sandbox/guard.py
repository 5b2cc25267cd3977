"""Who may talk to the sandbox: this machine, by a name of this machine, and for the page only the page itself.

A page of another site can make a browser send requests here (CSRF), or point its own name at 127.0.0.1 (DNS rebinding). So
the Host header must be a loopback name, and what a person does needs the token that stands in the page.
"""

import hmac

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
PAGE_TOKEN_HEADER = "X-Page-Token"  # noqa: S105 - a header's name
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def check_loopback(host: str) -> str:
    """The host to listen on; ValueError when others than this machine could reach it."""
    if host not in LOOPBACK_NAMES:
        raise ValueError(f"the sandbox listens on loopback only (127.0.0.1, localhost or ::1), not on {host!r}")
    return host


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests that name another host."""
    if URL(f"http://{request.host}").host not in LOOPBACK_NAMES:
        return web.Response(status=403, text="this server answers only to localhost")
    return await handler(request)


def is_page(request: web.Request, page_token: str) -> bool:
    """Whether a request comes from our page: it knows the token, and names no foreign origin."""
    origin = request.headers.get("Origin")
    if origin and URL(origin).authority != request.host:
        return False
    given = request.headers.get(PAGE_TOKEN_HEADER) or request.query.get("token", "")
    return hmac.compare_digest(given.encode(), page_token.encode())
