"""Starts one service of the shop: `python -m bench.lab.shop.run SETTINGS.json`.

It prints `ready PORT` when it takes requests. On SIGTERM it drains: every answer closes its connection, so that
callers come back to whoever serves the link now, and only then does the process end.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from bench.lab.shop import cart, catalogue, customers, gateway, orders, payment, shipping
from bench.lab.shop.service import Service, Settings

DRAIN_S = 8.0
TRADES: dict[str, Callable[[Service], None]] = {
    "gateway": gateway.install,
    "catalogue": catalogue.install,
    "customers": customers.install,
    "cart": cart.install,
    "orders": orders.install,
    "payment": payment.install,
    "shipping": shipping.install,
    "card-network": payment.install_network,
}


def read_settings(path: Path) -> Settings:
    """The settings that the fleet wrote for this process."""
    given = json.loads(path.read_text())
    return Settings(**{**given, "folder": Path(given["folder"])})


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM, then drain."""
    kind = gateway.GatewayService if settings.service == "gateway" else Service
    service = kind(settings)
    TRADES[settings.service](service)
    runner = web.AppRunner(service.app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    service.journal.info(f"{settings.service} {settings.version} started")
    print(f"ready {runner.addresses[0][1]}", flush=True)
    await stop.wait()
    service.draining = True
    service.journal.info(f"{settings.service} {settings.version} is shutting down, draining connections")
    await asyncio.sleep(DRAIN_S)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(read_settings(Path(sys.argv[1]))))
