"""Laws of asking again, whatever a server does: few attempts, no impatience, and rest for who keeps failing."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import ServerDisconnectedError
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.wire import Limits, ServerError, ServerSettings, Tally, Trouble
from agents.sources.wire.attempts import Attempts
from agents.sources.wire.exchange import Question
from agents.sources.wire.replies import Reply, TooLargeError
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


async def _play(script: Sequence[Any], pauses: Sequence[float]) -> tuple[Scripted, list[Any], list[int]]:
    """Ask one question after the other, with pauses; what came of each, and how many requests it took."""
    clock = HurriedClock(alarms_from=math.inf)  # nothing hangs here, so no alarm is needed
    exchange, outcomes, taken = Scripted(clock, list(script)), [], []
    settings = ServerSettings("Prometheus", "http://localhost")
    attempts = Attempts(settings, clock, Limits(), exchange, Tally(), Random(0))  # type: ignore[arg-type]
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
