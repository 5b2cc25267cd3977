"""Asking a server: what is sent, what is tried again, and what it sounds like when there is no answer."""

import asyncio
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from agents.sources.wire import (
    Limits,
    Server,
    ServerError,
    ServerSettings,
    Trouble,
    UnreadableError,
    new_session,
)
from orchestrator.errors import AgentExecutionError, SourceUnavailableError
from orchestrator.retry import RetryPolicy
from tests.agents.wire.counterpart import counterpart, says, sends, server_at, waits
from tests.support.clock import HurriedClock

SECRET = "s3cr3t-9f2c"


async def test_a_question_is_answered_with_parsed_json() -> None:
    async with counterpart(says({"a": [1]})) as (partner, url), server_at(url + "prom") as server:
        assert await server.get_json("api/v1/query", {"query": "up == 1", "match[]": ["a", "b"]}) == {"a": [1]}
    (seen,) = partner.seen
    assert (seen.method, seen.path) == ("GET", "/prom/api/v1/query")
    assert seen.query == [("query", "up == 1"), ("match[]", "a"), ("match[]", "b")]


async def test_a_long_query_goes_in_the_body_and_in_the_address_where_no_body_is_taken() -> None:
    async with counterpart(says(), says({}, status=405), says()) as (partner, url), server_at(url) as server:
        for _ in range(3):
            await server.post_json("api/v1/query", {"query": "up", "match[]": ["a", "b"]})
    assert [each.method for each in partner.seen] == ["POST", "POST", "GET", "GET"]
    assert partner.seen[0].form == [("query", "up"), ("match[]", "a"), ("match[]", "b")]
    assert partner.seen[3].query == partner.seen[0].form


@pytest.mark.parametrize(
    ("login", "header"),
    [
        ({"token": SecretStr(SECRET)}, f"Bearer {SECRET}"),
        ({"user": "märz", "password": SecretStr("a:b")}, "Basic bcOkcno6YTpi"),
    ],
)
async def test_the_login_the_tenant_and_extra_headers_are_sent(login: dict[str, object], header: str) -> None:
    async with (
        counterpart() as (partner, url),
        server_at(url, tenant="team-a", headers={"X-Extra": "1"}, **login) as server,
    ):
        await server.get_json("x")
    sent = partner.seen[0].headers
    assert (sent["Authorization"], sent["X-Scope-OrgID"], sent["X-Extra"]) == (header, "team-a", "1")


async def test_one_session_serves_several_servers_and_is_closed_by_whoever_made_it() -> None:
    async with new_session() as session, counterpart() as (_, one), counterpart() as (_, two):
        for url in (one, two):
            async with Server(ServerSettings("Loki", url), HurriedClock(), session=session) as server:
                await server.get_json("x")
        assert not session.closed


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_what_may_be_over_in_a_moment_is_tried_again(status: int) -> None:
    clock = HurriedClock()
    async with counterpart(says({}, status=status), says({"b": 1})) as (partner, url), server_at(url, clock) as server:
        assert await server.get_json("x") == {"b": 1}
    assert len(partner.seen) == 2
    assert len([each for each in clock.waits if each > 0]) == 1


@pytest.mark.parametrize(
    ("status", "trouble", "words"),
    [
        (400, Trouble.REJECTED, "it rejected the query"),
        (401, Trouble.LOGIN, "it asks for a login"),
        (403, Trouble.FORBIDDEN, "it does not let us read this"),
        (404, Trouble.NOT_FOUND, "it has nothing under that path"),
        (422, Trouble.REJECTED, "it rejected the query"),
        (500, Trouble.FAILED, "it failed with status 500"),
    ],
)
async def test_a_refusal_is_sorted_and_not_tried_again(status: int, trouble: Trouble, words: str) -> None:
    async with counterpart(says({"error": SECRET}, status=status)) as (partner, url), server_at(url) as server:
        with pytest.raises(ServerError) as caught:
            await server.get_json("x", what="a range query")
    error = caught.value
    assert (error.trouble, error.answered, error.message) == (
        trouble,
        status,
        f"Prometheus did not answer a range query: {words}.",
    )
    assert error.remedy
    assert SECRET not in str(error) + error.remedy + repr(error.details)
    assert len(partner.seen) == 1
    assert isinstance(error, SourceUnavailableError)


