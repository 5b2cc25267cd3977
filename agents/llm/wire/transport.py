"""Money at the transport: what the SDKs of providers send passes here, and here only, attempt by attempt.

The SDKs get to see answers of the sort they hope for, and nothing else: every failure is told in our words, and left with
the question, because what passes through an SDK comes out wrapped.
"""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from random import Random

import httpx2

from agents.llm.prices import Price, Usage
from agents.llm.wire.asking import Asking, asked
from agents.llm.wire.dialects import Dialect, UnboundedError, most_tokens_in
from agents.llm.wire.refusals import Named, Refusal, refusal, unanswered
from agents.llm.wire.reply import Reply, parsed, sent
from orchestrator.clock import Clock, outlast, undivided
from orchestrator.errors import ModelUnavailableError, OrchestratorError
from orchestrator.model import ModelCall, digest_of
from orchestrator.ports import Reservation
from orchestrator.retry import Breaker, RetryPolicy

_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Bounded:
    """A request with the most that it can cost; `most` says nothing where nobody knows the price."""

    request: httpx2.Request
    body: bytes
    most: Decimal


class PaidTransport(httpx2.AsyncBaseTransport):
    """A transport for the client of one provider's SDK; `wire` is what really sends.

    `breaker` is shared by all who ask that provider; `dice` spread the waits between repeats.
    """

    def __init__(
        self,
        wire: httpx2.AsyncBaseTransport,
        *,
        provider: Named,
        dialect: Dialect,
        clock: Clock,
        breaker: Breaker,
        dice: Random,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._wire, self._provider, self._dialect, self._clock = wire, provider, dialect, clock
        self._breaker, self._dice, self._retry = breaker, dice, retry or RetryPolicy()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """An answer with a status of 200 to 299. Raises OrchestratorError for all else, and leaves it with the question."""
        question = asked()
        if question is None:
            raise ModelUnavailableError("A request to a model that nobody pays for was not sent.")
        try:
            return await self._answered(request, question)
        except OrchestratorError as failure:
            question.failure = failure
            raise

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._wire.aclose()

    async def _answered(self, request: httpx2.Request, question: Asking) -> httpx2.Response:
        body = await request.aread()
        known = await question.record.answered(digest_of(body)) if question.record else None
        if known is not None:
            return httpx2.Response(200, headers=_JSON, content=known.encode())
        bounded = Bounded(request, body, self._most(body, question.price))
        attempt = 1
        while True:
            reply = await self._admitted(bounded, question)
            if reply.answered:
                return httpx2.Response(reply.status, headers=_JSON, content=reply.body)
            await self._pause(self._refusal(reply), attempt, question)
            attempt += 1

    def _most(self, body: bytes, price: Price | None) -> Decimal:
        told = parsed(body)
        try:
            most_out = self._dialect.most_tokens(told)
        except UnboundedError as error:
            raise ModelUnavailableError(f"The request was not sent, because {error}.") from error
        return price.most(most_tokens_in(body, told) + self._dialect.overhead, most_out) if price else Decimal(0)

    async def _admitted(self, bounded: Bounded, question: Asking) -> Reply:
        """One attempt, if the provider is not to be left alone, and what it tells of the provider."""
        if not self._breaker.admits(self._clock.monotonic()):
            raise ModelUnavailableError(
                f"{self._provider.name} failed so often that it is left alone for a while.",
                remedy="See `compass doctor` for what is wrong.",
            )
        try:
            reply = await self._paid(bounded, question)
        except BaseException:
            self._breaker.let_go()
            raise
        if reply.status == 0 or reply.status >= 500:
            self._breaker.failed(self._clock.monotonic())
        else:
            self._breaker.succeeded()
        return reply

    async def _paid(self, bounded: Bounded, question: Asking) -> Reply:
        """One attempt, paid for. However it ends, its reservation is ended too, also where the caller is cancelled."""
        reservation = await self._reserved(bounded.most, question)
        call = self._call(bounded.body, reservation.call_id, question)
        begun = self._clock.monotonic()
        reply = Reply(sent=False)
        try:
            if question.record:
                await question.record.keep(call)
            reply = Reply()
            reply = await sent(self._wire, bounded.request)
        finally:
            took = self._clock.monotonic() - begun
            answer = {"status": reply.status, "response": reply.text, "duration_s": max(took, 0.0)}
            await undivided(self._ended(reply, bounded.most, reservation, call.model_copy(update=answer), question))
        return reply

    async def _reserved(self, most: Decimal, question: Asking) -> Reservation:
        """Where the caller is cancelled meanwhile, nothing is sent, and nothing stays put aside."""
        priced = question.price is not None
        reserving = asyncio.ensure_future(
            question.account.reserve(most, purpose=question.purpose, model=question.model, priced=priced)
        )
        try:
            await outlast(reserving)
        except asyncio.CancelledError:
            if reserving.exception() is None:
                await undivided(reserving.result().release())
            raise
        return reserving.result()

    async def _ended(
        self, reply: Reply, most: Decimal, reservation: Reservation, call: ModelCall, question: Asking
    ) -> None:
        """Keep what came, then count it: a crash in between counts too much, and asks nothing twice."""
        try:
            if question.record:
                await question.record.keep(call)
        finally:
            usage = self._dialect.usage(parsed(reply.body)) if reply.answered else None
            if reply.free:
                await reservation.release()
            elif usage is None:
                await reservation.settle(most)
            else:
                await _settle(reservation, usage, question.price)

    def _call(self, body: bytes, call_id: str, question: Asking) -> ModelCall:
        return ModelCall(
            call_id=call_id,
            agent_id=question.record.agent_id if question.record else call_id,
            purpose=question.purpose,
            prompt=question.prompt.name,
            prompt_digest=question.prompt.digest,
            model=question.model,
            digest=digest_of(body),
            request=body.decode(errors="replace"),
            at=self._clock.now(),
        )

    def _refusal(self, reply: Reply) -> Refusal:
        if reply.status == 0:
            return unanswered(self._provider)
        return refusal(self._provider, reply.status, reply.headers, reply.text, self._clock.now())

    async def _pause(self, refused: Refusal, attempt: int, question: Asking) -> None:
        """Wait until the next attempt. Raises why there was no answer where there is none, or no time for it."""
        wait = self._retry.decide(attempt, self._dice) if refused.again else None
        if wait is None:
            raise refused.error
        wait = max(wait, refused.wait_s)
        if self._clock.monotonic() + wait >= question.until:
            raise refused.error
        await self._clock.sleep(wait)


async def _settle(reservation: Reservation, usage: Usage, price: Price | None) -> None:
    await reservation.settle(
        price.cost(usage) if price else Decimal(0),
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        tokens_cached=usage.cached,
    )
