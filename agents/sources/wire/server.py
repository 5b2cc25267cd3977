"""One telemetry server, asked politely: within limits, tried again where that helps, left alone where it does not.

The law: whatever happens, the caller gets parsed JSON or a ServerError whose words are ours. Only questions are asked here,
so every request may be repeated.
"""

from datetime import timedelta
from random import Random
from types import TracebackType
from typing import Any, Self

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientError,
    ClientPayloadError,
    ClientSession,
    ClientSSLError,
    ConnectionTimeoutError,
)

from agents.sources.wire.exchange import Exchange, Params, Question
from agents.sources.wire.replies import REDIRECTS, Explain, Reply, TooLargeError, UnreadableError
from agents.sources.wire.settings import ServerSettings
from agents.sources.wire.switch import QueriesOffError, Switch
from agents.sources.wire.tally import Tally, count
from agents.sources.wire.throttle import Limits, Throttle
from agents.sources.wire.troubles import ServerError, Trouble, refused, trouble
from orchestrator.clock import Clock, within
from orchestrator.retry import Breaker

TRY_AGAIN = frozenset({429, 502, 503, 504})
TRIES_TAKE = 2
"""All tries of one question together take at most so many times the time of one."""


class Server:
    """Ask with `get_json` and `post_json`, between `open` and `aclose`. A `session` handed in is not closed here."""

    def __init__(
        self,
        settings: ServerSettings,
        clock: Clock,
        *,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        session: ClientSession | None = None,
        switch: Switch | None = None,
        dice: Random | None = None,
    ) -> None:
        self.settings = settings
        self.asked = Tally()
        self._clock, self._limits = clock, limits
        self._exchange = Exchange(settings, limits, self.asked, session)
        self._switch = switch or Switch()
        self._dice = dice or Random()  # noqa: S311 -- spreads waits, guards nothing
        self._throttle = Throttle(clock, limits)
        self._breaker = Breaker(limits.breaker)
        self._gets_only = False

    async def open(self) -> None:
        """Read the certificates. Raises ServerError where one cannot be read."""
        await self._exchange.open()

    async def aclose(self) -> None:
        """Close the session, if it is our own."""
        await self._exchange.aclose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def get_json(
        self, path: str, params: Params | None = None, *, what: str = "a question", explain: Explain | None = None
    ) -> Any:
        """What the server answers at `path` (below the base, no slash in front, its parts quoted where they are not ours).

        `what` names the question in errors ("a range query"); `explain` words the reason of a refusal. Raises ServerError.
        """
        return await self._ask(Question("GET", path, params, what, explain))

    async def post_json(
        self, path: str, form: Params | None = None, *, what: str = "a question", explain: Explain | None = None
    ) -> Any:
        """The same with the parameters in the body, for queries longer than an address may be.

        From the first 405 (no POST here) on it is GET: some proxies let nothing else pass.
        """
        if not self._gets_only:
            try:
                return await self._ask(Question("POST", path, form, what, explain))
            except ServerError as error:
                if error.answered != 405:
                    raise
                self._gets_only = True
        return await self.get_json(path, form, what=what, explain=explain)

    async def _ask(self, question: Question) -> Any:
        try:
            reply = await self._switch.run(self._in_turn(question))
        except QueriesOffError as error:
            count(self.asked, refused=1)
            raise self._trouble(Trouble.OFF, question, "queries are switched off") from error
        try:
            return reply.json()
        except UnreadableError as error:
            raise self._trouble(Trouble.UNREADABLE, question, "what it sent is no JSON") from error

    async def _in_turn(self, question: Question) -> Reply:
        """A successful reply, after as many attempts as the policy and the time allow."""
        async with self._throttle.place() as pace:
            ends = self._clock.monotonic() + TRIES_TAKE * self.settings.timeout_s
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
        if wait is None or now + max(wait, at_least) >= ends:
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
            count(self.asked, refused=1)
            raise self._resting(question, now)
        seconds = min(self.settings.timeout_s, max(0.0, ends - now))
        try:
            reply = await within(self._clock, seconds, self._exchange.fetch(question))
        except TooLargeError as error:
            self._breaker.succeeded()
            most = f"{self._limits.answer_bytes / 2**20:.3g} MiB"
            return self._trouble(Trouble.TOO_LARGE, question, f"its answer is larger than {most}", error), 0.0
        except (TimeoutError, ClientError, OSError, ValueError) as error:
            self._breaker.failed(self._clock.monotonic())
            return self._trouble(*_sorted(error, question, seconds), error), 0.0
        except BaseException:
            self._breaker.let_go()
            raise
        return self._heard(question, reply)

    def _heard(self, question: Question, reply: Reply) -> tuple[Reply | ServerError, float]:
        if reply.status >= 500 or reply.status == 429:
            self._breaker.failed(self._clock.monotonic())
        else:
            self._breaker.succeeded()
        if reply.ok:
            return reply, 0.0
        if reply.status in REDIRECTS:
            return self._trouble(Trouble.REDIRECTED, question, "it redirects to another place"), 0.0
        error = refused(reply.status, self.settings, question.what, reply.explained(question.explain))
        return error, reply.wait_s(self._clock.now()) if reply.status in TRY_AGAIN else 0.0

    def _resting(self, question: Question, now: float) -> ServerError:
        left = self._breaker.resting_s(now)
        if not left:
            return self._trouble(Trouble.RESTING, question, "it kept failing, and is being tried again just now")
        until = (self._clock.now() + timedelta(seconds=left)).strftime("%H:%M:%S UTC")
        return self._trouble(Trouble.RESTING, question, f"it kept failing, and is left alone until {until}")

    def _trouble(self, kind: Trouble, question: Question, why: str, cause: Exception | None = None) -> ServerError:
        error = trouble(kind, self.settings, question.what, why)
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
