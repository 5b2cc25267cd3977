"""The shop's front door: knows the session, forwards to the service that does the work, counts by kind of request."""

from aiohttp import web

from bench.lab.shop.peer import Peer
from bench.lab.shop.service import Service

ROUTES = {
    "GET /products": "browse",
    "GET /products/{sku}": "browse",
    "POST /cart/items": "cart",
    "GET /cart": "cart",
    "POST /checkout": "checkout",
    "GET /orders": "history",
    "GET /orders/{order}": "history",
}


class GatewayService(Service):
    """A service that also counts by kind of request, because that is what its alerts look at."""

    def _measure(self, route: str, status: int, took: float) -> None:
        super()._measure(route, status, took)
        kind = ROUTES.get(route)
        if kind:
            self.meters.count(f"{kind}_requests")
            self.meters.count(f"{kind}_errors", 1 if status >= 500 else 0)
            self.meters.observe(f"{kind}_latency", took)


def install(service: Service) -> None:
    """Add the gateway's routes."""
    for kind in sorted(set(ROUTES.values())):
        service.meters.count(f"{kind}_requests", 0)
        service.meters.count(f"{kind}_errors", 0)
        service.meters.declare_samples(f"{kind}_latency")
    catalogue, customers = Peer(service, "catalogue", 2.0), Peer(service, "customers", 2.0)
    cart, orders = Peer(service, "cart", 3.0), Peer(service, "orders", 5.0)

    async def who(request: web.Request) -> dict[str, str | int]:
        token = {"token": request.headers["X-Session"]}
        found: dict[str, str | int] = await customers.call("POST", "/sessions", token, repeatable=True)
        return found

    async def browse(request: web.Request) -> web.Response:
        return web.json_response(await catalogue.get(request.path_qs))

    async def add(request: web.Request) -> web.Response:
        somebody = await who(request)
        body = await request.json()
        return web.json_response(await cart.call("POST", f"/carts/{somebody['id']}/items", body))

    async def show(request: web.Request) -> web.Response:
        somebody = await who(request)
        return web.json_response(await cart.get(f"/carts/{somebody['id']}"))

    async def checkout(request: web.Request) -> web.Response:
        return web.json_response(await orders.call("POST", "/orders", await who(request)))

    async def history(request: web.Request) -> web.Response:
        somebody = await who(request)
        return web.json_response(await orders.get(f"/customers/{somebody['id']}/orders"))

    async def one_order(request: web.Request) -> web.Response:
        await who(request)
        return web.json_response(await orders.get(f"/orders/{request.match_info['order']}"))

    router = service.app.router
    router.add_get("/products", browse)
    router.add_get("/products/{sku}", browse)
    router.add_post("/cart/items", add)
    router.add_get("/cart", show)
    router.add_post("/checkout", checkout)
    router.add_get("/orders", history)
    router.add_get("/orders/{order}", one_order)
