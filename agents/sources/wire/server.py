"""One telemetry server, asked politely: within limits, tried again where that helps, left alone where it does not.

The law: whatever happens, the caller gets an answer that was read, or a ServerError whose words are ours. Only questions
are asked here, so every request may be repeated.
"""

from collections.abc import Callable
from random import Random
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import ClientSession
from opentelemetry import trace

from agents.sources.wire.attempts import Attempts
from agents.sources.wire.exchange import Exchange, Params, Question
from agents.sources.wire.replies import Explain, UnreadableError, parsed
from agents.sources.wire.settings import ServerSettings
from agents.sources.wire.switch import QueriesOffError, Switch
from agents.sources.wire.throttle import Limits
from agents.sources.wire.troubles import ServerError, Trouble, trouble
from orchestrator.clock import Clock
from orchestrator.errors import AgentExecutionError
from orchestrator.ports import Compute
from orchestrator.tally import Tally, count

T = TypeVar("T")

READ_ELSEWHERE = 256 * 1024
"""From so many bytes on an answer is read in another process: a megabyte of JSON takes the event loop some 0.1 s."""


class Server:
    """Ask between `open` and `aclose`. A `session` handed in is not closed here; without `compute` all is read here."""

    def __init__(
        self,
        settings: ServerSettings,
        clock: Clock,
        *,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        session: ClientSession | None = None,
        switch: Switch | None = None,
        compute: Compute | None = None,
        dice: Random | None = None,
    ) -> None:
        self.settings = settings
        self.asked = Tally()
        self._exchange = Exchange(settings, limits, self.asked, session)
        thrown = dice or Random()  # noqa: S311 -- spreads waits, guards nothing
        self._attempts = Attempts(settings, clock, limits, self._exchange, self.asked, thrown)
        self._switch = switch or Switch()
        self._compute = compute
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

    async def get(
        self,
        path: str,
        params: Params | None,
        read: Callable[..., T],
        *more: object,
        what: str = "a question",
        explain: Explain | None = None,
    ) -> T:
        """`read(body, *more)` of what the server answers at `path`, which is below the base and begins with no slash.

        A large body is read in another process, so `read` is a function at a module's top level that raises
        UnreadableError where the body is not what it should be. `what` names the question in errors ("a range query");
        `explain` words the reason of a refusal. Raises ServerError.
        """
        return await self._ask(Question("GET", path, params, what, explain), read, more)

    async def post(
        self,
        path: str,
        form: Params | None,
        read: Callable[..., T],
        *more: object,
        what: str = "a question",
        explain: Explain | None = None,
    ) -> T:
        """The same with the parameters in the body, for queries longer than an address may be.

        From the first 405 (no POST here) on it is GET: some proxies let nothing else pass.
        """
        if not self._gets_only:
            try:
                return await self._ask(Question("POST", path, form, what, explain), read, more)
            except ServerError as error:
                if error.answered != 405:
                    raise
                self._gets_only = True
        return await self.get(path, form, read, *more, what=what, explain=explain)

    async def get_json(
        self, path: str, params: Params | None = None, *, what: str = "a question", explain: Explain | None = None
    ) -> Any:
        """The parsed answer, for those that are small: it is parsed here, and nothing else runs meanwhile."""
        return await self.get(path, params, parsed, what=what, explain=explain)

    async def post_json(
        self, path: str, form: Params | None = None, *, what: str = "a question", explain: Explain | None = None
    ) -> Any:
        """The same with the parameters in the body; see `post`."""
        return await self.post(path, form, parsed, what=what, explain=explain)

    async def _ask(self, question: Question, read: Callable[..., T], more: tuple[object, ...]) -> T:
        """Within a span that says who was asked for what and how that ended; an address or a query is in none."""
        tracer = trace.get_tracer("compass.wire")
        names = {"compass.server": self.settings.name, "compass.question": question.what}
        with tracer.start_as_current_span(
            "telemetry.query", attributes=names, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                answer, size = await self._read(question, read, more)
            except ServerError as error:
                span.set_attribute("compass.outcome", error.trouble.value)
                raise
            span.set_attribute("compass.outcome", "answered")
            span.set_attribute("compass.bytes", size)
            return answer

    async def _read(self, question: Question, read: Callable[..., T], more: tuple[object, ...]) -> tuple[T, int]:
        """The answer, read, and the size of its body."""
        try:
            body = (await self._switch.run(self._attempts.answered(question))).body
        except QueriesOffError as error:
            count(self.asked, refused=1)
            raise trouble(Trouble.OFF, self.settings, question.what, "queries are switched off") from error
        try:
            if self._compute is None or read is parsed or len(body) < READ_ELSEWHERE:
                return read(body, *more), len(body)
            return await self._compute.run(read, body, *more), len(body)
        except UnreadableError as error:
            raise trouble(Trouble.UNREADABLE, self.settings, question.what, error.message) from error
        except AgentExecutionError as error:
            raise trouble(Trouble.UNREADABLE, self.settings, question.what, "its answer could not be read") from error
