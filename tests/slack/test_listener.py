"""The listener by itself: it hears for nothing, shows the latest, and outlives whatever goes wrong."""

import asyncio
from collections.abc import Callable

import pytest
import structlog

from bot.slack.ids import SURFACE, Place
from bot.slack.outbox import UndeliveredError
from bot.slack.request import Request
from bot.slack.thread import ASKERS_KEPT, MOST_TRIES, RETRY_S, SlackThread
from bot.slack.views.picture import Picture
from orchestrator.events import InvestigationView
from orchestrator.investigation import report_of
from orchestrator.model import Origin, Person
from tests.slack import scene
from tests.slack.pictures import RUNNING, picture
from tests.support.builders import past_incident
from tests.support.clock import ManualClock, settle

WORKSPACE = "T1"


class Service:
    """As much of the service as the listener needs of it."""

    def report(self, view: InvestigationView) -> object:
        return report_of(view, scene.team())

    def title_of(self, agent_id: str) -> str:
        return agent_id.title()


class Story:
    """Implements `tell`: what was told, after the troubles that are planned."""

    def __init__(self, *troubles: Exception | None, code: str = "") -> None:
        self.troubles, self.told, self.again, self.code = list(troubles), list[int](), list[bool](), code

    async def tell(self, latest: Callable[[], Picture], *, again: bool = False) -> str:
        self.again.append(again)
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble:
            raise trouble
        self.latest = latest()
        self.told.append(self.latest.view.seq)
        return self.code


class Teller:
    """Implements `tell`."""

    def __init__(self) -> None:
        self.told: list[Request] = []

    async def tell(self, request: Request, message: object) -> None:
        self.told.append(request)


class Channels:
    """Implements `may_see`: those channels are open to all."""

    def __init__(self, *open_to_all: str) -> None:
        self.open_to_all = open_to_all

    async def may_see(self, channel: str, from_channel: str) -> bool:
        return channel in (*self.open_to_all, from_channel)


def view(seq: int = 2, surface: str = SURFACE, workspace: str = WORKSPACE) -> InvestigationView:
    shown = picture(RUNNING, origin=Origin(surface=surface, place="C1", request_id="q1"), workspace=workspace).view
    return shown.model_copy(update={"seq": seq})


class Stage:
    def __init__(self, story: Story, people: Channels | None = None) -> None:
        self.clock, self.story, self.teller, self.people = ManualClock(), story, Teller(), people or Channels()
        self.thread = SlackThread(Service(), self.clock, interval_s=2.0)  # type: ignore[arg-type]

    def open(self) -> None:
        self.thread.open(WORKSPACE, self.story, self.teller, self.people)  # type: ignore[arg-type]


async def test_what_is_heard_before_it_opens_is_shown_when_it_does() -> None:
    stage = Stage(Story())
    stage.thread.bring(view(5))
    stage.thread.bring(view(4))
    stage.thread.bring(view(9, workspace="T_OTHER"))
    stage.thread.bring(view(9, surface="terminal"))
    await settle()
    assert stage.story.told == []
    stage.open()
    await settle()
    assert stage.story.told == [5]
    await stage.thread.aclose()


async def test_between_two_showings_there_is_the_interval() -> None:
    stage = Stage(Story())
    stage.open()
    for seq in range(2, 12):
        stage.thread.bring(view(seq))
        await settle()
    assert stage.story.told == [2]
    await stage.clock.advance(2)
    assert stage.story.told == [2, 11]
    await stage.clock.advance(10)
    assert stage.story.told == [2, 11]
    assert stage.thread._tasks == {}
    stage.thread.bring(view(12))
    await settle()
    assert stage.story.told == [2, 11, 12]
    await stage.thread.aclose()


@pytest.mark.parametrize("trouble", [UndeliveredError(), RuntimeError("secret"), ValueError()])
async def test_a_showing_that_fails_is_tried_again_with_what_is_latest_then(trouble: Exception) -> None:
    stage = Stage(Story(trouble))
    stage.open()
    with structlog.testing.capture_logs() as lines:
        stage.thread.bring(view(2), again=True)
        await settle()
        stage.thread.bring(view(3))
        await stage.clock.advance(RETRY_S + 1)
    assert stage.story.told == [3]
    assert stage.story.again == [True, True]
    assert "secret" not in str(lines)
    await stage.thread.aclose()


async def test_a_thread_that_never_works_is_given_up_until_there_is_news() -> None:
    stage = Stage(Story(*[UndeliveredError()] * MOST_TRIES))
    stage.open()
    stage.thread.bring(view(2))
    await stage.clock.advance(RETRY_S * (MOST_TRIES + 1))
    assert stage.story.told == []
    assert stage.thread._tasks == {}
    stage.thread.bring(view(3))
    await settle()
    assert stage.story.told == [3]
    await stage.thread.aclose()


async def test_who_asked_is_told_of_a_refusal_by_the_way_they_asked() -> None:
    stage = Stage(Story(code="not_in_channel"))
    asked = Request(
        person=Person(user_id="U1"), place=Place("C1"), request_id="q1", response_url="https://hooks.example"
    )
    stage.thread.expect(asked)
    stage.open()
    stage.thread.bring(view())
    await settle()
    assert stage.teller.told == [asked]
    await stage.thread.aclose()


async def test_after_a_restart_who_asked_is_told_where_they_asked() -> None:
    stage = Stage(Story(code="is_archived"))
    stage.open()
    stage.thread.bring(view())
    await settle()
    (told,) = stage.teller.told
    assert (told.person.name, told.place, told.response_url) == ("ana", Place("C1"), "")
    await stage.thread.aclose()


async def test_not_more_askers_are_remembered_than_there_is_room_for() -> None:
    stage = Stage(Story())
    for n in range(ASKERS_KEPT + 10):
        stage.thread.expect(Request(person=Person(user_id="U1"), place=Place("C1"), request_id=str(n)))
    assert len(stage.thread._askers) == ASKERS_KEPT


async def test_a_listener_that_is_closed_hears_and_shows_no_more() -> None:
    stage = Stage(Story())
    stage.open()
    await stage.thread.aclose()
    stage.thread.bring(view())
    await stage.thread.catch_up()
    await asyncio.sleep(0)
    assert stage.story.told == []


async def test_an_earlier_incident_of_a_private_channel_is_named_in_no_other() -> None:
    private, public, here = (past_incident(f"INC-{place}", place=f"{place}/17.5") for place in ("C7", "C8", "C1"))
    stage = Stage(Story(), Channels("C8"))
    stage.open()
    stage.thread.bring(view(5).model_copy(update={"similar": (private, public, here)}))
    await settle()
    assert [each.incident_id for each in stage.story.latest.report.seen_before] == ["INC-C8", "INC-C1"]
    assert "INC-C7" not in stage.story.latest.view.model_dump_json()
    await stage.thread.aclose()
