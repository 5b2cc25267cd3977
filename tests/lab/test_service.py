"""A service of the shop measures, logs and refuses in one place."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bench.lab.shop import shipping
from bench.lab.shop.service import Service, Settings

FAR, NEAR = {"country": "NO", "items": 2}, {"country": "DE", "items": 2}


class Shipping:
    """A running shipping service with some features."""

    def __init__(self, folder: Path, *features: str) -> None:
        links: dict[str, int] = {}
        self._folder = folder
        self.service = Service(Settings("shipping", "shipping-1", "v1", folder, links, [*features], sampling=1.0))
        shipping.install(self.service)
        self.client: TestClient[Any, Any] = TestClient(TestServer(self.service.app))

    async def quote(self, body: dict[str, Any]) -> int:
        return (await self.client.post("/quotes", json=body)).status

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self._folder / f"{kind}-shipping-1.jsonl").read_text().splitlines()]


@pytest.fixture
async def well(tmp_path: Path) -> AsyncIterator[Shipping]:
    shop = Shipping(tmp_path)
    async with shop.client:
        yield shop


@pytest.fixture
async def broken(tmp_path: Path) -> AsyncIterator[Shipping]:
    shop = Shipping(tmp_path, "zone_surcharges")
    async with shop.client:
        yield shop


async def test_a_request_is_counted_logged_and_traced(well: Shipping) -> None:
    assert await well.quote(FAR) == 200
    scrape = await (await well.client.get("/meters")).json()
    assert scrape["counters"] == {"requests": 1, "errors": 0}
    assert len(scrape["samples"]["latency"]) == 1
    (span,) = well.lines("spans")
    assert (span["name"], span["status"], span["parent_id"]) == ("POST /quotes", "OK", None)
    assert {line["trace_id"] for line in well.lines("logs")} == {span["trace_id"]}


async def test_a_request_is_told_to_prometheus_as_client_libraries_tell_it(well: Shipping) -> None:
    await well.quote(FAR)
    answer = await well.client.get("/metrics")
    assert answer.content_type == "text/plain"
    told = await answer.text()
    labels = '{http_request_method="POST",http_response_status_code="200",http_route="/quotes"}'
    assert f"http_server_request_duration_seconds_count{labels} 1.0" in told
    assert "process_cpu_seconds_total" in told
    assert 'target_info{service_version="v1"} 1.0' in told


async def test_a_release_that_throws_answers_500_and_leaves_its_stack_without_the_machines_path(
    broken: Shipping,
) -> None:
    assert await broken.quote(NEAR) == 200
    assert await broken.quote(FAR) == 500
    error = next(line for line in broken.lines("logs") if line["level"] == "ERROR")
    assert error["message"].startswith("unhandled KeyError in POST /quotes\nTraceback")
    assert 'File "bench/lab/shop/shipping.py"' in error["message"]
    assert broken.lines("spans")[-1]["status"] == "ERROR"


async def test_a_refusal_below_500_is_no_error(well: Shipping) -> None:
    assert await well.quote({"country": "XX", "items": 1}) == 422
    scrape = await (await well.client.get("/meters")).json()
    assert scrape["counters"] == {"requests": 1, "errors": 0}


async def test_a_setting_changes_in_the_running_process(well: Shipping) -> None:
    assert well.service.value("page_size", 20) == 20
    await well.client.post("/control/set", json={"name": "page_size", "value": 24})
    assert well.service.value("page_size", 20) == 24
