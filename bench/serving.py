"""`compass serve` as a process of its own, as an operator starts it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox import SandboxServer

READY_S = 30.0


class Served:
    """A running `compass serve`."""

    def __init__(self, process: asyncio.subprocess.Process, ready: str) -> None:
        self.process = process
        self.ready = ready

    @property
    def address(self) -> str:
        """Where it takes requests in HTTP mode."""
        return self.ready.split()[-1]

    async def kill(self) -> None:
        """SIGKILL: no goodbye."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def serve(server: SandboxServer, folder: Path, *options: str) -> AsyncIterator[Served]:
    """Serve the workspace of `server`, with the database in `folder`; only the address is not Slack's."""
    inherited = os.environ  # noqa: TID251 - a child process gets what its parent has
    environment = {
        "PATH": inherited["PATH"],
        "SLACK_BOT_TOKEN": server.bot_token,
        "SLACK_APP_TOKEN": server.app_token,
        "SLACK_SIGNING_SECRET": server.signing_secret,
        "SLACK_API_URL": server.api_url,
        "COMPASS_DATABASE": str(folder / "compass.db"),
        **{name: value for name, value in inherited.items() if name.startswith(("COV_", "COVERAGE_"))},
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "serve", *options),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout
    try:
        async with asyncio.timeout(READY_S):
            line = (await process.stdout.readline()).decode()
        assert "ready" in line
        yield Served(process, line)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()
