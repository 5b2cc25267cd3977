"""Products, kept in memory: list, search and one by one. Some numbers customers still ask for are long discontinued."""

import random
from dataclasses import asdict, dataclass

from aiohttp import web

from bench.lab.shop.service import RefusalError, Service

PRODUCTS = 600
KINDS = ("lamp", "chair", "desk", "shelf", "rug", "clock", "mirror", "stool", "vase", "plant")
MATERIALS = ("oak", "steel", "wool", "glass", "cork", "linen", "birch", "brass", "clay", "cotton")


@dataclass(frozen=True)
class Product:
    sku: str
    name: str
    text: str
    price_cents: int


def sku(number: int) -> str:
    """The article number of the n-th product."""
    return f"SKU-{10000 + number}"


def build_products() -> dict[str, Product]:
    """The whole range, the same in every process."""
    dice = random.Random(7)
    products = {}
    for number in range(PRODUCTS):
        name = f"{dice.choice(MATERIALS)} {dice.choice(KINDS)} no. {number}"
        text = " ".join(dice.choice(MATERIALS) for _ in range(40))
        products[sku(number)] = Product(sku(number), name, text, dice.randrange(500, 50000))
    return products


def install(service: Service) -> None:
    """Add the catalogue's routes."""
    products = build_products()
    everything = list(products.values())

    async def listing(request: web.Request) -> web.Response:
        word, page = request.query.get("q", ""), int(request.query.get("page", "0"))
        found = [p for p in everything if word in p.text or word in p.name]
        size = int(service.value("page_size", 20))
        shown = [asdict(p) for p in found[page * size : (page + 1) * size]]
        service.journal.access(f"search {word!r} page {page} found {len(found)} products")
        return web.json_response({"total": len(found), "products": shown})

    async def one(request: web.Request) -> web.Response:
        number = request.match_info["sku"]
        if number not in products:
            service.journal.warning(f"product {number} not found")
            raise RefusalError(404, f"no product {number}")
        return web.json_response(asdict(products[number]))

    async def prices(request: web.Request) -> web.Response:
        wanted = (await request.json())["skus"]
        return web.json_response({number: products[number].price_cents for number in wanted if number in products})

    service.app.router.add_get("/products", listing)
    service.app.router.add_get("/products/{sku}", one)
    service.app.router.add_post("/prices", prices)
