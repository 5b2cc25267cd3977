"""How fast Slack is acknowledged while five investigations run: `python -m bench.acknowledge`.

`compass serve` runs as a process of its own against the look-alike, over Socket Mode and over signed HTTP requests, with the
Web API answering at once and with every call of it taking two seconds. People go on typing while the five run; what is
measured is the time from sending a payload until its acknowledgement arrived.
"""

import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.serving import serve
from bot.bootstrap.look_alike import seed
from bot.sandbox import SandboxServer
from bot.sandbox.api.rates import RateLimits

CHANNEL = "inc-123-checkout"
INCIDENTS = ("INC-123", "INC-124", "INC-125", "INC-127", "INC-128")
ROUNDS = 40
BETWEEN_S = 0.05
TARGET_MS = 500


@asynccontextmanager
async def connected(server: SandboxServer, mode: str) -> AsyncIterator[None]:
    """`compass serve` in that mode, with payloads on their way to it."""
    with tempfile.TemporaryDirectory() as folder:
        async with serve(server, Path(folder), "--mode", mode, "--port", "0") as served:
            if mode == "http":
                await server.deliver_over_http(served.address)
            else:
                await server.wait_connected()
            yield


async def measure(mode: str, slow_s: float) -> list[float]:
    """Milliseconds of every acknowledgement; a payload that was not acknowledged counts as Slack's limit of 3 s."""
    async with SandboxServer(seed(CHANNEL), rates=RateLimits(enabled=False)) as server, connected(server, mode):
        server.slow_api(slow_s)
        outcomes = [await server.run_command("ana", CHANNEL, "/investigate", name) for name in INCIDENTS]
        for number in range(ROUNDS):
            words = ("status", "help", "INC-123 budget=nothing", "history")[number % 4]
            outcomes.append(await server.run_command("ben", CHANNEL, "/investigate", words))
            await asyncio.sleep(BETWEEN_S)
    return [each.seconds * 1000 if each.acknowledged else 3000.0 for each in outcomes]


async def main() -> None:
    """Print a table."""
    print(f"{'way in':<8}{'Web API':<10}{'n':>4}{'median ms':>12}{'p95 ms':>10}{'max ms':>10}")
    worst = 0.0
    for mode in ("socket", "http"):
        for slow_s in (0.0, 2.0):
            times = sorted(await measure(mode, slow_s))
            worst = max(worst, times[-1])
            api = f"{slow_s:.0f} s" if slow_s else "at once"
            p95 = times[int(len(times) * 0.95)]
            print(f"{mode:<8}{api:<10}{len(times):>4}{statistics.median(times):>12.1f}{p95:>10.1f}{times[-1]:>10.1f}")
    print(f"slowest {worst:.0f} ms; to stay under: {TARGET_MS} ms")


if __name__ == "__main__":
    asyncio.run(main())
