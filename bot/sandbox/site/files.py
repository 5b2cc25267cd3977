"""The page's files, served from the package; the token goes into the one HTML file as it is sent."""

from html import escape
from pathlib import Path

from aiohttp import web

from bot.sandbox.api.desk import Desk
from bot.sandbox.guard import PAGE_HEADERS

PAGE_DIR = Path(__file__).resolve().parent.parent / "page"
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


class PageFiles:
    """Serves `page/`: nothing outside of it, and nothing that is not listed by type."""

    def __init__(self, desk: Desk, page_token: str) -> None:
        """Put `page_token` into the page."""
        self._desk = desk
        self._page_token = page_token

    async def index(self, request: web.Request) -> web.Response:
        """The page itself."""
        del request
        html = (PAGE_DIR / "index.html").read_text(encoding="utf-8")
        html = html.replace("{{page_token}}", escape(self._page_token, quote=True))
        html = html.replace("{{team_name}}", escape(self._desk.workspace.seed.team_name, quote=True))
        return web.Response(text=html, content_type="text/html", headers={**PAGE_HEADERS, "Cache-Control": "no-store"})

    async def asset(self, request: web.Request) -> web.Response:
        """A script, a style sheet, a font or a picture of the page."""
        path = (PAGE_DIR / request.match_info["path"]).resolve()
        kind = _TYPES.get(path.suffix)
        if kind is None or not path.is_relative_to(PAGE_DIR) or not path.is_file():
            return web.Response(status=404, text="no such file")
        headers = {**PAGE_HEADERS, "Cache-Control": "no-cache"}
        return web.Response(body=path.read_bytes(), content_type=kind, headers=headers)

    async def permalink(self, request: web.Request) -> web.Response:
        """A message's permalink leads to the page, which scrolls to it."""
        channel, ts = request.match_info["channel"], request.match_info["ts"]
        raise web.HTTPFound(f"/#{channel}/{ts[:-6]}.{ts[-6:]}")
