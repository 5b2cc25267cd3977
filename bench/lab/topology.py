"""Which services the lab shop has and which of them call which.

One table, so that proxy, fleet, scraper and recorder can never disagree about the links. Every arrow is a link of its
own through the TCP proxy, because trouble on a network has two ends.
"""

from dataclasses import dataclass

DATABASE = "orders-db"
PROVIDER = "card-network"
HTTP_SERVICES = ("gateway", "catalogue", "customers", "cart", "orders", "payment", "shipping")
CANDIDATES = (*HTTP_SERVICES, DATABASE)


@dataclass(frozen=True)
class Arrow:
    """One caller and one callee; `name` is how the proxy and the truth write it."""

    caller: str
    callee: str

    @property
    def name(self) -> str:
        return f"{self.caller}->{self.callee}"


EDGE = Arrow("users", "gateway")
ARROWS = (
    Arrow("gateway", "catalogue"),
    Arrow("gateway", "customers"),
    Arrow("gateway", "cart"),
    Arrow("gateway", "orders"),
    Arrow("cart", "catalogue"),
    Arrow("orders", "cart"),
    Arrow("orders", "shipping"),
    Arrow("orders", "payment"),
    Arrow("orders", DATABASE),
    Arrow("payment", PROVIDER),
)


def callees(service: str) -> tuple[str, ...]:
    """The services that `service` calls, in the order of the table."""
    return tuple(arrow.callee for arrow in ARROWS if arrow.caller == service)
