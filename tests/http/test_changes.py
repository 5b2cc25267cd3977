"""Telling changes over HTTP: who may, what is refused and how, and that nothing listens where no secret is set."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr

from bot.bootstrap.doors import door_routes, listening
from bot.http import HttpSetupError, Listening
from bot.http.changes import LARGEST_BODY
from bot.settings import Mode, Settings
from orchestrator.model import Change
from storage import MemoryStore
from tests.agents.change_sources.fake_github import deployment, status
from tests.support.clock import NOON, ManualClock

TOKEN, SECRET = "a-token-of-the-tests", "a-webhook-secret"
DAY = timedelta(days=1)


@dataclass
class Door:
    url: str
    store: MemoryStore
    session: ClientSession

    async def kept(self) -> list[Change]:
        return list(await self.store.changes_between("*", NOON - DAY, NOON + DAY))

    async def post(self, body: Any, path: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(self.url + path, data=BytesIO(data), headers=named) as answer:
            return answer.status, await answer.json() if answer.content_type == "application/json" else {}

    async def tell(self, body: Any) -> tuple[int, dict[str, Any]]:
        return await self.post(body, Authorization=f"Bearer {TOKEN}")

    async def deliver(
        self, body: Any, event: str = "deployment_status", secret: str = SECRET
    ) -> tuple[int, dict[str, Any]]:
        data = json.dumps(body).encode()
        signature = "sha256=" + hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()
        return await self.post(data, "/github", X_GitHub_Event=event, X_Hub_Signature_256=signature)


def settings(**more: Any) -> Settings:
    given = {"changes_token": SecretStr(TOKEN), "github_webhook_secret": SecretStr(SECRET), "port": 0, **more}
    return Settings(_env_file=None, **given)  # type: ignore[call-arg]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    store = MemoryStore()
    await store.open()
    given = settings(github_repos=("acme/Web-Shop=frontend",))
    async with listening(given, door_routes(given, store, ManualClock())) as url, ClientSession() as session:
        yield Door(url, store, session)


async def test_a_change_that_is_told_is_kept_and_told_again_is_not_new(door: Door) -> None:
    told = {"id": "v412", "service": "orders", "summary": "faster search"}
    first, second = await door.tell(told), await door.tell(told)
    assert (first[0], first[1]["kept"], first[1]["new"]) == (200, 1, 1)
    assert (second[0], second[1]["kept"], second[1]["new"]) == (200, 1, 0)
    assert await door.kept() == [Change("v412", NOON, "deploy", "orders", "faster search")]
    assert first[1]["request_id"] != second[1]["request_id"]


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \u00e4"])
async def test_without_the_token_nothing_is_read_and_nothing_kept(door: Door, given: str) -> None:
    code, said = await door.post(b"{", Authorization=given)
    assert (code, said["error_type"]) == (401, "unauthorized")
    assert TOKEN not in json.dumps(said)
    assert await door.kept() == []


@pytest.mark.parametrize(
    ("body", "code", "kind"),
    [(b"{", 400, "no_json"), ({"id": ""}, 422, "refused_changes"), (b" " * (LARGEST_BODY + 1), 413, "too_large")],
)
async def test_what_cannot_be_used_is_refused_in_one_shape_with_what_to_do(
    door: Door, body: Any, code: int, kind: str
) -> None:
    answered, said = await door.tell(body)
    assert (answered, said["error_type"]) == (code, kind)
    assert set(said) == {"error_type", "message", "details", "suggestions", "request_id"}
    assert said["message"]
    assert said["suggestions"][0]
    assert await door.kept() == []


def delivered(state: str = "success", full_name: str = "acme/orders") -> dict[str, Any]:
    return {
        "deployment_status": status(state, NOON),
        "deployment": deployment(1, "abc", NOON),
        "repository": {"name": full_name.partition("/")[2], "full_name": full_name},
    }


async def test_a_delivery_that_github_signed_is_kept_under_the_name_of_its_service(door: Door) -> None:
    assert (await door.deliver(delivered()))[1]["new"] == 1
    assert (await door.deliver(delivered(full_name="acme/web-shop")))[1]["new"] == 1
    assert {each.service for each in await door.kept()} == {"orders", "frontend"}


async def test_a_delivery_that_tells_no_change_is_answered_and_nothing_is_kept(door: Door) -> None:
    code, said = await door.deliver({"zen": "Keep it simple."}, event="ping")
    assert (code, said["kept"]) == (200, 0)
    code, said = await door.deliver(delivered("queued"))
    assert (code, said["kept"]) == (200, 0)
    assert await door.kept() == []


async def test_a_delivery_with_another_signature_is_refused(door: Door) -> None:
    code, said = await door.deliver(delivered(), secret="another")
    assert (code, said["error_type"]) == (401, "unauthorized")
    unsigned = await door.post(delivered(), "/github")
    assert unsigned[0] == 401
    assert await door.kept() == []


async def test_a_door_without_a_secret_is_not_there() -> None:
    store = MemoryStore()
    none = settings(changes_token=None, github_webhook_secret=None)
    assert door_routes(none, store, ManualClock()) == []
    async with listening(none, []) as url:
        assert url == ""
    only = settings(github_webhook_secret=None)
    assert len(door_routes(only, store, ManualClock())) == 1


async def test_in_http_mode_no_server_of_its_own_listens() -> None:
    given = settings(mode=Mode.HTTP)
    async with listening(given, door_routes(given, MemoryStore(), ManualClock())) as url:
        assert url == ""


async def test_an_address_that_is_taken_is_told_with_the_setting_to_change() -> None:
    first = Listening([], "127.0.0.1", 0)
    await first.open()
    try:
        with pytest.raises(HttpSetupError) as refused:
            await Listening([], "127.0.0.1", first.port).open()
        assert "COMPASS_PORT" in refused.value.remedy
    finally:
        await first.aclose()
