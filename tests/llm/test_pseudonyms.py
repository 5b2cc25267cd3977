"""Names leave under others, and come back as they were."""

import re

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from agents.llm.pseudonyms import Pseudonyms

_NAMES = st.sets(
    st.sampled_from(
        [
            *(
                "checkout",
                "cart",
                "cart-service",
                "cart-svc",
                "orders-db",
                "Orders",
                "svc",
                "host",
                "unit-7",
                "svc-1",
                "web",
            ),
            *(
                "10.0.0.12",
                "ip-10-0-0-3.eu.internal",
                "db.prod:5432",
                "ÄRGER",
                "straße",
                "node-1",
                "a.b",
                "part",
                "box",
                "svcx",
            ),
        ]
    )
)
_TEXTS = st.lists(
    st.sampled_from(
        [
            *(
                "checkout",
                "Checkout",
                "CHECKOUT",
                "cHeckout",
                "carts",
                "cart-service-7d4",
                "cart_requests_total",
                "orders-db",
            ),
            *(
                "svc-1",
                "SVC-2",
                "svc-01",
                "host-3",
                "unit-7",
                "unit-1",
                "10.0.0.12:80",
                "a.b",
                "Orders",
                "straße",
                "STRASSE",
            ),
            *("ſvc-1", "db.prod:5432", "ip-10-0-0-3.eu.internal", "o12", "-", " ", ".", "/", "\n", "_", "é"),
        ]
    )
    | st.text(max_size=8)
).map("".join)


@given(_NAMES, _TEXTS)
def test_what_was_hidden_comes_back_as_it_was(names: set[str], text: str) -> None:
    pseudonyms = Pseudonyms(names)
    assert pseudonyms.shown(pseudonyms.hidden(text)) == text


@given(_NAMES, _TEXTS, _TEXTS)
def test_no_name_is_left_and_a_later_text_is_hidden_the_same_way(names: set[str], text: str, later: str) -> None:
    pseudonyms = Pseudonyms(names)
    hidden = [pseudonyms.hidden(text), pseudonyms.hidden(later)]
    for name in names:
        word = re.compile(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", re.IGNORECASE)
        assert not any(word.search(each) for each in hidden)
    assert [pseudonyms.shown(each) for each in hidden] == [text, later]


@given(_NAMES, _TEXTS)
def test_the_same_names_give_the_same_text_in_whatever_order(names: set[str], text: str) -> None:
    assert Pseudonyms(sorted(names)).hidden(text) == Pseudonyms(sorted(names, reverse=True)).hidden(text)


def test_services_and_hosts_are_told_apart_and_the_longest_name_counts() -> None:
    pseudonyms = Pseudonyms(["cart", "cart-service", "db.prod"])
    assert pseudonyms.hidden("cart-service calls cart at db.prod; carts and Cart wait") == (
        "svc-1 calls svc-2 at host-1; carts and svc-3 wait"
    )
    assert pseudonyms.hidden("CART") == "SVC-2"
    assert pseudonyms.shown("Svc-2 is slow, svc-99 is unknown") == "cart is slow, svc-99 is unknown"


def test_a_pseudonym_makes_no_word_of_a_name() -> None:
    assert Pseudonyms(["x-svc", "checkout"]).hidden("x-checkout") == "x-unit-1"


class Part(BaseModel):
    service: str
    ids: list[str]


class Told(BaseModel):
    parts: list[Part]
    by: dict[str, str]


def test_every_text_of_a_typed_answer_has_its_names_again() -> None:
    pseudonyms = Pseudonyms(["checkout", "cart"])
    told = Told(parts=[Part(service="svc-1", ids=["o1", "svc-2"])], by={"svc-2": "slow SVC-1"})
    assert pseudonyms.answer(told) == Told(
        parts=[Part(service="checkout", ids=["o1", "cart"])], by={"cart": "slow checkout"}
    )
