"""Which services a person means: one that fits is taken, of several people are asked, and nobody is made up."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.context import mentioned
from orchestrator.context.catalogue import unknown
from orchestrator.model import Topology
from orchestrator.naming import Meant, meant
from orchestrator.parameters import Known, read_words
from tests.support.clock import NOON

SHOP = ("checkoutservice", "orders", "orders-db", "payment-api", "payment-service", "worker-3", "web")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("orders", "orders"),
        ("ORDERS", "orders"),
        ("Orders_DB", "orders-db"),
        ("checkout", "checkoutservice"),
        ("checkout-service", "checkoutservice"),
        ("chekoutservice", "checkoutservice"),
        ("orders-service", "orders"),
        ("paymentservice", "payment-service"),
        ("order", "orders"),
    ],
)
def test_one_name_that_fits_is_meant(typed: str, name: str) -> None:
    assert meant(typed, SHOP) == Meant(name)


def test_of_several_that_fit_none_is_taken() -> None:
    assert meant("payment", SHOP) == Meant(near=("payment-api", "payment-service"))
    assert meant("ordersc", ("ordersa", "ordersb")) == Meant(near=("ordersa", "ordersb"))


def test_a_name_within_a_longer_one_and_another_number_are_other_services() -> None:
    assert meant("orders", ("orders-db",)) == Meant(near=("orders-db",))
    assert meant("worker-4", SHOP) == Meant()
    assert meant("payment-api", ("payment-service",)).name == ""
    assert meant("nothing-alike", SHOP) == Meant()
    assert meant("orders", ()) == Meant()


@pytest.mark.parametrize(
    ("typed", "known", "found"),
    [
        ("redis", ("redis-cache",), Meant("redis-cache")),
        ("gateway", ("api-gateway", "web"), Meant("api-gateway")),
        ("shipping", ("shipping-service", "shipping-db"), Meant("shipping-service")),
        ("cart", ("acme-cart",), Meant("acme-cart")),
        ("db", ("orders-db",), Meant("orders-db")),
        ("db", ("orders-db", "users-db"), Meant(near=("orders-db", "users-db"))),
        ("payments", ("payments-api", "payments-db"), Meant(near=("payments-api", "payments-db"))),
        ("payments", ("payments-worker",), Meant(near=("payments-worker",))),
        ("shop", ("shop-cache",), Meant(near=("shop-cache",))),
    ],
)
def test_a_part_fits_where_the_rest_only_says_the_kind(typed: str, known: tuple[str, ...], found: Meant) -> None:
    assert meant(typed, known) == meant(typed, known[::-1]) == found


def test_orders_is_never_put_on_its_database_silently() -> None:
    known = Known(services=("orders-db",))
    said = read_words("orders is slow", now=NOON, zone=ZoneInfo("UTC"), known=known)
    assert said.parameters.affected_services == ()
    assert [choice.option for each in said.questions for choice in each.choices] == ["services=orders-db"]
    typed = read_words("INC-1 services=orders", now=NOON, zone=ZoneInfo("UTC"), known=known)
    assert (typed.parameters.affected_services, typed.questions) == (("orders",), ())


@given(st.sampled_from(SHOP), st.sampled_from(("-", "_", ".", " ")), st.booleans())
def test_a_known_name_is_meant_in_every_spelling(name: str, between: str, loud: bool) -> None:
    typed = name.replace("-", between)
    assert meant(typed.upper() if loud else typed, SHOP) == Meant(name)


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=6))
def test_whatever_is_typed_only_known_names_are_meant(text: str, known: list[str]) -> None:
    found = meant(text, known)
    sure, doubtful = mentioned(text, known)
    assert {found.name, *found.near, *sure, *doubtful} <= {"", *known}


@pytest.mark.parametrize(
    ("title", "sure", "doubtful"),
    [
        ("checkout 5xx", ("checkoutservice",), ()),
        ("Orders DB slow, then web", ("orders-db", "web"), ()),
        ("orders: timeouts to orders-db", ("orders", "orders-db"), ()),
        ("payment fails", (), ("payment-api", "payment-service")),
        ("payment-api fails", ("payment-api",), ()),
        ("reorders and preorders", (), ()),
        ("something is slow", (), ()),
        ("", (), ()),
    ],
)
def test_a_title_names_services_by_their_whole_names(
    title: str, sure: tuple[str, ...], doubtful: tuple[str, ...]
) -> None:
    assert mentioned(title, SHOP) == (sure, doubtful)


def test_where_two_fit_the_report_asks() -> None:
    known = Topology(services=SHOP)
    assert unknown(known, ["payment"]) == ("No telemetry of payment; did you mean payment-api or payment-service?",)
    assert unknown(known, [], "payment fails") == (
        "Which service the title means: payment-api or payment-service? Say it with services=",
    )
    assert unknown(known, [], "orders fail") == unknown(known, ["orders"], "payment fails") == ()
