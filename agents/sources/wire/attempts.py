"""One question, asked until there is an answer, or until asking again makes no sense. Who fails too often is left alone."""

import logging
from datetime import timedelta
from random import Random

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientSSLError,
    ConnectionTimeoutError,
)

from agents.sources.wire.exchange import Exchange, Question
from agents.sources.wire.replies import REDIRECTS, Reply, TooLargeError
from agents.sources.wire.settings import ServerSettings
from agents.sources.wire.throttle import Limits, Throttle
from agents.sources.wire.troubles import ServerError, Trouble, refused, trouble
from orchestrator.clock import Clock, within
from orchestrator.retry import Breaker
from orchestrator.tally import Tally, count

TRY_AGAIN = frozenset({429, 502, 503, 504})
TRIES_TAKE = 2
"""All tries of one question together take at most so many times the time of one."""
WORTH_TRYING = 0.25
"""With less than this share of an attempt's time left it would only be cut off."""


class Attempts:
    """Asks one server, for as many callers as its limits allow."""

    def __init__(
        self, settings: ServerSettings, clock: Clock, limits: Limits, exchange: Exchange, tally: Tally, dice: Random
    ) -> None:
        self._settings, self._clock, self._limits = settings, clock, limits
        self._exchange, self._tally, self._dice = exchange, tally, dice
        self._throttle = Throttle(clock, limits)
        self._breaker = Breaker(limits.breaker)
        self._log = logging.getLogger("compass.wire")

    async def answered(self, question: Question) -> Reply:
        """A successful reply. Raises ServerError, for the last attempt, where there is none."""
        async with self._throttle.place() as pace:
            ends = self._clock.monotonic() + TRIES_TAKE * self._settings.timeout_s
            attempt = 0
            while True:
                attempt += 1
                await pace.take()
                outcome, at_least = await self._attempt(question, ends)
                if isinstance(outcome, Reply):
                    return outcome
                await self._wait_or_give_up(outcome, attempt, at_least, ends)

    async def _wait_or_give_up(self, failure: ServerError, attempt: int, at_least: float, ends: float) -> None:
        """Return when the next attempt may begin, at least `at_least` seconds from now. Raises `failure` if there is none."""
        wait = self._limits.retry.decide(attempt, self._dice) if _passing(failure) else None
        now = self._clock.monotonic()
        latest = ends - WORTH_TRYING * self._settings.timeout_s
        if wait is None or self._breaker.resting_s(now) > 0 or now + max(wait, at_least) > latest:
            if at_least > 0:
                self._breaker.rest(now, at_least)
            raise failure
        await self._clock.sleep(max(wait, at_least))

    async def _attempt(self, question: Question, ends: float) -> tuple[Reply | ServerError, float]:
        """How one attempt ended, and for how many seconds the server asks to be left alone. Tells the breaker.

        Raises ServerError where the server is being left alone.
        """
        now = self._clock.monotonic()
        if not self._breaker.admits(now):
            count(self._tally, refused=1)
            raise self._resting(question, now)
        seconds = min(self._settings.timeout_s, max(0.0, ends - now))
        try:
            reply = await within(self._clock, seconds, self._exchange.fetch(question))
        except TooLargeError as error:
            self._breaker.succeeded()
            most = f"{self._limits.answer_bytes / 2**20:.3g} MiB"
            return self._trouble(Trouble.TOO_LARGE, question, f"its answer is larger than {most}", error), 0.0
        except (TimeoutError, ClientError, OSError, ValueError) as error:
            self._failed()
            return self._trouble(*_sorted(error, question, self._settings.timeout_s), error), 0.0
        except BaseException:
            self._breaker.let_go()
            raise
        return self._heard(question, reply)

    def _heard(self, question: Question, reply: Reply) -> tuple[Reply | ServerError, float]:
        status, wait = reply.status, reply.wait_s(self._clock.now())
        if status == 403 and wait:
            status = 429  # GitHub's way to ask for less: docs.github.com, "Rate limits for the REST API"
        if status >= 500 or status == 429:
            self._failed()
        else:
            self._breaker.succeeded()
        if reply.ok:
            return reply, 0.0
        if status in REDIRECTS:
            return self._trouble(Trouble.REDIRECTED, question, "it redirects to another place"), 0.0
        error = refused(status, self._settings, question.what, reply.explained(question.explain))
        return error, wait if status in TRY_AGAIN else 0.0

    def _failed(self) -> None:
        now = self._clock.monotonic()
        rested = self._breaker.resting_s(now) > 0
        self._breaker.failed(now)
        if not rested and (left := self._breaker.resting_s(now)) > 0:
            failures = self._breaker.in_a_row
            self._log.warning("%s failed %d times in a row: no queries for %.0f s", self._settings.name, failures, left)

    def _resting(self, question: Question, now: float) -> ServerError:
        left = self._breaker.resting_s(now)
        if not left:
            return self._trouble(Trouble.RESTING, question, "it kept failing, and is being tried again just now")
        until = (self._clock.now() + timedelta(seconds=left)).strftime("%H:%M:%S UTC")
        return self._trouble(Trouble.RESTING, question, f"it kept failing, and is left alone until {until}")

    def _trouble(self, kind: Trouble, question: Question, why: str, cause: Exception | None = None) -> ServerError:
        error = trouble(kind, self._settings, question.what, why)
        error.__cause__ = cause
        return error


def _sorted(error: Exception, question: Question, seconds: float) -> tuple[Trouble, Question, str]:
    """What ended an attempt that brought no reply. The order matters: these classes inherit from each other."""
    if isinstance(error, ClientSSLError):
        return Trouble.CERTIFICATE, question, "no connection can be made that both sides trust"
    if isinstance(error, ConnectionTimeoutError):
        return Trouble.UNREACHABLE, question, "it takes no connection"
    if isinstance(error, TimeoutError):
        return Trouble.TIMED_OUT, question, f"no whole answer within {seconds:.3g} s"
    if isinstance(error, ClientConnectorError):
        return Trouble.UNREACHABLE, question, "it cannot be reached"
    if isinstance(error, ClientConnectionError | ClientPayloadError | OSError):
        return Trouble.UNREACHABLE, question, "the connection or the answer broke off"
    return Trouble.UNREADABLE, question, "what it sent is no HTTP"


def _passing(error: ServerError) -> bool:
    """Whether it may be over in a moment."""
    return error.trouble in (Trouble.UNREACHABLE, Trouble.TIMED_OUT) or error.answered in TRY_AGAIN
