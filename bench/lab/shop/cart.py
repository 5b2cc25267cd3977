"""Carts, kept in memory and bounded: the oldest item goes when a cart is full. Prices come from the catalogue."""

from collections import deque

from aiohttp import web

from bench.lab.shop.peer import Peer
from bench.lab.shop.service import Service

CART_SIZE = 6


def install(service: Service) -> None:
    """Add the cart's routes."""
    catalogue = Peer(service, "catalogue", timeout_s=2.0)
    carts: dict[int, deque[str]] = {}
    recent: deque[int] = deque()

    def open_cart(number: int) -> deque[str]:
        if number not in carts:
            recent.append(number)
            if len(recent) > 500:
                carts.pop(recent.popleft(), None)
            carts[number] = deque(maxlen=CART_SIZE)
        return carts[number]

    async def add(request: web.Request) -> web.Response:
        number, wanted = int(request.match_info["customer"]), (await request.json())["sku"]
        product = await catalogue.get(f"/products/{wanted}")
        cart = open_cart(number)
        if len(cart) == CART_SIZE:
            service.journal.warning(f"cart of customer {number} is full, dropped {cart[0]}")
        cart.append(product["sku"])
        service.journal.access(f"added {wanted} to cart of customer {number}, now {len(cart)} items")
        return web.json_response({"items": list(cart)})

    async def show(request: web.Request) -> web.Response:
        number = int(request.match_info["customer"])
        items = list(carts.get(number, ()))
        prices = await catalogue.call("POST", "/prices", {"skus": items}, repeatable=True) if items else {}
        return web.json_response({"items": items, "total_cents": sum(prices.get(item, 0) for item in items)})

    async def empty(request: web.Request) -> web.Response:
        carts.get(int(request.match_info["customer"]), deque()).clear()
        return web.json_response({})

    service.app.router.add_post("/carts/{customer}/items", add)
    service.app.router.add_get("/carts/{customer}", show)
    service.app.router.add_delete("/carts/{customer}", empty)
