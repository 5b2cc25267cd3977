"""Servers that misbehave: whatever they send, the caller gets an error of ours, soon, and memory stays where it is."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from agents.sources.wire import Limits, ServerError, Trouble
from orchestrator.retry import RetryPolicy
from tests.agents.wire.counterpart import Handler, counterpart, says, sends, server_at
from tests.support.clock import HurriedClock

SECRET = "s3cr3t-9f2c"
ONCE = RetryPolicy(max_attempts=1)
SMALL = Limits(answer_bytes=2**20, retry=ONCE)
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw(talk: Talk) -> AsyncIterator[str]:
    """A server that says what it likes, HTTP or not."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        server.close_clients() if hasattr(server, "close_clients") else None


def writes(*parts: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for each in parts:
            writer.write(each)
        await writer.drain()

    return talk


async def trouble_with(url: str, **more: Any) -> ServerError:
    more.setdefault("limits", SMALL)
    async with server_at(url, **more) as server:
        with pytest.raises(ServerError) as caught:
            await server.get_json("api/v1/query", what="a range query")
    error = caught.value
    assert error.message.startswith("Prometheus did not answer a range query: ")
    assert error.remedy
    assert SECRET not in error.message + error.remedy + str(error.details)
    return error


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("parts", "trouble"),
    [
        ([b"\x00\x01\x02 this is no HTTP\r\n\r\n"], Trouble.UNREADABLE),
        ([b""], Trouble.UNREACHABLE),
        ([b"HTTP/1.1 200"], Trouble.UNREACHABLE),
        ([OK, b"Content-Length: 100\r\n\r\n", b'{"status": "succ'], Trouble.UNREACHABLE),
        ([OK, b"Content-Length: 16\r\n\r\n", b'{"status": "succ'], Trouble.UNREADABLE),
        ([OK, b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\nno chunk\r\n"], Trouble.UNREADABLE),
        ([OK, b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\n", b"not gzip!"], Trouble.UNREACHABLE),
        ([OK, b"X: " + b"y" * 100_000 + b"\r\n\r\n{}"], Trouble.UNREADABLE),
        ([OK, b"Content-Length: 0\r\n\r\n"], Trouble.UNREADABLE),
    ],
    ids=[
        "no HTTP",
        "nothing",
        "half a status",
        "half a body",
        "half JSON",
        "no chunk",
        "no gzip",
        "long header",
        "empty",
    ],
)
async def test_what_is_no_answer_is_told_as_none(parts: list[bytes], trouble: Trouble) -> None:
    async with raw(writes(*parts)) as url:
        assert (await trouble_with(url)).trouble is trouble


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Sign in</body></html>",
        b"[" * 200_000,
        b"\xff\xfe\x00",
        b"9" * 10_000,
        b'{"a": 1} {"b": 2}',
    ],
    ids=["HTML", "deep", "no text", "long number", "two answers"],
)
async def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    async with counterpart(sends(body, "text/html")) as (_, url):
        error = await trouble_with(url)
    assert error.trouble is Trouble.UNREADABLE
    assert "COMPASS_PROMETHEUS_URL" in error.remedy


async def test_json_of_the_wrong_content_type_is_read_all_the_same() -> None:
    async with counterpart(sends(b'{"a": 1}', "text/plain")) as (_, url), server_at(url) as server:
        assert await server.get_json("x") == {"a": 1}


async def test_a_connection_that_is_reset_is_tried_again_and_then_given_up() -> None:
    tried = []

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tried.append(1)
        writer.write(OK + b"Content-Length: 100\r\n\r\n{")
        await writer.drain()
        writer.transport.abort()

    async with raw(reset) as url:
        error = await trouble_with(url, limits=Limits())
    assert error.trouble is Trouble.UNREACHABLE
    assert len(tried) == 3


async def test_a_slow_drip_ends_at_the_time_of_an_attempt() -> None:
    clock, dripping = HurriedClock(), asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 1000000\r\n\r\n[")
        await writer.drain()
        dripping.set()
        while not writer.is_closing() and not reader.at_eof():
            writer.write(b" ")
            await asyncio.sleep(0)

    async with raw(drip) as url, server_at(url, clock, limits=SMALL) as server:
        asking = asyncio.ensure_future(server.get_json("x"))
        await dripping.wait()
        clock.ring()
        with pytest.raises(ServerError, match="no whole answer within 20 s"):
            await asking


def endless(piece: bytes) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200 * 2**20 // len(piece)):
            await response.write(piece)
        return response

    return handler


async def test_an_answer_of_two_hundred_megabytes_is_cut_off_at_the_limit() -> None:
    async with counterpart(endless(b" " * 2**16)) as (_, url), server_at(url, limits=SMALL) as server:
        with pytest.raises(ServerError, match=r"its answer is larger than 1 MiB\.$") as caught:
            await server.get_json("x")
        assert caught.value.trouble is Trouble.TOO_LARGE
        assert server.asked.read_bytes <= 2**20 + 2**16
        assert server.asked.queries == 1


async def test_a_gzip_bomb_is_cut_off_at_the_limit() -> None:
    bomb = gzip.compress(b" " * (100 * 2**20), 1)
    async with (
        counterpart(sends(bomb, Content_Encoding="gzip")) as (_, url),
        server_at(url, limits=SMALL) as server,
    ):
        with pytest.raises(ServerError, match="larger than 1 MiB"):
            await server.get_json("x")
        assert server.asked.read_bytes <= 2**20 + 2**16


async def test_a_refusal_of_two_hundred_megabytes_is_not_read() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=400)
        await response.prepare(request)
        while True:
            await response.write(b"x" * 2**16)

    async with counterpart(handler) as (_, url), server_at(url) as server:
        with pytest.raises(ServerError, match="rejected the query"):
            await server.get_json("x", explain=lambda status, body: "never")
        assert server.asked.read_bytes <= 2**18


async def test_a_server_that_fails_for_ever_is_asked_a_few_times_and_then_left_alone() -> None:
    clock = HurriedClock()
    async with counterpart(says({}, status=500)) as (partner, url), server_at(url, clock) as server:
        for _ in range(50):
            with pytest.raises(ServerError):
                await server.get_json("x")
        assert len(partner.seen) == 5
        for _ in range(100):
            clock.skip(36)
            with pytest.raises(ServerError):
                await server.get_json("x")
        assert len(partner.seen) < 25, "an hour of questions every 36 s"


def redirects(*targets: str, status: int = 302) -> Handler:
    left = list(targets)

    async def handler(request: web.Request) -> web.StreamResponse:
        location = left.pop(0) if len(left) > 1 else left[0]
        return web.Response(status=status, headers={"Location": location})

    return handler


async def test_a_redirect_within_the_server_is_followed_with_its_query() -> None:
    script = (redirects("/prom/x?query=up"), says({"a": 1}))
    async with counterpart(*script) as (partner, url), server_at(url, token=SecretStr(SECRET)) as server:
        assert await server.get_json("x", {"query": "up"}) == {"a": 1}
    assert partner.seen[1].path == "/prom/x"
    assert partner.seen[1].query == [("query", "up")]


async def test_a_redirected_post_stays_a_post_with_its_form() -> None:
    async with (
        counterpart(redirects("/prom/x", status=301), says({"a": 1})) as (partner, url),
        server_at(url) as server,
    ):
        assert await server.post_json("x", {"query": "up"}) == {"a": 1}
    assert [(each.method, each.form) for each in partner.seen] == [("POST", [("query", "up")])] * 2


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:{port}/x",
        "http://127.0.0.1:1/x",
        "https://127.0.0.1:{port}/x",
        "//elsewhere.example/x",
        "http://user:pw@127.0.0.1:{port}/x",
        "file:///etc/passwd",
        "http://[broken",
        "",
        "/x",
    ],
)
async def test_a_redirect_elsewhere_or_for_ever_is_not_followed_with_credentials(target: str) -> None:
    async with counterpart() as (partner, url):
        partner.script = [redirects(target.format(port=url.rstrip("/").rpartition(":")[2]))]
        error = await trouble_with(url, token=SecretStr(SECRET))
    assert error.trouble is Trouble.REDIRECTED
    assert len(partner.seen) == (3 if target == "/x" else 1)


