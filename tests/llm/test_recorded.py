"""A question is known again by its bytes, and answered by nothing less than a whole answer."""

import json
from typing import Any

import pytest

from agents.llm.recorded import Recorded
from orchestrator.model import ModelCall, digest_of
from tests.support.clock import NOON

ANSWER = '{"choices": []}'


def call(
    request: str, response: str = ANSWER, *, agent_id: str = "database", status: int = 200, no: int = 1
) -> ModelCall:
    return ModelCall(
        call_id=f"{agent_id}-{no}",
        agent_id=agent_id,
        digest=digest_of(request.encode()),
        request=request,
        status=status,
        response=response,
        at=NOON,
    )


def asked(*messages: dict[str, Any]) -> str:
    return json.dumps({"model": "m", "messages": list(messages)})


def openai_lookup(result: str) -> str:
    wish = {"role": "assistant", "tool_calls": [{"id": "t1", "function": {"name": "metric", "arguments": "{}"}}]}
    return asked({"role": "user", "content": "why?"}, wish, {"role": "tool", "tool_call_id": "t1", "content": result})


def anthropic_lookup(result: str) -> str:
    wish = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "metric", "input": {}}]}
    told = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": result}]}
    return asked({"role": "user", "content": "why?"}, wish, told)


def test_the_same_question_of_the_same_agent_is_answered() -> None:
    recorded = Recorded([call("q1", no=1), call("q2", '{"choices": [1]}', no=2)])
    found = recorded.answer("database", digest_of(b"q2"))
    assert found is not None
    assert found.response == '{"choices": [1]}'


def test_another_agent_or_another_question_is_not() -> None:
    recorded = Recorded([call("q1")])
    assert recorded.answer("network", digest_of(b"q1")) is None
    assert recorded.answer("database", digest_of(b"q2")) is None
    assert not recorded.knows("network", digest_of(b"q1"))


def test_of_several_answers_the_latest_counts() -> None:
    recorded = Recorded([call("q1", '{"n": 1}', no=1), call("q1", '{"n": 2}', no=2), call("q1", "", status=0, no=3)])
    found = recorded.answer("database", digest_of(b"q1"))
    assert found is not None
    assert found.call_id == "database-2"


@pytest.mark.parametrize(
    "broken",
    [
        call("q1", "", status=0),
        call("q1", '{"error": {}}', status=500),
        call("q1", '{"error": {}}', status=429),
        call("q1", '{"choices": [{"mess'),
        call("q1", "[]"),
        call("q1", "[" * 100_000),
        call("q1").model_copy(update={"response_cut": True}),
    ],
    ids=["no answer", "server error", "refused", "broke off", "no object", "too deep", "cut"],
)
def test_less_than_a_whole_answer_answers_nothing_but_the_question_is_known(broken: ModelCall) -> None:
    recorded = Recorded([broken])
    assert recorded.answer("database", broken.digest) is None
    assert recorded.knows("database", broken.digest)


@pytest.mark.parametrize("lookup", [openai_lookup, anthropic_lookup])
def test_what_was_looked_up_is_not_asked_for_again_in_a_replay(lookup: Any) -> None:
    recorded = Recorded([call(lookup("pool 20/20 since 14:01"))])
    found = recorded.alike("database", lookup("A replay asks no telemetry."))
    assert found is not None
    assert recorded.alike("network", lookup("A replay asks no telemetry.")) is None
    assert recorded.alike("database", lookup("x").replace("why?", "how?")) is None
    assert recorded.alike("database", lookup("x").replace("t1", "t2")) is None


def test_a_question_without_lookups_is_alike_to_none_but_itself() -> None:
    plain = asked({"role": "user", "content": "why?"})
    assert Recorded([call(plain)]).alike("database", plain) is None
    assert Recorded([call("no json")]).alike("database", "no json") is None


def test_a_request_of_which_only_the_beginning_was_kept_is_alike_to_none() -> None:
    cut = call(openai_lookup("pool")).model_copy(update={"request_cut": True})
    assert Recorded([cut]).alike("database", openai_lookup("other")) is None
