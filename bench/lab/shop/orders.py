"""Places orders and tells a customer what was ordered before; the only service that owns a database.

A checkout reserves stock first and in a short transaction of its own, so that no row stays locked while the card
network is asked; what cannot be paid gives its stock back.
"""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from bench.lab.shop.peer import Peer
from bench.lab.shop.pool import OrdersPool
from bench.lab.shop.service import RefusalError, Service

RESERVE = "UPDATE stock SET reserved = reserved + 1 WHERE sku = $1"
RELEASE = "UPDATE stock SET reserved = reserved - 1 WHERE sku = $1"
INSERT = (
    "INSERT INTO orders (customer_id, customer_email, total_cents, item_count, note) "
    "VALUES ($1, $2, $3, $4, $5) RETURNING id"
)
HISTORY = (
    "SELECT id, placed_at, total_cents, item_count FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20"
)
HISTORY_BY_EMAIL = (
    "SELECT id, placed_at, total_cents, item_count FROM orders WHERE customer_email ILIKE '%' || $1 || '%' "
    "OR note ILIKE '%' || $1 || '%' ORDER BY placed_at DESC LIMIT 20"
)
ONE = "SELECT id, customer_id, placed_at, total_cents, item_count, note FROM orders WHERE id = $1"


class Orders:
    """The handlers of orders, around one pool."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.pool = OrdersPool(service)
        self._cart = Peer(service, "cart", 2.0)
        self._shipping = Peer(service, "shipping", 2.0)
        self._payment = Peer(service, "payment", 2.0)

    async def place(self, request: web.Request) -> web.Response:
        somebody = await request.json()
        cart = await self._cart.get(f"/carts/{somebody['id']}")
        if not cart["items"]:
            self._service.journal.warning(f"checkout of customer {somebody['id']} with an empty cart")
            raise RefusalError(409, "the cart is empty")
        parcel = {"country": somebody["country"], "items": len(cart["items"])}
        quote = await self._shipping.call("POST", "/quotes", parcel, repeatable=True)
        items = sorted(set(cart["items"]))
        await self._reserve(items)
        cents = cart["total_cents"] + quote["cents"]
        try:
            await self._charge(somebody["id"], cents)
        except RefusalError:
            await self._release(items)
            raise
        order = await self._insert(somebody, cents, len(cart["items"]))
        await self._shipping.call("POST", "/parcels", {"order": order})
        await self._cart.call("DELETE", f"/carts/{somebody['id']}", repeatable=True)
        self._service.journal.info(f"order {order} placed by customer {somebody['id']} for {cents / 100:.2f} EUR")
        return web.json_response({"order": order, "total_cents": cents}, status=201)

    async def history(self, request: web.Request) -> web.Response:
        number = int(request.match_info["customer"])
        async with self.pool.connection() as connection:
            if self._service.has("history_by_email"):
                email = f"customer.{number}@shop.example"
                rows = await self.pool.run(connection, "SELECT orders", HISTORY_BY_EMAIL, email)
            else:
                rows = await self.pool.run(connection, "SELECT orders", HISTORY, number)
        return web.json_response({"orders": [_order(row) for row in rows]})

    async def one(self, request: web.Request) -> web.Response:
        number = int(request.match_info["order"])
        async with self.pool.connection() as connection:
            rows = await self.pool.run(connection, "SELECT order", ONE, number)
        if not rows:
            self._service.journal.warning(f"order {number} not found")
            raise RefusalError(404, f"no order {number}")
        return web.json_response(_order(rows[0]))

    async def _charge(self, customer: int, cents: int) -> None:
        key = f"{customer}-{cents}"
        body = {"customer": customer, "cents": cents, "key": key}
        await self._payment.call("POST", "/charges", body, repeatable=True)

    async def _reserve(self, items: list[str]) -> None:
        async with self.pool.connection() as connection, connection.transaction():
            for item in items:
                await self.pool.run(connection, "UPDATE stock", RESERVE, item)

    async def _release(self, items: list[str]) -> None:
        async with self.pool.connection() as connection, connection.transaction():
            for item in items:
                await self.pool.run(connection, "UPDATE stock", RELEASE, item)

    async def _insert(self, somebody: dict[str, Any], cents: int, count: int) -> int:
        values = (somebody["id"], somebody["email"], cents, count, f"parcel to {somebody['country']}")
        async with self.pool.connection() as connection:
            rows = await self.pool.run(connection, "INSERT orders", INSERT, *values)
        number: int = rows[0]["id"]
        return number


def _order(row: Any) -> dict[str, object]:
    return {"id": row["id"], "placed_at": row["placed_at"].isoformat(), "total_cents": row["total_cents"]}


def install(service: Service) -> None:
    """Add the routes of orders and open its pool with the process."""
    orders = Orders(service)

    async def pool(_app: web.Application) -> AsyncIterator[None]:
        await orders.pool.open()
        yield
        await orders.pool.aclose()

    service.app.cleanup_ctx.append(pool)
    service.app.router.add_post("/orders", orders.place)
    service.app.router.add_get("/customers/{customer}/orders", orders.history)
    service.app.router.add_get("/orders/{order}", orders.one)
