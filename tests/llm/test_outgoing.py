"""What leaves for a model was redacted, renamed where that is wanted, and fenced; what comes back has its names again."""

import json
from dataclasses import replace
from typing import Any

import pytest

from agents.llm.model import PydanticModel
from agents.llm.outgoing import Passage, kept
from tests.llm.asking import Asked, Wish, asked, looking_up, tool
from tests.support.secrets import KINDS

NAMES = ("checkout", "orders-db", "db-7.internal")
kinds = pytest.mark.parametrize("kind", ["openai", "azure", "anthropic"])


def renaming(served: Asked) -> Asked:
    """With other names for services."""
    assert isinstance(served.model, PydanticModel)
    return replace(served, model=replace(served.model, pseudonyms=True))


@kinds
async def test_no_secret_reaches_a_provider_in_data_or_in_what_a_tool_found(kind: str) -> None:
    planted = "\n".join(f"o{number}: said {each.text}" for number, each in enumerate(KINDS.values(), start=1))

    async def run(_: Wish) -> str:
        return planted

    async with asked(kind, answerer=looking_up([{"metric": "x"}])) as served:
        await served.ask(data=planted, tools=[tool(run)])
        bodies = b"\n".join(served.provider.bodies).decode()
        assert len(served.provider.bodies) == 2
        assert not [name for name, each in KINDS.items() if json.dumps(each.tells)[1:-1] in bodies]


@kinds
async def test_names_leave_under_others_and_come_back_in_answers_and_wishes(kind: str) -> None:
    wished: list[str] = []

    async def run(wish: Wish) -> str:
        wished.append(wish.metric)
        return "checkout waits for ORDERS-DB at db-7.internal"

    todo = [("query_metric", {"metric": "rate(svc-2_requests_total)"})]
    answer = ("final_result", {"ideas": [{"statement": "svc-1 is full on host-1", "evidence_for": ["o1"]}]})
    async with asked(kind, answerer=lambda _: todo.pop(0) if todo else answer) as served:
        told = await renaming(served).ask(
            data="o1: checkout waits for orders-db on db-7.internal", names=NAMES, tools=[tool(run)]
        )
        bodies = b"\n".join(served.provider.bodies).decode().lower()
    assert wished == ["rate(checkout_requests_total)"]
    assert told.ideas[0].statement == "orders-db is full on db-7.internal"
    assert not [name for name in NAMES if name in bodies]


async def test_without_that_wish_names_leave_as_they_are() -> None:
    async with asked("openai") as served:
        await served.ask(data="o1: checkout is slow", names=NAMES)
        assert b"checkout" in served.provider.bodies[0]


async def test_the_same_question_is_the_same_bytes() -> None:
    async with asked("openai") as served:
        await renaming(served).ask(names=NAMES)
        await renaming(served).ask(names=tuple(reversed(NAMES)))
        assert len(served.provider.bodies) == 1


def test_a_passage_without_names_changes_none() -> None:
    wish: dict[str, Any] = {"metric": "svc-1"}
    assert Passage().wish(wish) == wish


def test_a_body_is_kept_without_secrets_and_can_be_read_again() -> None:
    body = json.dumps({"messages": [{"content": json.dumps({each: KINDS[each].text for each in KINDS})}]})
    read = json.loads(kept(body))["messages"][0]["content"]
    assert not [name for name, each in KINDS.items() if each.tells in read]
    assert kept(kept(body)) == kept(body)
