"""The small parts: deliveries, jobs, times, what the SDK logs, what Slack's failures are sorted into, who people are."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import entered
from bot.slack.blocks import Message
from bot.slack.deliveries import REMEMBERED_S, Deliveries
from bot.slack.errors import AnswerLostError, RateLimitedError, RefusedError
from bot.slack.ids import Errand, Place, Target
from bot.slack.intake.socket import SocketIntake
from bot.slack.jobs import GRACE_S, Jobs
from bot.slack.people import KEPT_S, People, Policy
from bot.slack.request import Request, delivery_id, of_click, of_command, of_mention, of_submission
from bot.slack.sdk_log import sdk_logger
from bot.slack.teller import Teller
from bot.slack.times import clock, duration, of_budget, span
from bot.slack.views.answers import say
from bot.slack.web import SlackWeb
from orchestrator.model import Person
from tests.slack.pictures import finished
from tests.support.clock import NOON, ManualClock, settle


def test_what_comes_twice_is_first_once() -> None:
    deliveries = Deliveries(ManualClock())
    assert deliveries.is_first("a")
    assert not deliveries.is_first("a")
    assert deliveries.is_first("b")
    assert all(deliveries.is_first("") for _ in range(2))


async def test_deliveries_are_forgotten_after_a_while_and_never_too_many() -> None:
    clock_ = ManualClock()
    deliveries = Deliveries(clock_)
    assert deliveries.is_first("a")
    await clock_.advance(REMEMBERED_S + 1)
    assert deliveries.is_first("a")
    for n in range(6000):
        deliveries.is_first(f"x{n}")
    assert len(deliveries._seen) <= 5000


async def test_jobs_under_way_get_a_moment_and_are_then_ended() -> None:
    clock_ = ManualClock()
    jobs, done = Jobs(clock_), list[str]()

    async def quick() -> None:
        await clock_.sleep(1)
        done.append("quick")

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            done.append("ended")

    jobs.start(quick(), "quick")
    jobs.start(endless(), "endless")
    closing = asyncio.create_task(jobs.aclose())
    await settle()
    await clock_.advance(GRACE_S + 1)
    await closing
    assert done == ["quick", "ended"]
    await jobs.aclose()


def test_times_say_utc_and_the_day_where_it_is_another() -> None:
    noon = datetime(2026, 3, 14, 12, 0, 5, tzinfo=UTC)
    assert clock(noon, noon) == "12:00 UTC"
    assert clock(noon, noon, seconds=True) == "12:00:05 UTC"
    assert clock(noon, noon + timedelta(days=1)) == "14 Mar 12:00 UTC"
    assert clock(noon, noon + timedelta(days=365)) == "14 Mar 2026 12:00 UTC"
    assert clock(noon.astimezone(ZoneInfo("Europe/Stockholm")), noon) == "12:00 UTC"
    assert span(noon - timedelta(hours=13), noon, noon) == "13 Mar 23:00–14 Mar 12:00 UTC"


def test_durations_and_money_as_people_read_them() -> None:
    assert [duration(each) for each in (0, 0.42, 9.94, 9.96, 59.6, 65, 3600)] == [
        "0.0 s", "0.4 s", "9.9 s", "10 s", "1 min 0 s", "1 min 5 s", "60 min 0 s",
    ]  # fmt: skip
    assert [of_budget(Decimal(each), Decimal(10)) for each in ("0", "0.004", "0.005", "1.995", "10")] == [
        "$0.00 of $10.00", "under $0.01 of $10.00", "$0.01 of $10.00", "$2.00 of $10.00", "$10.00 of $10.00",
    ]  # fmt: skip


def test_the_sdk_logs_where_it_failed_and_never_what_it_says() -> None:
    logger = sdk_logger()
    with structlog.testing.capture_logs() as lines:
        try:
            raise ValueError("wss://example/?ticket=secret")  # noqa: TRY301 - what the SDK does
        except ValueError:
            logger.exception("Failed to connect (error: wss://example/?ticket=secret); Retrying...")
        logger.warning("the token is xoxb-1")
    assert len(lines) == 1
    assert lines[0]["error"] == "ValueError"
    assert "secret" not in str(lines)
    assert not logging.getLogger("slack_bolt").propagate


def test_a_place_in_the_sdk_is_heard_once_a_minute() -> None:
    logger = sdk_logger()
    (handler,) = logger.handlers

    def trouble(line: int, at: float) -> logging.LogRecord:
        record = logging.LogRecord("x", logging.ERROR, "client.py", line, "Failed (secret)", None, None, "connect")
        record.created = at
        return record

    with structlog.testing.capture_logs() as lines:
        for line, at in ((10, 1000.0), (10, 1005.0), (20, 1006.0), (10, 1059.9), (10, 1060.0)):
            handler.emit(trouble(line, at))
    assert [each["where"].rsplit(":", 1)[1] for each in lines] == ["10", "20", "10"]
    assert all("error" not in each for each in lines)


class Answered:
    """What the SDK keeps of an HTTP answer."""

    def __init__(self, status: int, data: Any, headers: Any = None) -> None:
        self.status_code, self.data, self.headers = status, data, headers


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (SlackApiError("x", Answered(429, {"error": "ratelimited"}, {"Retry-After": "7"})), RateLimitedError),
        (SlackApiError("x", Answered(429, {}, {"Retry-After": "soon"})), RateLimitedError),
        (SlackApiError("x", Answered(500, {})), AnswerLostError),
        (SlackApiError("x", Answered(200, {"error": "internal_error"})), AnswerLostError),
        (SlackApiError("x", Answered(200, {})), AnswerLostError),
        (SlackApiError("x", None), AnswerLostError),
        (SlackApiError("x", Answered(200, {"error": "is_archived"})), RefusedError),
        (aiohttp.ServerDisconnectedError(), AnswerLostError),
        (ConnectionResetError(), AnswerLostError),
        (TimeoutError(), AnswerLostError),
        (AttributeError("'str' object has no attribute 'get'"), AnswerLostError),
    ],
)
async def test_failures_are_sorted_by_what_to_do_next(failure: Exception, kind: type[Exception]) -> None:
    async def fail(**_: object) -> None:
        raise failure

    web = SlackWeb(AsyncWebClient(token="t"), ManualClock())
    with pytest.raises(kind) as sorted_:
        await web._call(fail)
    if isinstance(sorted_.value, RateLimitedError):
        assert sorted_.value.retry_after in (7.0, 30.0)


async def test_a_call_that_takes_too_long_may_have_been_done() -> None:
    clock_ = ManualClock()
    web = SlackWeb(AsyncWebClient(token="t"), clock_, timeout_s=5)

    async def never(**_: object) -> None:
        await asyncio.Event().wait()

    calling = asyncio.create_task(web._call(never))
    await settle()
    await clock_.advance(6)
    with pytest.raises(AnswerLostError):
        await calling


def test_a_code_that_is_none_of_slacks_is_not_passed_on() -> None:
    assert RefusedError("not_in_channel").code == "not_in_channel"
    assert RefusedError("Bearer xoxb-1 <!channel>").code == "unknown_error"


async def test_no_answer_goes_to_an_address_that_is_no_web_address() -> None:
    with pytest.raises(RefusedError):
        await SlackWeb(AsyncWebClient(token="t"), ManualClock()).respond("file:///etc/passwd", Message("x"))


class Told:
    """Implements what `People` asks of Slack."""

    def __init__(self, user: dict[str, Any], channel: dict[str, Any] | Exception) -> None:
        self.answers, self.asked = (user, channel), 0

    async def user(self, _: str) -> dict[str, Any]:
        self.asked += 1
        return self.answers[0]

    async def channel(self, _: str) -> dict[str, Any]:
        self.asked += 1
        if isinstance(self.answers[1], Exception):
            raise self.answers[1]
        return self.answers[1]


def people(
    user: dict[str, Any], channel: dict[str, Any] | Exception, clock_: ManualClock, **policy: Any
) -> tuple[People, Told]:
    told = Told(user, channel)
    return People(told, clock_, Policy(**{"team_id": "T1", **policy})), told  # type: ignore[arg-type]


def request(team_id: str = "T1", **more: Any) -> Request:
    return Request(person=Person(user_id="U1"), place=Place("C1"), request_id="r", team_id=team_id, **more)


async def test_what_is_known_of_people_is_kept_for_a_while() -> None:
    clock_ = ManualClock()
    who, told = people({"tz": "Europe/Lisbon", "team_id": "T1"}, {}, clock_)
    assert who.zone_if_known("U1") == UTC
    for _ in range(3):
        assert (await who.member("U1")).zone == ZoneInfo("Europe/Lisbon")
    assert told.asked == 1
    assert who.zone_if_known("U1") == ZoneInfo("Europe/Lisbon")
    await clock_.advance(KEPT_S + 1)
    await who.member("U1")
    assert told.asked == 2


async def test_not_more_people_are_kept_than_there_is_room_for() -> None:
    who, _ = people({"team_id": "T1"}, {}, ManualClock())
    for n in range(2100):
        await who.member(f"U{n}")
    assert len(who._members._known) == 2000


@pytest.mark.parametrize(
    ("tz", "offset", "hours"), [("Mars/Base", 3600, 1), (None, 7200, 2), ("", "soon", 0), ("../etc", 10**9, 0)]
)
async def test_a_zone_nobody_knows_is_taken_from_the_offset(tz: object, offset: object, hours: int) -> None:
    who, _ = people({"tz": tz, "tz_offset": offset, "team_id": "T1"}, {}, ManualClock())
    assert (await who.member("U1")).zone.utcoffset(None) == timedelta(hours=hours)


async def test_colleagues_of_the_same_enterprise_are_no_strangers() -> None:
    member = {"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}
    who, _ = people(member, {}, ManualClock(), enterprise_id="E1")
    assert await who.refusal(request("T2", enterprise_id="E1")) == ""
    assert "Only members" in await who.refusal(request("T2"))
    other, _ = people({"team_id": "T9"}, {}, ManualClock())
    assert "Only members" in await other.refusal(request())


async def test_a_channel_the_bot_may_not_see_counts_as_private() -> None:
    for code in ("channel_not_found", "missing_scope"):
        who, _ = people({"team_id": "T1"}, RefusedError(code), ManualClock())
        assert not await who.may_see("C9", "C1")
        assert await who.may_see("C1", "C1")
    lost, _ = people({"team_id": "T1"}, AnswerLostError(), ManualClock())
    assert not await lost.may_see("C9", "C1")
    assert "did not tell" in await lost.refusal(request())


def test_payloads_with_holes_are_read_without_harm() -> None:
    for read in (of_command, of_click, of_mention, of_submission):
        empty = read({}, "r")
        assert empty.person.user_id == "unknown"
        assert empty.place == Place("")
    assert delivery_id({}) == ""
    assert delivery_id({"event_id": "Ev1", "trigger_id": "t"}) == "Ev1"


def test_a_forms_errand_comes_back_as_it_went() -> None:
    for errand in (Errand(Place("C1")), Errand(Place("C1", "1.2"), Target("inv-1", "h1", 2), "V1")):
        assert Errand.read(errand.packed()) == errand
    assert of_submission({"view": {"private_metadata": "v1/x"}}, "r").place == Place("")


def test_a_reason_may_be_preset_typed_both_or_none() -> None:
    assert entered.reason({}) == ""
    assert entered.reason({"preset": "known"}) == "Known and harmless"
    assert entered.reason({"preset": "nonsense", "reason": "mine"}) == "mine"


def test_defaults_become_defaults_again_in_another_run() -> None:
    investigation = finished(assumed=("budget",)).view.investigation
    again = entered.once_more(investigation, NOON).parameters
    assert (again.budget, again.start_time, again.incident_id) == (None, NOON, "INC-123")
    assert entered.once_more(finished().view.investigation, NOON).parameters.budget == Decimal(10)


class Deaf:
    """Implements what `Teller` asks of Slack; every way but the last `hears` is refused."""

    def __init__(self, hears: int) -> None:
        self.hears, self.said = hears, list[str]()

    async def _try(self, way: str) -> None:
        self.said.append(way)
        if len(self.said) < self.hears:
            raise RefusedError("not_in_channel")

    async def update_view(self, *_: object) -> None:
        await self._try("modal")

    async def respond(self, *_: object, **__: object) -> None:
        await self._try("response_url")

    async def whisper(self, *_: object, **__: object) -> None:
        await self._try("channel")

    async def post(self, *_: object, **__: object) -> None:
        await self._try("direct")


async def test_an_answer_takes_the_next_way_when_one_is_closed() -> None:
    asked = request(response_url="https://hooks.example/1")
    for hears, ways in (
        (1, ["response_url"]),
        (3, ["response_url", "channel", "direct"]),
        (9, ["response_url", "channel", "direct"]),
    ):
        deaf = Deaf(hears)
        await Teller(deaf).tell(asked, say("hello"))  # type: ignore[arg-type]
        assert deaf.said == ways
    in_modal = replace(asked, place=Place(""), view_id="V1", response_url="")
    deaf = Deaf(2)
    await Teller(deaf).tell(in_modal, say("hello"))  # type: ignore[arg-type]
    assert deaf.said == ["modal", "direct"]


async def test_a_socket_that_cannot_be_renewed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        async def connect_to_new_endpoint(self, *, force: bool) -> None:
            raise OSError(f"secret {force}")

    class Socket:
        client = Client()

    intake = SocketIntake(None, None, "xapp", ManualClock(), sdk_logger())  # type: ignore[arg-type]
    with structlog.testing.capture_logs() as lines:
        await intake._renew(0, Socket())  # type: ignore[arg-type]
    assert [(line["event"], line["error"]) for line in lines] == [("slack_socket_not_renewed", "OSError")]


def test_that_slack_is_gone_and_that_it_is_back_is_said_once_each() -> None:
    intake = SocketIntake(None, None, "xapp", ManualClock(), sdk_logger())  # type: ignore[arg-type]
    with structlog.testing.capture_logs() as lines:
        for connected in (2, 1, 0, 0, 0, 1, 2):
            intake._note(connected)
    assert [line["event"] for line in lines] == ["slack_unreachable", "slack_reachable"]