async def test_a_server_may_ask_for_an_absurd_wait_but_does_not_get_it() -> None:
    clock = HurriedClock()
    script = (says({}, status=429, Retry_After="9" * 400), says({"b": 1}))
    async with counterpart(*script) as (_, url), server_at(url, clock) as server:
        with pytest.raises(ServerError, match="it asks us to ask less"):
            await server.get_json("x")
        clock.skip(300)
        assert await server.get_json("x") == {"b": 1}


@pytest.mark.parametrize("wait", ["soon", "-1", "²", "Sat, 99 Mar 2026 12:02:00 GMT", "1.5"])
async def test_a_wait_that_cannot_be_read_is_none(wait: str) -> None:
    script = (says({}, status=503, Retry_After=wait), says({"b": 1}))
    async with counterpart(*script) as (_, url), server_at(url) as server:
        assert await server.get_json("x") == {"b": 1}


async def _heard(sent: bytes) -> Any:
    async with raw(writes(sent)) as url, server_at(url, limits=SMALL) as server:
        try:
            return await server.get_json("x")
        except ServerError as error:
            return error


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", OK + b"\r\n", OK + b"Content-Length: 9\r\n\r\n"]),
    st.binary(max_size=200),
)
def test_whatever_bytes_a_server_sends_the_caller_gets_json_or_an_error_of_ours(begins: bytes, rest: bytes) -> None:
    heard = asyncio.run(_heard(begins + rest))
    if isinstance(heard, ServerError):
        assert heard.message.startswith("Prometheus did not answer a question: ")
        assert heard.remedy
