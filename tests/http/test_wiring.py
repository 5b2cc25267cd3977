"""What is told is found: beside Slack's events in one process, and beside what GitHub tells in one investigation."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from agents.sources.changes import posted_changes
from bot.bootstrap.doors import repositories
from bot.bootstrap.live import Live
from bot.settings import ServerAccess, Settings, load_settings
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Change, Window
from orchestrator.ports import Lookup
from storage import MemoryStore
from tests.agents.change_sources.fake_github import deployment, github, status
from tests.agents.wire.counterpart import counterpart, says
from tests.docs.pages import ROOT
from tests.support.clock import NOON, HurriedClock, ManualClock

DEPLOYMENTS = "/repos/acme/orders/deployments"


async def test_what_was_told_and_what_github_tells_is_one_answer() -> None:
    store = MemoryStore()
    await store.open()
    await store.keep_changes("*", [Change("flag-1", NOON - timedelta(minutes=9), "flag", "orders")])
    answers = {
        DEPLOYMENTS: [deployment(7, "abc", NOON - timedelta(minutes=20))],
        f"{DEPLOYMENTS}/7/statuses": [status("success", NOON - timedelta(minutes=5))],
    }
    async with github(answers) as (url, _):
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            prometheus=ServerAccess(url="http://127.0.0.1:9/"),
            github_repos=("acme/orders",),
            github_url=url,
            github_token=SecretStr("ghp_of_the_tests"),
        )
        async with Live(settings, ManualClock(), None, store).opened() as telemetry:
            assert telemetry.changes is not None
            window = Window(start=NOON - timedelta(hours=1), end=NOON)
            found = await telemetry.changes.read_changes(Lookup("INC-1", window))
    assert [each.change_id for each in found.changes] == ["flag-1", "abc"]
    assert found.asked.source == "Compass, GitHub"


def test_repositories_are_named_with_the_service_that_they_are_deployed_as(tmp_path: Path) -> None:
    del tmp_path
    settings = load_settings(github_repos="acme/orders, acme/web-shop = frontend")
    assert [(each.name, each.service) for each in repositories(settings)] == [
        ("acme/orders", "orders"),
        ("acme/web-shop", "frontend"),
    ]


def test_the_example_of_the_documentation_is_one_that_is_taken() -> None:
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"-d '(\{.*?\})'", page, re.DOTALL)
    [change] = posted_changes(json.loads(shown), NOON)
    assert (change.change_id, change.service, change.details) == ("v412", "orders", "-  LIMIT 50")


async def test_services_are_named_by_the_servers_that_answer() -> None:
    lookup = Lookup("INC-1", Window(start=NOON - timedelta(hours=1), end=NOON))
    async with counterpart(says({"tagValues": ["orders", "Checkout"]})) as (_, url):
        dead = ServerAccess(url="http://127.0.0.1:9/")
        settings = Settings(_env_file=None, prometheus=dead, tempo=ServerAccess(url=url))  # type: ignore[call-arg]
        async with Live(settings, HurriedClock()).opened() as telemetry:
            assert telemetry.names is not None
            assert set(await telemetry.names.read_names(lookup)) == {"orders", "checkout"}
        async with Live(Settings(_env_file=None, prometheus=dead), HurriedClock()).opened() as telemetry:  # type: ignore[call-arg]
            assert telemetry.names is not None
            with pytest.raises(SourceUnavailableError):
                await telemetry.names.read_names(lookup)
