"""The load: customers arrive as a Poisson process and walk through the shop. `python -m bench.lab.load PORT SEED RATE`.

Open loop: a slow shop does not make customers arrive more slowly, so queues build up as they do in earnest. Within a
journey a customer waits for one answer before the next request, thinks a little, and leaves after a failure.
"""

import asyncio
import math
import random
import sys
from collections.abc import AsyncIterator

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from bench.lab.database import ORDERS
from bench.lab.shop.catalogue import KINDS, MATERIALS, PRODUCTS, sku
from bench.lab.shop.customers import CUSTOMERS, token

JOURNEYS = {"browse": 28, "add": 14, "checkout": 28, "history": 30}
THINK_S = 0.7
SWING = 0.12
SWING_PERIOD_S = 170.0


async def arrivals(rate: float, dice: random.Random) -> AsyncIterator[str]:
    """Yield kinds of journeys for ever, `rate` a second on average, with a slow mild swing around it."""
    loop = asyncio.get_running_loop()
    began = due = loop.time()
    while True:
        now_rate = rate * (1 + SWING * math.sin(2 * math.pi * (due - began) / SWING_PERIOD_S))
        due += dice.expovariate(now_rate)
        await asyncio.sleep(max(0.0, due - loop.time()))
        yield dice.choices(list(JOURNEYS), list(JOURNEYS.values()))[0]


class Customer:
    """One customer on one journey."""

    def __init__(self, session: ClientSession, port: int, dice: random.Random) -> None:
        self._session = session
        self._base = f"http://127.0.0.1:{port}"
        self._dice = dice
        self._headers = {"X-Session": token(dice.randrange(CUSTOMERS))}

    async def walk(self, kind: str) -> None:
        """Make the requests of a journey; the first one that fails ends it."""
        steps = {"browse": self._browse, "add": self._add, "checkout": self._checkout, "history": self._history}
        async for method, path, body in steps[kind]():
            if not await self._ask(method, path, body):
                return
            await asyncio.sleep(self._dice.expovariate(1 / THINK_S))

    async def _browse(self) -> AsyncIterator[tuple[str, str, object]]:
        word = self._dice.choice(KINDS + MATERIALS)
        yield "GET", f"/products?q={word}&page={self._dice.randrange(3)}", None
        for _ in range(2):
            yield "GET", f"/products/{self._article()}", None

    async def _add(self) -> AsyncIterator[tuple[str, str, object]]:
        yield "GET", f"/products/{self._article()}", None
        yield "POST", "/cart/items", {"sku": self._article()}
        yield "GET", "/cart", None

    async def _checkout(self) -> AsyncIterator[tuple[str, str, object]]:
        yield "POST", "/cart/items", {"sku": sku(self._dice.randrange(PRODUCTS))}
        yield "POST", "/checkout", {}

    async def _history(self) -> AsyncIterator[tuple[str, str, object]]:
        yield "GET", "/orders", None
        yield "GET", f"/orders/{self._dice.randrange(1, int(ORDERS * 1.01))}", None

    def _article(self) -> str:
        return sku(self._dice.randrange(int(PRODUCTS * 1.02)))

    async def _ask(self, method: str, path: str, body: object) -> bool:
        try:
            async with self._session.request(method, self._base + path, json=body, headers=self._headers) as response:
                await response.read()
                return response.status < 400
        except (ClientError, TimeoutError):
            return False


async def run(port: int, seed: int, rate: float) -> None:
    """Send customers until the process is ended."""
    dice = random.Random(seed)
    async with ClientSession(connector=TCPConnector(limit=500), timeout=ClientTimeout(total=10)) as session:
        print("ready 0", flush=True)
        walking: set[asyncio.Task[None]] = set()
        async for kind in arrivals(rate, dice):
            journey = asyncio.create_task(Customer(session, port, dice).walk(kind))
            walking.add(journey)
            journey.add_done_callback(walking.discard)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
