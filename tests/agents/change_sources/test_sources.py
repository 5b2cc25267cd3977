"""Where changes come from: told to Compass and kept, asked of GitHub, and all of them as one source."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from agents.sources.changes import HEADERS, GitHubChanges, KeptChanges, MergedChanges, Repository
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Asked, Change, Changes, Scope, Window
from orchestrator.ports import Lookup, Telemetry
from storage import MemoryStore
from tests.agents.cases import reference_case
from tests.agents.change_sources.fake_github import compared, deployment, github, status
from tests.agents.contract_sources import ChangeContract, Filled
from tests.agents.wire.counterpart import server_at
from tests.support.clock import NOON

DEPLOYMENTS = "/repos/acme/orders/deployments"
HOUR = Lookup("INC-1", Window(start=NOON - timedelta(hours=1), end=NOON))


def ago(minutes: float) -> Any:
    return NOON - timedelta(minutes=minutes)


async def kept(*changes: Change) -> KeptChanges:
    store = MemoryStore()
    await store.open()
    await store.keep_changes("*", changes)
    return KeptChanges(store)


@asynccontextmanager
async def asking(answers: dict[str, Any], service: str = "orders") -> AsyncIterator[tuple[GitHubChanges, list[Any]]]:
    async with github(answers) as (url, asked):
        server = server_at(url, name="GitHub", headers=HEADERS, token=SecretStr("ghp_secret"))
        async with server:
            yield GitHubChanges(server, [Repository("acme/orders", service)]), asked


class TestKeptChanges(ChangeContract):
    @pytest.fixture
    async def filled(self) -> Filled:
        case = reference_case()
        told = Change("v412", case.at(-30), "deploy", "orders"), Change("abc123", case.at(-90), "commit")
        return Filled(Telemetry(changes=await kept(*told)), case)


class TestMergedChanges(ChangeContract):
    @pytest.fixture
    async def filled(self) -> AsyncIterator[Filled]:
        case = reference_case()
        answers = {
            DEPLOYMENTS: [deployment(7, "v412", case.at(-40))],
            f"{DEPLOYMENTS}/7/statuses": [status("success", case.at(-30))],
        }
        async with asking(answers) as (source, _):
            yield Filled(
                Telemetry(changes=MergedChanges([source, await kept(Change("abc123", case.at(-90), "commit"))])), case
            )


async def test_kept_changes_are_those_of_the_services_and_the_environment_asked_for() -> None:
    source = await kept(
        Change("a", ago(5), "deploy", "orders", environment="production"),
        Change("b", ago(4), "deploy", "orders", environment="staging"),
        Change("c", ago(3), "flag"),
        Change("d", ago(2), "deploy", "stock"),
    )

    async def ids(environment: str = "", *services: str) -> str:
        lookup = Lookup("INC-1", HOUR.window, Scope(environment=environment), services)
        return "".join(each.change_id for each in (await source.read_changes(lookup)).changes)

    assert await ids() == "acd"
    assert await ids("prod") == "acd"
    assert await ids("staging") == "bcd"
    assert await ids("", "orders") == "ac"


async def test_a_change_that_two_sources_tell_is_told_once_with_what_both_know() -> None:
    told = await kept(Change("abc", ago(5), "deploy", "orders", summary="v2"))
    asked = await kept(Change("ABC", ago(4), "deploy", "orders", author="ana", files=("a.py",), details="+x"))
    merged = await MergedChanges([told, asked]).read_changes(HOUR)
    assert merged.changes == (Change("abc", ago(5), "deploy", "orders", "v2", "ana", ("a.py",), "+x"),)
    assert merged.asked.latest == ago(4)


class Silent:
    async def read_changes(self, lookup: Lookup) -> Changes:
        raise SourceUnavailableError("GitHub did not answer.")


async def test_a_source_that_does_not_answer_is_left_out_and_said() -> None:
    merged = await MergedChanges([Silent(), await kept(Change("a", ago(1), "deploy"))]).read_changes(HOUR)
    assert [each.change_id for each in merged.changes] == ["a"]
    assert merged.asked.left_out == "GitHub did not answer."
    with pytest.raises(SourceUnavailableError):
        await MergedChanges([Silent(), Silent()]).read_changes(HOUR)


async def test_a_deployment_is_live_from_its_first_status_that_says_so_and_told_with_what_it_changed() -> None:
    older, newer = deployment(1, "aaa", ago(300)), deployment(2, "bbb", ago(40), payload='{"x": 1}')
    answers = {
        DEPLOYMENTS: [newer, older],
        f"{DEPLOYMENTS}/2/statuses": [
            status("success", ago(20)),
            status("in_progress", ago(30)),
            status("queued", ago(39)),
        ],
        f"{DEPLOYMENTS}/1/statuses": [status("inactive", ago(20)), status("success", ago(299))],
        "/repos/acme/orders/compare/aaa...bbb": compared("faster search\n\nbody", ("q.py", "-LIMIT 5\n+token=abcdef")),
    }
    async with asking(answers) as (source, asked):
        found = await source.read_changes(HOUR)
    [change] = found.changes
    assert (change.change_id, change.at, change.service, change.author) == ("bbb", ago(30), "orders", "ana")
    assert change.summary == "faster search (and 1 more commits)"
    assert (change.files, change.details) == (("q.py",), "@@ q.py\n-LIMIT 5\n+token=<secret>")
    assert change.environment == "production"
    assert asked[0].headers["Authorization"] == "Bearer ghp_secret"
    assert asked[0].headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert found.asked == Asked("GitHub", "deployments of acme/orders", HOUR.window, latest=ago(30))


async def test_the_first_deployment_is_told_by_its_commit_and_one_without_a_comparison_by_its_description() -> None:
    answers: dict[str, Any] = {
        DEPLOYMENTS: [deployment(1, "aaa", ago(30))],
        f"{DEPLOYMENTS}/1/statuses": [status("success", ago(29))],
    }
    async with asking(answers) as (source, _):
        [bare] = (await source.read_changes(HOUR)).changes
    assert (bare.summary, bare.files) == ("main: Deploy request", ())
    answers["/repos/acme/orders/commits/aaa"] = {"commit": {"message": "begin"}, "files": [{"filename": "a.py"}]}
    async with asking(answers) as (source, _):
        [first] = (await source.read_changes(HOUR)).changes
    assert (first.summary, first.files, first.details) == ("begin", ("a.py",), "")


async def test_a_deployment_that_never_went_live_or_to_another_environment_is_no_change() -> None:
    answers = {
        DEPLOYMENTS: [deployment(1, "aaa", ago(30)), deployment(2, "bbb", ago(20), "staging")],
        f"{DEPLOYMENTS}/1/statuses": [status("failure", ago(29)), status("queued", ago(30))],
        f"{DEPLOYMENTS}/2/statuses": [status("success", ago(19))],
    }
    async with asking(answers) as (source, _):
        assert (await source.read_changes(HOUR)).changes == ()
        staging = Lookup("INC-1", HOUR.window, Scope(environment="staging"))
        assert [each.change_id for each in (await source.read_changes(staging)).changes] == ["bbb"]


async def test_only_repositories_of_the_services_asked_for_are_asked() -> None:
    async with asking({}, service="stock") as (source, asked):
        lookup = Lookup("INC-1", HOUR.window, services=("orders",))
        assert (await source.read_changes(lookup)).changes == ()
    assert asked == []


@pytest.mark.parametrize("answer", [401, [{"created_at": "yesterday"}]], ids=["refused", "of another shape"])
async def test_where_github_does_not_tell_that_is_said_in_our_words_without_the_token(answer: Any) -> None:
    async with asking({DEPLOYMENTS: answer}) as (source, _):
        with pytest.raises(SourceUnavailableError) as refused:
            await source.read_changes(HOUR)
    assert "GitHub" in refused.value.message
    assert "ghp_secret" not in f"{refused.value.message} {refused.value.remedy}"
