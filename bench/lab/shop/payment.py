"""Charges a card through the external card network. A declined card is a 402 and a normal part of the day."""

import asyncio
import random

from aiohttp import web

from bench.lab.shop.peer import Peer
from bench.lab.shop.service import RefusalError, Service


def install(service: Service) -> None:
    """Add the payment's routes."""
    network = Peer(service, "card-network", timeout_s=1.5)

    async def charge(request: web.Request) -> web.Response:
        body = await request.json()
        answer = await network.call("POST", "/authorise", body, repeatable=True)
        if answer["fraud_score"] is None:
            service.journal.error(f"fraud score missing in answer for charge {body['key']}, fell back to rules")
        if not answer["approved"]:
            service.journal.warning(f"card of customer {body['customer']} declined: {answer['reason']}")
            raise RefusalError(402, f"card declined: {answer['reason']}")
        service.journal.access(f"charged {body['cents'] / 100:.2f} EUR to customer {body['customer']} ({body['key']})")
        return web.json_response({"authorisation": answer["code"]})

    service.app.router.add_post("/charges", charge)


def install_network(service: Service) -> None:
    """Add the route of the card network, which stands for a company outside the shop: slow by nature, sometimes no."""
    dice = random.Random()

    async def authorise(request: web.Request) -> web.Response:
        body = await request.json()
        await asyncio.sleep(min(0.4, dice.lognormvariate(-2.9, 0.25)))
        approved = dice.random() > 0.03
        reason = None if approved else dice.choice(("insufficient funds", "expired card", "limit reached"))
        score = None if dice.random() < 0.01 else round(dice.random(), 2)
        code = f"A{dice.randrange(10**8):08d}"
        return web.json_response(
            {"approved": approved, "reason": reason, "fraud_score": score, "code": code, "key": body["key"]}
        )

    service.app.router.add_post("/authorise", authorise)
