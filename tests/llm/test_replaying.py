"""The wire of a replay answers what was answered, says what was never asked, and sends and spends nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from agents.llm.recorded import Recorded, Rerun, Unasked
from agents.llm.wire.asking import Asking, asking
from agents.llm.wire.replaying import RecordedTransport
from orchestrator.errors import ModelUnavailableError
from orchestrator.model import ModelCall
from tests.llm.test_recorded import ANSWER, asked, call, openai_lookup
from tests.llm.wiring import PRICE, PROMPT, Ledger


class Replay:
    """A client over the record, as an SDK holds one."""

    def __init__(self, calls: Sequence[ModelCall], client: httpx2.AsyncClient, rerun: Rerun) -> None:
        self.client, self.rerun, self.ledger = client, rerun, Ledger("0")
        self.question = Asking(self.ledger.account, "openai:m", "hypothesise", PROMPT, PRICE, 60.0)

    async def ask(self, body: str) -> httpx2.Response:
        with asking(self.question):
            return await self.client.post("http://127.0.0.1:1/chat/completions", content=body.encode())


@asynccontextmanager
async def replaying(*calls: ModelCall, redact: Any = str) -> AsyncIterator[Replay]:
    rerun = Rerun(Recorded(calls), redact)
    async with httpx2.AsyncClient(transport=RecordedTransport(rerun, "database")) as client:
        yield Replay(calls, client, rerun)


async def test_what_was_answered_is_answered_again_for_nothing() -> None:
    async with replaying(call("q1")) as replay:
        response = await replay.ask("q1")
        assert (response.status_code, response.text) == (200, ANSWER)
        assert replay.ledger.entries == {}
        assert replay.rerun.unasked == []


async def test_what_was_never_asked_is_noted_with_the_prompt_of_today() -> None:
    async with replaying(call("q1")) as replay:
        with pytest.raises(ModelUnavailableError, match="never asked"):
            await replay.ask("q2")
        assert replay.rerun.unasked == [Unasked("database", "hypothesise", PROMPT)]
        assert isinstance(replay.question.failure, ModelUnavailableError)


async def test_what_was_asked_and_not_answered_is_not_answered_now_and_has_not_changed() -> None:
    async with replaying(call("q1", "", status=503)) as replay:
        with pytest.raises(ModelUnavailableError, match="did not answer that in the run either"):
            await replay.ask("q1")
        assert replay.rerun.unasked == []


async def test_what_was_looked_up_then_is_taken_from_the_record() -> None:
    kept = call(openai_lookup("pool of ana@example.org").replace("ana@example.org", "<email>"))
    async with replaying(kept, redact=lambda text: text.replace("ana@example.org", "<email>")) as replay:
        response = await replay.ask(openai_lookup("A replay asks no telemetry. ana@example.org"))
        assert response.text == ANSWER


async def test_a_request_outside_of_a_question_is_not_answered() -> None:
    async with replaying(call("q1")) as replay:
        with pytest.raises(ModelUnavailableError, match="outside of a question"):
            await replay.client.post("http://127.0.0.1:1/x", content=asked().encode())
