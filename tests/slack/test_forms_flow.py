"""The form of a new investigation, from opening it to the thread."""

from datetime import timedelta
from decimal import Decimal

from orchestrator.model import Mode, Severity
from tests.slack import scene
from tests.slack.conftest import CHANNEL, House, shown

FILLED = {"incident": "INC-123", "title": "checkout answers 5xx", "services": "checkout, payments"}


async def test_the_form_opens_before_anything_else_is_asked_of_slack(house: House) -> None:
    await house.type("new")
    assert house.sandbox.modal("ana") is not None
    asked = [call.method for call in house.sandbox.calls if call.method.startswith(("views", "users", "conv"))]
    assert asked[0] == "views.open"


async def test_what_was_entered_is_investigated_in_the_channel_it_was_asked_in(house: House) -> None:
    await house.type("new")
    outcome = await house.submit({**FILLED, "severity": "SEV1", "budget": "$2.50", "mode": "parallel"})
    assert outcome.acknowledged
    assert house.sandbox.modal("ana") is None
    parent = await house.whole_thread()
    assert "*INC-123 checkout answers 5xx* · SEV1" in shown(parent)
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    made = (await house.service.view(summary.workspace, summary.investigation_id)).investigation
    assert made.budget == Decimal("2.50")
    assert made.mode is Mode.PARALLEL
    assert made.incident.severity == Severity.SEV1
    assert made.incident.affected_services == ("checkout", "payments")
    assert made.origin.place == house.sandbox.workspace.channel(CHANNEL).id


async def test_an_id_alone_is_enough_and_what_is_known_stays(house: House) -> None:
    await house.type("new INC-123")
    assert (await house.submit({})).acknowledged
    await house.whole_thread()
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    made = (await house.service.view(summary.workspace, summary.investigation_id)).investigation
    assert made.incident.model_copy(update={"baseline_end": None}) == scene.INCIDENT


async def test_words_alone_are_enough_too(house: House) -> None:
    await house.type("new")
    assert (await house.submit({"title": "orders are slow"})).acknowledged
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    assert summary.title == "orders are slow"


async def test_without_an_id_and_without_words_the_field_says_so(house: House) -> None:
    await house.type("new")
    outcome = await house.submit({"services": "checkout"})
    assert outcome.errors == {"incident": "Give an incident id, or say what is wrong."}


async def test_what_is_typed_is_never_ignored(house: House) -> None:
    await house.type("new")
    await house.submit({"title": "orders are slow", "since": "30m"})
    (summary,) = await house.service.history(house.sandbox.workspace.team_id)
    made = (await house.service.view(summary.workspace, summary.investigation_id)).investigation
    assert made.incident.start_time == house.clock.now() - timedelta(minutes=30)
    assert "start_time" not in made.assumed


async def test_errors_stand_at_their_fields_and_start_nothing(house: House) -> None:
    await house.type("new")
    outcome = await house.submit(
        {"incident": "checkout is down", "title": "t", "services": ",", "since": "2099-01-01T00:00Z", "budget": "-1"}
    )
    assert outcome.errors == {
        "incident": "Must be an id such as INC-123.",
        "services": "Must name at least one. For example: checkout,payments",
        "since": "Must not lie in the future. For example: 14:00 or 30m",
        "budget": "Must be more than $0. For example: 10",
    }
    assert house.sandbox.modal("ana") is not None
    assert await house.service.history(house.sandbox.workspace.team_id) == []


async def test_a_time_that_is_none_is_refused_with_one_example_as_a_field_takes_it(house: House) -> None:
    await house.type("new INC-123")
    outcome = await house.submit({"since": "soon"})
    assert outcome.errors == {"since": "Must be a time such as 14:00, 30m or 2026-03-14T14:00Z."}


async def test_no_field_is_demanded_by_itself(house: House) -> None:
    await house.type("new")
    view = house.sandbox.modal("ana")
    assert view is not None
    needed = [block["block_id"] for block in view.blocks if block["type"] == "input" and not block["optional"]]
    assert needed == []


async def test_what_only_the_core_can_refuse_is_told_after_the_form(house: House) -> None:
    await house.type("new")
    await house.submit({**FILLED, "since": "03:00"})
    (answer,) = house.whispers()
    assert "must lie within the recording" in shown(answer)


async def test_a_message_can_be_investigated_from_its_menu(house: House) -> None:
    alert = house.sandbox.say("ben", CHANNEL, "checkout answers 5xx & @channel knows")
    await house.sandbox.message_shortcut("ana", CHANNEL, alert.ts, "compass.investigate_message")
    await house.surface.jobs.drain()
    view = house.sandbox.modal("ana")
    assert view is not None
    title = next(block for block in view.blocks if block["block_id"] == "title")
    assert title["element"]["initial_value"] == "checkout answers 5xx & @channel knows"
    await house.submit({"incident": "INC-123", "services": "checkout"})
    await house.until(lambda message: "*Cost*" in shown(message))
    assert len(house.thread(alert)) == 1 + 7
