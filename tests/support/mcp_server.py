"""A real MCP server with a few tools, over HTTP on loopback or, run as a program, over its standard streams."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mcp.server import MCPServer
from mcp.types import ToolAnnotations

READS = ToolAnnotations(read_only_hint=True)
SECRET = "token=abcdef1234567890"


def server() -> MCPServer:
    """Its tools: two that say they read, one that says it writes, one that says nothing."""
    made = MCPServer("boards")

    @made.tool(annotations=READS, description="Finds dashboards by a word.")
    def find_boards(word: str, limit: int = 3) -> str:
        return f"{limit} boards with {word}\n{SECRET} bob@example.com\x1b[2J"

    @made.tool(annotations=READS, description="Tells what it sees of its surroundings.")
    def surroundings(names: list[str]) -> str:
        return "\n".join(os.environ.get(each, "not set") for each in names)  # noqa: TID251 - it is asked just that

    @made.tool(annotations=READS)
    def endless(size: int) -> str:
        return "line of text\n" * size

    @made.tool(annotations=READS)
    def failing() -> str:
        raise ValueError("the board is gone")

    @made.tool(annotations=READS)
    async def sleeping() -> str:
        await asyncio.Event().wait()
        return ""

    @made.tool(annotations=ToolAnnotations(read_only_hint=False))
    def delete_board(board: str) -> str:
        return f"deleted {board}"

    @made.tool()
    def silent_about_itself() -> str:
        return "said nothing"

    return made


@contextmanager
def over_http(token: str = "") -> Iterator[str]:
    """The address of one, which asks for that bearer if there is one."""
    import uvicorn

    app: Any = server().streamable_http_app()

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        if scope["type"] == "http" and token and headers.get(b"authorization") != f"Bearer {token}".encode():
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b"who are you?"})
            return
        await app(scope, receive, send)

    running = uvicorn.Server(uvicorn.Config(guarded, host="127.0.0.1", port=0, log_level="error", lifespan="on"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        thread.join(0.01)
        assert thread.is_alive(), "it did not start"
    try:
        port = running.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        running.force_exit = running.should_exit = True
        thread.join(10)


if __name__ == "__main__":
    server().run("stdio")
