"""Which services a sentence is about: what it rules out is none of them, and a service's database is another service."""

from zoneinfo import ZoneInfo

import pytest

from orchestrator.parameters import Known, read_words
from tests.support.clock import NOON

KNOWN = Known(
    services=("auth", "cart", "checkout", "ledger", "orders", "orders-db", "payments-api", "search", "user-database")
)


def _services(text: str) -> tuple[str, ...]:
    return read_words(text, now=NOON, zone=ZoneInfo("UTC"), known=KNOWN).parameters.affected_services


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("neither cart nor search is slow", ()),
        ("checkout is slow, neither cart nor search", ("checkout",)),
        ("checkout is slow. Neither cart, search nor auth is.", ("checkout",)),
        ("neither the cart service, nor payments-api, but checkout is slow", ("checkout",)),
        ("neither cart nor search, orders is slow", ("orders",)),
        ("checkout is down, nor is search well", ("checkout", "search")),
    ],
)
def test_of_a_list_of_neither_none_is_taken(text: str, services: tuple[str, ...]) -> None:
    assert _services(text) == services


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("the database of orders is blocked", ("orders-db",)),
        ("Database of the orders service is blocked", ("orders-db",)),
        ("the db behind order is blocked", ("orders-db",)),
        ("the database of users is blocked", ("user-database",)),
        ("the databases of orders and cart are blocked", ("orders-db", "cart")),
        ("the database of ledger is blocked", ("ledger",)),
        ("checkout is slow, not the database of orders", ("checkout",)),
        ("neither the database of orders nor cart is slow", ()),
    ],
)
def test_the_database_of_a_service_is_the_one_called_so_where_it_is_known(text: str, services: tuple[str, ...]) -> None:
    assert _services(text) == services


def test_a_typed_name_that_is_in_several_others_is_a_question() -> None:
    known = Known(services=("payments-api", "payments-worker"))
    (question,) = read_words("500s services=payments", now=NOON, zone=ZoneInfo("UTC"), known=known).questions
    assert [each.label for each in question.choices] == ["payments-api", "payments-worker"]
