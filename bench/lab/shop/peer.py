"""How one service calls another: over its link, with a deadline, a client span and one retry where that is safe.

A retry is made only for a broken connection and only where the call may be repeated (a read, or a write that carries
a key); a call that ran into its deadline is not repeated, the next one would wait as well.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientTimeout
from opentelemetry.propagate import inject
from opentelemetry.trace import Span, SpanKind, StatusCode

from bench.lab.shop.service import RefusalError, Service


@dataclass
class Seen:
    """What an attempt has seen of the answer so far."""

    status: int | None = None


class Peer:
    """The client of one callee."""

    def __init__(self, service: Service, callee: str, timeout_s: float) -> None:
        self._service = service
        self.callee = callee
        self._timeout_s = timeout_s
        for name in ("errors", "retries", "timeouts", "resets"):
            service.meters.count(f"client_{callee}_{name}", 0)
        service.meters.declare_samples(f"client_{callee}_latency")

    @property
    def timeout_s(self) -> float:
        return self._service.value(f"{self.callee}_timeout_ms", self._timeout_s * 1000) / 1000

    async def get(self, path: str) -> Any:
        """The JSON answer of a read; see `call`."""
        return await self.call("GET", path, repeatable=True)

    async def call(self, method: str, path: str, body: Any = None, *, repeatable: bool = False) -> Any:
        """The JSON answer; raises RefusalError with the callee's 4xx, 502 for its 5xx or a lost line, 504 past the deadline."""
        began = time.perf_counter()
        name = f"{method} {self.callee}"
        with self._service.tracer.start_as_current_span(
            name, kind=SpanKind.CLIENT, record_exception=False, set_status_on_exception=False
        ) as span:
            span.set_attribute("peer.service", self.callee)
            try:
                return await self._send(span, method, path, body, repeatable)
            except RefusalError as refusal:
                if refusal.status >= 500:
                    self._service.meters.count(f"client_{self.callee}_errors")
                    span.set_status(StatusCode.ERROR, refusal.message)
                raise
            finally:
                self._service.meters.observe(f"client_{self.callee}_latency", (time.perf_counter() - began) * 1000)

    async def _send(self, span: Span, method: str, path: str, body: Any, repeatable: bool) -> Any:
        for attempt in (1, 2):
            try:
                return await self._once(span, method, path, body)
            except TimeoutError as error:
                self._service.meters.count(f"client_{self.callee}_timeouts")
                raise RefusalError(504, f"{self.callee} did not answer {method} within {self.timeout_s:g} s") from error
            except (ClientError, ConnectionError) as error:
                self._service.meters.count(f"client_{self.callee}_resets")
                if attempt == 2 or not repeatable:
                    raise RefusalError(502, f"connection to {self.callee} failed: {_reason(error)}") from error
                self._service.meters.count(f"client_{self.callee}_retries")
                span.add_event("retry")
                self._service.journal.warning(f"{method} to {self.callee} failed ({_reason(error)}), trying once more")
        raise AssertionError("two attempts always return or raise")

    async def _once(self, span: Span, method: str, path: str, body: Any) -> Any:
        began, seen, failed = time.perf_counter(), Seen(), ""
        try:
            return await self._attempt(span, seen, method, path, body)
        except (TimeoutError, ClientError, ConnectionError) as error:
            failed = type(error).__name__
            raise
        finally:
            took = time.perf_counter() - began
            self._service.exposition.called(method, self.callee, seen.status, failed, took)

    async def _attempt(self, span: Span, seen: "Seen", method: str, path: str, body: Any) -> Any:
        headers: dict[str, str] = {}
        inject(headers)
        url = f"http://127.0.0.1:{self._service.settings.links[self.callee]}{path}"
        async with asyncio.timeout(self.timeout_s):
            async with self._service.session.request(
                method, url, json=body, headers=headers, timeout=ClientTimeout(total=None)
            ) as response:
                seen.status = response.status
                span.set_attribute("http.response.status_code", response.status)
                return await self._judge(response)

    async def _judge(self, response: ClientResponse) -> Any:
        if response.status < 400:
            return await response.json()
        answer = await response.json()
        if response.status < 500:
            raise RefusalError(response.status, answer["error"])
        raise RefusalError(502, f"{self.callee} answered {response.status}")


def _reason(error: BaseException) -> str:
    return type(error).__name__ if not isinstance(error, OSError) else (error.strerror or type(error).__name__)