async def test_the_reason_of_a_refusal_is_told_in_words_of_ours() -> None:
    body = {"errorType": "bad_data"}
    async with counterpart(says(body, status=400)) as (_, url), server_at(url) as server:
        with pytest.raises(ServerError, match=r"rejected the query \(400: bad_data\)\.$"):
            await server.get_json("x", explain=lambda status, body: f"{status}: {body['errorType']}")


async def test_an_attempt_without_an_answer_ends_at_its_time() -> None:
    clock = HurriedClock()
    limits = Limits(retry=RetryPolicy(max_attempts=1))
    async with counterpart(waits()) as (partner, url), server_at(url, clock, limits=limits) as server:
        asking = asyncio.ensure_future(server.get_json("x", what="a range query"))
        while not partner.seen:
            await asyncio.sleep(0)
        clock.ring()
        with pytest.raises(ServerError, match="did not answer a range query: no whole answer within 20 s"):
            await asking


async def test_nobody_listening_is_unreachable_and_the_message_tells_no_address() -> None:
    async with counterpart() as (_, url):
        pass
    async with server_at(url) as server:
        with pytest.raises(ServerError, match="it cannot be reached") as caught:
            await server.get_json("x")
        assert caught.value.trouble is Trouble.UNREACHABLE
        assert "COMPASS_PROMETHEUS_URL" in caught.value.remedy
        assert "127.0.0.1" not in caught.value.message + caught.value.remedy
        assert server.asked.queries == 3


class Elsewhere:
    """Implements `Compute` by running it here, and keeps what was run; or fails, as a worker that died would."""

    def __init__(self, *, dies: bool = False) -> None:
        self.ran: list[object] = []
        self._dies = dies

    async def run(self, function: Any, *arguments: Any) -> Any:
        self.ran.append(function)
        if self._dies:
            raise AgentExecutionError("The analysis process ended before it answered.")
        return function(*arguments)


def length(body: bytes, times: int) -> int:
    if body.startswith(b"!"):
        raise UnreadableError("what it sent begins with a bang")
    return len(body) * times


async def test_a_large_answer_is_read_in_another_process_and_a_small_one_here() -> None:
    compute = Elsewhere()
    async with (
        counterpart(sends(b"1" * 300_000), sends(b"1")) as (_, url),
        server_at(url, compute=compute) as server,
    ):
        assert await server.get("x", None, length, 2) == 600_000
        assert await server.post("x", None, length, 3) == 3
    assert compute.ran == [length]


@pytest.mark.parametrize("size", [1, 300_000])
async def test_an_answer_that_is_not_what_it_should_be_is_told_in_the_words_of_its_reader(size: int) -> None:
    async with counterpart(sends(b"!" * size)) as (_, url), server_at(url, compute=Elsewhere()) as server:
        with pytest.raises(
            ServerError, match=r"did not answer log lines: what it sent begins with a bang\.$"
        ) as caught:
            await server.get("x", None, length, 1, what="log lines")
        assert caught.value.trouble is Trouble.UNREADABLE


async def test_a_reader_that_dies_is_told() -> None:
    compute = Elsewhere(dies=True)
    async with counterpart(sends(b"1" * 300_000)) as (_, url), server_at(url, compute=compute) as server:
        with pytest.raises(ServerError, match="its answer could not be read"):
            await server.get("x", None, length, 1)


async def test_every_question_is_a_span_that_says_how_it_ended_and_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    async with counterpart(sends(b"[1]"), says({}, status=400)) as (_, url), server_at(url) as server:
        await server.get_json("x", {"query": SECRET}, what="a range query")
        with pytest.raises(ServerError):
            await server.get_json("x", {"query": SECRET}, what="a list of labels")
    told = [dict(each.attributes or {}) for each in exporter.get_finished_spans()]
    assert told == [
        {
            "compass.server": "Prometheus",
            "compass.question": "a range query",
            "compass.outcome": "answered",
            "compass.bytes": 3,
        },
        {"compass.server": "Prometheus", "compass.question": "a list of labels", "compass.outcome": "rejected"},
    ]
    assert all(not each.events for each in exporter.get_finished_spans())


async def test_a_server_that_was_not_opened_cannot_be_asked() -> None:
    server = server_at("http://127.0.0.1:1")
    with pytest.raises(RuntimeError, match="Prometheus is asked before it was opened"):
        await server.get_json("x")
    await server.aclose()
