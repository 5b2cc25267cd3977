"""Who somebody is: checks the signature of a session token and tells the customer's name, address and country."""

import hashlib
import random

from aiohttp import web

from bench.lab.shop.service import RefusalError, Service

CUSTOMERS = 2000
COUNTRIES = ("DE", "DE", "DE", "DE", "FR", "AT", "NL", "CH", "GB", "NO")


def customer(number: int) -> dict[str, str | int]:
    """The n-th customer, the same in every process."""
    dice = random.Random(number)
    country = dice.choice(COUNTRIES)
    return {"id": number, "email": f"customer.{number}@shop.example", "country": country, "postcode": f"{number:05d}"}


def token(number: int) -> str:
    """A session token: the customer's number and a signature that is slow on purpose (PBKDF2)."""
    signature = hashlib.pbkdf2_hmac("sha256", str(number).encode(), b"lab", 1500).hex()[:16]
    return f"{number}.{signature}"


def install(service: Service) -> None:
    """Add the customers' routes."""
    seen: dict[int, int] = {}

    async def session(request: web.Request) -> web.Response:
        given = (await request.json())["token"]
        number = int(given.split(".")[0])
        if token(number) != given:
            service.journal.warning(f"session of customer {number} has a wrong signature")
            raise RefusalError(401, "session not valid")
        seen[number] = seen.get(number, 0) + 1
        if seen[number] % 40 == 0:
            service.journal.warning(f"session of customer {number} expired, renewed it")
        service.journal.access(f"session of customer {number} is valid")
        return web.json_response(customer(number))

    service.app.router.add_post("/sessions", session)
