"""The small connection pool between orders and its database, with the numbers that tell whether it is full.

A request that gets no connection in time is refused with 503: better a quick no than a queue that never ends.
"""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from opentelemetry.trace import SpanKind, StatusCode

from bench.lab.shop.exposition import PoolExposition
from bench.lab.shop.service import RefusalError, Service

SIZE = 5
ACQUIRE_TIMEOUT_S = 2.0
LOCK_TIMEOUT_MS = 1500


class OrdersPool:
    """Connections to the orders database; every statement gets a client span and is measured."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._pool: Any = None
        self._waiting = 0
        meters = service.meters
        for name in ("errors", "timeouts"):
            meters.count(f"client_orders-db_{name}", 0)
        meters.count("pool_timeouts", 0)
        meters.declare_samples("client_orders-db_latency")
        meters.declare_samples("pool_wait")
        self._told = PoolExposition(service.exposition.registry, "orders-db")
        self._told.watch(
            SIZE,
            in_use=lambda: self._pool.get_size() - self._pool.get_idle_size(),
            idle=lambda: self._pool.get_idle_size(),  # noqa: PLW0108 - there is no pool before it is opened
            waiting=lambda: self._waiting,
        )
        meters.gauge("pool_size", lambda: float(self._pool.get_size()))
        meters.gauge("pool_in_use", lambda: self._pool.get_size() - self._pool.get_idle_size())
        meters.gauge("pool_waiting", lambda: self._waiting)

    async def open(self) -> None:
        """Connect over the link; all connections are made at once, so that the pool never grows under load."""
        self._pool = await asyncpg.create_pool(
            host="127.0.0.1",
            port=self._service.settings.links["orders-db"],
            user="shop",
            database="orders",
            ssl=False,
            min_size=SIZE,
            max_size=SIZE,
            max_inactive_connection_lifetime=0,
            server_settings={
                "application_name": f"orders {self._service.settings.version}",
                "lock_timeout": str(LOCK_TIMEOUT_MS),
            },
        )

    async def aclose(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection of the pool; raises RefusalError 503 when none is free in time."""
        began, in_vain = time.perf_counter(), False
        self._waiting += 1
        try:
            with self._service.tracer.start_as_current_span("pool.acquire"):
                connection = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        except TimeoutError as error:
            in_vain = True
            self._service.meters.count("pool_timeouts")
            others = self._waiting - 1
            raise RefusalError(
                503, f"no database connection within {ACQUIRE_TIMEOUT_S:g} s (pool size {SIZE}, {others} more waiting)"
            ) from error
        finally:
            self._waiting -= 1
            took = time.perf_counter() - began
            self._told.waited(took, in_vain=in_vain)
            self._service.meters.observe("pool_wait", took * 1000)
        try:
            yield connection
        finally:
            await self._pool.release(connection)

    async def run(self, connection: Any, name: str, statement: str, *values: object) -> Sequence[Any]:
        """Run one statement and give its rows; raises RefusalError 500 for what the database refuses."""
        began, refused = time.perf_counter(), ""
        with self._service.tracer.start_as_current_span(
            name, kind=SpanKind.CLIENT, record_exception=False, set_status_on_exception=False
        ) as span:
            span.set_attribute("peer.service", "orders-db")
            span.set_attribute("db.statement", statement)
            try:
                rows: Sequence[Any] = await connection.fetch(statement, *values)
            except asyncpg.PostgresError as error:
                refused = type(error).__name__
                self._service.meters.count("client_orders-db_errors")
                span.set_status(StatusCode.ERROR, refused)
                raise RefusalError(500, f"{name}: {error}") from error
            finally:
                took = time.perf_counter() - began
                self._told.operated(name, refused, took)
                self._service.meters.observe("client_orders-db_latency", took * 1000)
        return rows
