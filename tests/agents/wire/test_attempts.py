"""Laws of asking again, whatever a server does: few attempts, no impatience, and rest for who keeps failing."""

import asyncio
import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ConnectionTimeoutError, InvalidURL, ServerDisconnectedError
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.wire import Limits, ServerError, ServerSettings, Tally, Trouble
from agents.sources.wire.attempts import Attempts
from agents.sources.wire.exchange import Question
from agents.sources.wire.replies import Reply, TooLargeError
from orchestrator.retry import BreakerPolicy
from tests.support.clock import HurriedClock

QUESTION = Question("GET", "x", None, "a question")


@dataclass
class Scripted:
    """Stands for the exchange: each request gets the next of `script`, and the moment is kept."""

    clock: HurriedClock
    script: list[Any]
    sent: list[tuple[float, Any]] = field(default_factory=list)

    async def fetch(self, question: Question) -> Reply:
        thing = self.script.pop(0) if self.script else 200
        self.sent.append((self.clock.monotonic(), thing))
        if isinstance(thing, Exception):
            raise thing
        status, wait = thing if isinstance(thing, tuple) else (thing, "")
        return Reply(status, b"{}", retry_after=str(wait))


things = st.one_of(
    st.sampled_from([200, 204, 302, 400, 401, 404, 422, 429, 500, 502, 503, 504]),
    st.tuples(st.sampled_from([429, 503]), st.integers(0, 100)),
    st.builds(lambda kind: kind(), st.sampled_from([TimeoutError, ServerDisconnectedError, OSError, TooLargeError])),
)


def _attempts(clock: HurriedClock, exchange: Scripted, limits: Limits = Limits()) -> Attempts:  # noqa: B008 -- frozen
    settings = ServerSettings("Prometheus", "http://localhost")
    return Attempts(settings, clock, limits, exchange, Tally(), Random(0))  # type: ignore[arg-type]


async def _play(script: Sequence[Any], pauses: Sequence[float]) -> tuple[Scripted, list[Any], list[int]]:
    """Ask one question after the other, with pauses; what came of each, and how many requests it took."""
    clock = HurriedClock(alarms_from=math.inf)  # nothing hangs here, so no alarm is needed
    exchange, outcomes, taken = Scripted(clock, list(script)), [], []
    attempts = _attempts(clock, exchange)
    for pause in pauses:
        clock.skip(pause)
        before = len(exchange.sent)
        try:
            outcomes.append(await attempts.answered(QUESTION))
        except ServerError as error:
            outcomes.append(error)
        taken.append(len(exchange.sent) - before)
    return exchange, outcomes, taken


def _fails(thing: Any) -> bool:
    """Whether that says something of the server's health, and nothing good."""
    if isinstance(thing, Exception):
        return not isinstance(thing, TooLargeError)
    status = thing[0] if isinstance(thing, tuple) else thing
    return status >= 500 or status == 429


@given(st.lists(things, max_size=40), st.lists(st.floats(0, 60), min_size=1, max_size=12))
def test_whatever_a_server_does_we_ask_seldom_and_never_while_it_rests(script: list[Any], pauses: list[float]) -> None:
    exchange, outcomes, taken = asyncio.run(_play(script, pauses))
    assert all(isinstance(each, Reply | ServerError) for each in outcomes)
    assert all(number <= 3 for number in taken)
    for outcome, number in zip(outcomes, taken, strict=True):
        resting = isinstance(outcome, ServerError) and outcome.trouble is Trouble.RESTING
        assert resting == (number == 0), "who was asked is told what went wrong"
    in_a_row = 0
    for (at, thing), (later, _) in zip(exchange.sent, exchange.sent[1:], strict=False):
        in_a_row = in_a_row + 1 if _fails(thing) else 0
        if isinstance(thing, tuple):
            assert later - at >= min(thing[1], 300) - 1e-9, "it said when to come back"
        if in_a_row >= 5:
            assert later - at >= 30 - 1e-9, "it failed five times in a row"


@pytest.mark.parametrize(
    ("raised", "trouble", "words"),
    [
        (ConnectionTimeoutError(), Trouble.UNREACHABLE, "it takes no connection"),
        (TimeoutError(), Trouble.TIMED_OUT, "no whole answer within 20 s"),
        (ServerDisconnectedError(), Trouble.UNREACHABLE, "the connection or the answer broke off"),
        (ConnectionResetError(), Trouble.UNREACHABLE, "the connection or the answer broke off"),
        (ClientPayloadError(), Trouble.UNREACHABLE, "the connection or the answer broke off"),
        (InvalidURL("http://ana:s3cr3t@h"), Trouble.UNREADABLE, "what it sent is no HTTP"),
        (TooLargeError(), Trouble.TOO_LARGE, "its answer is larger than 32 MiB"),
    ],
)
async def test_what_ends_an_attempt_is_told_in_words_of_ours(raised: Exception, trouble: Trouble, words: str) -> None:
    _, (outcome,), _ = await _play([raised] * 3, [0])
    assert isinstance(outcome, ServerError)
    assert (outcome.trouble, outcome.message) == (trouble, f"Prometheus did not answer a question: {words}.")
    assert outcome.__cause__ is raised, "for a debugger"


async def test_while_one_probes_after_a_rest_the_others_hear_so() -> None:
    clock, limits = HurriedClock(alarms_from=math.inf), Limits(breaker=BreakerPolicy(failures=1, rest_s=30))
    exchange = Scripted(clock, [500, 200])
    attempts = _attempts(clock, exchange, limits)
    with contextlib.suppress(ServerError):
        await attempts.answered(QUESTION)
    clock.skip(31)
    asked = await asyncio.gather(*(attempts.answered(QUESTION) for _ in range(3)), return_exceptions=True)
    told = [str(each) for each in asked if isinstance(each, ServerError)]
    assert len(exchange.sent) == 2
    assert told == ["Prometheus did not answer a question: it kept failing, and is being tried again just now."] * 2


async def test_an_attempt_that_would_have_no_time_is_not_sent() -> None:
    clock = HurriedClock(alarms_from=math.inf)
    exchange = Scripted(clock, [(503, 36), 200])
    with pytest.raises(ServerError, match="failed with status 503"):
        await _attempts(clock, exchange).answered(QUESTION)
    assert len(exchange.sent) == 1
