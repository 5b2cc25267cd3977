"""Quotes what a parcel costs to a country and books it, from a table of tariff zones."""

import random

from aiohttp import web

from bench.lab.shop.service import RefusalError, Service

ZONES = {"DE": 1, "AT": 2, "FR": 2, "NL": 2, "CH": 3, "GB": 3, "NO": 3}
TARIFF_CENTS = {1: 490, 2: 990, 3: 1690}
SURCHARGE_CENTS = {1: 0, 2: 120}


def quote_cents(country: str, items: int, *, surcharges: bool) -> int:
    """The price of a parcel; raises KeyError for a zone that a table does not know."""
    zone = ZONES[country]
    cents = TARIFF_CENTS[zone] + 50 * items
    if surcharges:
        cents += SURCHARGE_CENTS[zone]
    return cents


def install(service: Service) -> None:
    """Add the shipping's routes."""
    dice = random.Random()

    async def quote(request: web.Request) -> web.Response:
        body = await request.json()
        if body["country"] not in ZONES:
            raise RefusalError(422, f"we do not ship to {body['country']}")
        cents = quote_cents(body["country"], body["items"], surcharges=service.has("zone_surcharges"))
        service.journal.access(f"quoted {cents} cents to {body['country']} for {body['items']} items")
        return web.json_response({"cents": cents})

    async def book(request: web.Request) -> web.Response:
        body = await request.json()
        if dice.random() < 0.02:
            service.journal.warning(f"pickup slot for order {body['order']} is taken, moved to the next day")
        service.journal.info(f"booked parcel P{dice.randrange(10**7):07d} for order {body['order']}")
        return web.json_response({"booked": True})

    service.app.router.add_post("/quotes", quote)
    service.app.router.add_post("/parcels", book)
