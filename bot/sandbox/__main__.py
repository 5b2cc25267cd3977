"""`python -m bot.sandbox [PORT]`: an empty workspace without an app, for a look at the page."""

import argparse
import asyncio
import sys

from bot.sandbox.seed import small_team
from bot.sandbox.server import SandboxServer

HIGHEST_PORT = 65535


async def _serve(port: int) -> None:
    async with SandboxServer(small_team(), port=port) as server:
        sys.stdout.write(f"ready: {server.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"must be a number from 0 to {HIGHEST_PORT}")
    return int(text)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.sandbox", description="An empty workspace without an app, for a look at the page."
    )
    parser.add_argument("port", nargs="?", type=_port, default=8765, help="0 takes a free one (default: %(default)s)")
    port = parser.parse_args().port
    try:
        asyncio.run(_serve(port))
    except KeyboardInterrupt:
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
