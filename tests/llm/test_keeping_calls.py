"""Every attempt stands in the journal, redacted; what was answered is not asked, nor paid for, again."""

import asyncio
import json

import pytest

from orchestrator.errors import ModelAnswerError, ModelUnavailableError
from orchestrator.model import ModelCall, digest_of
from tests.llm.asking import CHOICES, asked
from tests.llm.servers import Held, LocalProvider, OpenAI, breaks_json, refuses, tells_what_it_was_sent
from tests.llm.wiring import PROMPT, Line, line


async def calls(paid: Line) -> list[ModelCall]:
    assert paid.record is not None
    return list(await paid.record.journal.calls_of("T1", "inv-1"))


async def test_a_call_is_kept_under_the_ledgers_name_with_what_was_asked_and_answered() -> None:
    async with line(LocalProvider(OpenAI())) as paid:
        response = await paid.ask()
        (call,) = await calls(paid)
        assert call.call_id == paid.ledger.last.call_id
        assert (call.agent_id, call.purpose, call.model) == ("database", "hypothesise", "openai:gpt-4o-mini")
        assert (call.prompt, call.prompt_digest) == (PROMPT.name, PROMPT.digest)
        assert (call.status, call.digest) == (200, digest_of(paid.provider.bodies[0]))
        assert json.loads(call.response) == response.json()


async def test_every_attempt_is_kept() -> None:
    async with line(LocalProvider(OpenAI(), [refuses(500), refuses(429)])) as paid:
        await paid.ask()
        assert [each.status for each in await calls(paid)] == [500, 429, 200]


async def test_a_call_is_kept_before_it_is_sent() -> None:
    held = Held()
    async with line(LocalProvider(OpenAI(), [held])) as paid:
        task = asyncio.create_task(paid.ask())
        await held.arrived.wait()
        (call,) = await calls(paid)
        assert (call.status, call.response) == (0, "")
        held.release()
        await task


async def test_bodies_are_redacted_and_known_again_all_the_same() -> None:
    async with line(LocalProvider(OpenAI(), [refuses(400)])) as paid:
        with pytest.raises(ModelUnavailableError):
            await paid.ask("the secret")
        await paid.ask("the secret")
        await paid.ask("the secret")
        first, second = await calls(paid)
        assert "secret" not in first.request + first.response + second.request + second.response
        assert len(paid.provider.bills) == 1


@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("kind", CHOICES)
async def test_a_key_that_a_server_sends_back_is_not_kept(kind: str, status: int) -> None:
    """This one is of no form that anybody knows for a key's: those of Azure look like the id of a trace."""
    key = "3f9c1b7de4a24d0c9a5be81f60c7a2d4"
    async with asked(kind, *[tells_what_it_was_sent(status)] * 3, key=key) as served:
        with pytest.raises((ModelUnavailableError, ModelAnswerError)):
            await served.ask()
        kept = await served.store.calls_of("T1", "inv-1")
        assert key in str(served.provider.heads)
        assert all("<secret>" in each.response and key not in each.response for each in kept)


async def test_the_same_question_is_answered_from_the_journal_and_not_paid_for() -> None:
    async with line(LocalProvider(OpenAI())) as paid:
        first = await paid.ask()
        again = await paid.ask()
        assert again.json() == first.json()
        assert len(paid.provider.bills) == len(paid.ledger.entries) == 1


@pytest.mark.parametrize("bad", [refuses(400), breaks_json])
async def test_what_brought_no_answer_is_asked_again(bad: object) -> None:
    async with line(LocalProvider(OpenAI(), [bad])) as paid:  # type: ignore[list-item]
        for _ in range(2):
            try:
                await paid.ask()
            except ModelUnavailableError:
                continue
        assert len(paid.provider.heads) == 2


async def test_a_call_that_cannot_be_kept_is_not_sent() -> None:
    async with line(LocalProvider(OpenAI())) as paid:
        await paid.ask()
        assert paid.record is not None
        await paid.record.journal.aclose()  # type: ignore[attr-defined]
        with pytest.raises(Exception, match="not open"):
            await paid.ask("another")
        assert len(paid.provider.heads) == 1
