"""`python -m bot.sandbox [PORT]`: an empty workspace without an app, for a look at the page."""

import asyncio
import sys

from bot.sandbox.seed import small_team
from bot.sandbox.server import SandboxServer


async def _serve(port: int) -> None:
    async with SandboxServer(small_team(), port=port) as server:
        sys.stdout.write(f"ready: {server.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Serve until Ctrl-C."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
    try:
        asyncio.run(_serve(port))
    except KeyboardInterrupt:
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
