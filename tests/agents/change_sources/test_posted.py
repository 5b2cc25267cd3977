"""What people and GitHub post: read, masked, and refused in words that say how to do it right."""

from datetime import timedelta
from typing import Any

import pytest

from agents.sources.changes import RefusedChangesError, change_of_webhook, posted_changes
from orchestrator.model import Change
from tests.agents.change_sources.fake_github import deployment, status
from tests.support.clock import NOON


def test_only_the_id_is_needed_and_what_is_not_told_happened_now() -> None:
    assert posted_changes({"id": " v412 "}, NOON) == [Change("v412", NOON, "deploy")]


def test_a_list_and_an_object_with_a_list_are_read_alike_and_times_without_a_zone_are_utc() -> None:
    items = [{"id": "a", "at": "2026-03-14T11:58:00"}, {"id": "b", "at": "2026-03-14T12:58:00+01:00", "kind": "Flag"}]
    two_minutes_ago = NOON - timedelta(minutes=2)
    expected = [Change("a", two_minutes_ago, "deploy"), Change("b", two_minutes_ago, "flag")]
    assert posted_changes(items, NOON) == posted_changes({"changes": items}, NOON) == expected


def test_what_people_wrote_is_masked_before_it_is_kept() -> None:
    [change] = posted_changes(
        {"id": "a", "summary": "password=hunter2", "author": "ana@example.org", "details": "+api_key: abcdefgh"}, NOON
    )
    assert (change.summary, change.author, change.details) == ("password=<secret>", "<email>", "+api_key: <secret>")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "changes[0].id: Field required"),
        ([{"id": "a"}, {"id": ""}], "changes[1].id: String should have at least 1 character"),
        ({"id": "a", "servce": "orders"}, "changes[0].servce: Extra inputs are not permitted"),
        ({"id": "a", "at": "soon"}, "changes[0].at: "),
        ({"id": "a", "at": "2026-03-15T12:00:00Z"}, "at: 2026-03-15T12:00:00Z lies in the future"),
        ([{"id": str(each)} for each in range(501)], "changes"),
        ("v412", "changes[0]"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_field_and_the_rule(body: Any, said: str) -> None:
    with pytest.raises(RefusedChangesError) as refused:
        posted_changes(body, NOON)
    assert said in refused.value.message
    assert '{"id": "v412"' in refused.value.remedy


def delivered(state: str, **more: Any) -> dict[str, Any]:
    """A delivery of `deployment_status`, as GitHub documents it."""
    return {
        "action": "created",
        "deployment_status": status(state, NOON),
        "deployment": deployment(1, "abc", NOON - timedelta(minutes=5), **more),
        "repository": {"id": 1, "name": "orders", "full_name": "acme/orders"},
        "sender": {"login": "ana"},
    }


@pytest.mark.parametrize("state", ["in_progress", "success"])
def test_a_deployment_that_is_live_is_a_change_of_the_service_called_like_the_repository(state: str) -> None:
    assert change_of_webhook("deployment_status", delivered(state)) == Change(
        "abc", NOON, "deploy", "orders", "main: Deploy request", "ana", environment="production"
    )


def test_the_payload_of_a_deployment_may_name_the_service() -> None:
    change = change_of_webhook("deployment_status", delivered("success", payload={"service": "search"}))
    assert change is not None
    assert change.service == "search"


@pytest.mark.parametrize("event", ["ping", "deployment", "push"])
def test_other_deliveries_tell_no_change(event: str) -> None:
    assert change_of_webhook(event, delivered("success")) is None


@pytest.mark.parametrize("state", ["pending", "queued", "failure", "error", "inactive"])
def test_a_deployment_that_is_not_live_is_no_change(state: str) -> None:
    assert change_of_webhook("deployment_status", delivered(state)) is None


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {**delivered("success"), "deployment": {}},
        {**delivered("success"), "deployment_status": {"state": "success"}},
    ],
)
def test_a_delivery_of_another_shape_is_refused(body: Any) -> None:
    with pytest.raises(RefusedChangesError):
        change_of_webhook("deployment_status", body)
