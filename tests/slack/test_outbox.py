"""Every message once, whatever gets lost; and the latest of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from bot.slack.blocks import Message, message, section
from bot.slack.errors import AnswerLostError, RateLimitedError, RefusedError
from bot.slack.lanes import Lanes
from bot.slack.outbox import ATTEMPTS, Outcome, SlackOutbox, Slot, UndeliveredError, digest
from bot.slack.web import Upload
from orchestrator.clock import Pace
from orchestrator.ports import PostStatus
from storage.memory import MemoryStore
from tests.slack.slackling import Slackling
from tests.support.clock import ManualClock, settle

T = TypeVar("T")
SLOT = Slot("T1", "inv-1", "inv-1/report", "C1", "1.0")
PICTURE = Upload(name="chart.png", content=b"png", title="t", alt="a", comment="c")


class Desk:
    """An outbox over a Slackling, under a clock that stands still."""

    def __init__(self) -> None:
        self.clock, self.slack, self.store = ManualClock(), Slackling(), MemoryStore()
        self.outbox = self.new()

    def new(self) -> SlackOutbox:
        """Another process over the same store."""
        lanes = Lanes(self.clock, per_second=1.0, burst=6)
        return SlackOutbox(self.store, self.slack, lanes, Pace(self.clock, per_second=1.0, burst=20), self.clock)

    async def show(self, text: str, slot: Slot = SLOT, *, again: bool = False) -> Outcome:
        return await self.patiently(lambda: self.outbox.show(slot, lambda: says(text), again=again))

    async def upload(self) -> Outcome:
        return await self.patiently(lambda: self.outbox.upload(SLOT, PICTURE))

    async def patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of the work, however long it waits."""
        task = asyncio.ensure_future(work())
        for _ in range(2000):
            await settle(3)
            if task.done():
                break
            await self.clock.advance(1)
        return await task


def says(text: str) -> Message:
    return message(text, section([text]))


@pytest.fixture
async def desk() -> Desk:
    made = Desk()
    await made.store.open()
    return made


async def test_a_message_is_posted_once_and_edited_after(desk: Desk) -> None:
    first = await desk.show("one")
    second = await desk.show("two")
    assert first.ts == second.ts
    assert desk.slack.texts() == ["two"]


async def test_an_edit_that_changes_nothing_is_not_sent(desk: Desk) -> None:
    for _ in range(3):
        await desk.show("same")
    assert desk.slack.calls == 1


async def test_another_process_goes_on_with_the_same_message(desk: Desk) -> None:
    await desk.show("one")
    desk.outbox = desk.new()
    await desk.show("two")
    assert desk.slack.texts() == ["two"]


@pytest.mark.parametrize("times", [1, 2])
async def test_a_post_whose_answer_got_lost_is_found_and_not_posted_again(desk: Desk, times: int) -> None:
    desk.slack.lose = [AnswerLostError()] * times
    outcome = await desk.show("one")
    assert outcome.status == PostStatus.SENT
    assert desk.slack.texts() == ["one"]
    assert desk.slack.looked == 1


async def test_a_post_that_never_arrived_is_sent_again(desk: Desk) -> None:
    desk.slack.trouble = [AnswerLostError(), AnswerLostError()]
    assert (await desk.show("one")).status == PostStatus.SENT
    assert desk.slack.texts() == ["one"]
    assert desk.slack.looked == 2


async def test_nothing_is_sent_again_before_slack_could_be_asked(desk: Desk) -> None:
    desk.slack.lose = [AnswerLostError()]
    desk.slack.looking = [AnswerLostError(), RateLimitedError(3)]
    await desk.show("one")
    assert desk.slack.texts() == ["one"]
    assert desk.slack.looked == 3


async def test_a_process_that_died_between_sending_and_writing_it_down_leaves_one_message(desk: Desk) -> None:
    class DiedError(BaseException):
        """The power went."""

    keep, kept = desk.store.keep_post, 0

    async def keep_once(entry: object) -> None:
        nonlocal kept
        kept += 1
        if kept == 2:
            raise DiedError
        await keep(entry)  # type: ignore[arg-type]

    desk.store.keep_post = keep_once  # type: ignore[method-assign]
    with pytest.raises(DiedError):
        await desk.outbox.show(SLOT, lambda: says("one"))
    desk.store.keep_post = keep  # type: ignore[method-assign]
    desk.outbox = desk.new()
    outcome = await desk.show("two")
    assert outcome.status == PostStatus.SENT
    assert desk.slack.texts() == ["two"]


async def test_where_slack_may_not_be_asked_the_message_is_rather_sent_twice_than_lost(desk: Desk) -> None:
    desk.slack.lose = [AnswerLostError()]
    desk.slack.looking = [RefusedError("missing_scope")]
    assert (await desk.show("one")).status == PostStatus.SENT
    assert desk.slack.texts() == ["one", "one"]


async def test_slack_that_stays_away_is_told_and_the_next_try_looks_first(desk: Desk) -> None:
    desk.slack.trouble = [AnswerLostError()] * ATTEMPTS
    with pytest.raises(UndeliveredError):
        await desk.show("one")
    entry = await desk.outbox.find("T1", SLOT.key)
    assert entry is not None
    assert entry.status == PostStatus.SENDING
    looked = desk.slack.looked
    await desk.show("one")
    assert desk.slack.looked == looked + 1
    assert desk.slack.texts() == ["one"]


async def test_a_rate_limit_is_waited_out_without_looking(desk: Desk) -> None:
    desk.slack.trouble = [RateLimitedError(7)]
    await desk.show("one")
    assert desk.slack.looked == 0
    assert 7 <= desk.clock.monotonic() < 9


async def test_what_had_to_wait_is_shown_as_it_is_when_its_turn_comes(desk: Desk) -> None:
    await desk.show("one")
    desk.slack.trouble = [RateLimitedError(5)]
    latest = ["two"]
    showing = asyncio.ensure_future(desk.outbox.show(SLOT, lambda: says(latest[0])))
    await settle()
    latest[0] = "three"
    await desk.clock.advance(6)
    await showing
    assert desk.slack.texts() == ["three"]
    calls = desk.slack.calls
    await desk.show("three")
    assert desk.slack.calls == calls


async def test_an_edit_whose_answer_got_lost_is_simply_sent_again(desk: Desk) -> None:
    await desk.show("one")
    desk.slack.lose = [AnswerLostError()]
    await desk.show("two")
    assert desk.slack.texts() == ["two"]
    assert desk.slack.looked == 0


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found", "is_archived", "restricted_action"])
async def test_what_slack_refuses_is_left_alone_until_somebody_asks_again(desk: Desk, code: str) -> None:
    desk.slack.trouble = [RefusedError(code)]
    assert await desk.show("one") == Outcome(PostStatus.REFUSED, code=code)
    assert await desk.show("one") == Outcome(PostStatus.REFUSED)
    assert desk.slack.calls == 1
    assert (await desk.show("one", again=True)).status == PostStatus.SENT
    assert desk.slack.texts() == ["one"]


async def test_a_message_that_can_no_longer_be_edited_is_left_and_tried_again_on_demand(desk: Desk) -> None:
    await desk.show("one")
    desk.slack.trouble = [RefusedError("not_in_channel")]
    refused = await desk.show("two")
    assert (refused.status, refused.ts != "") == (PostStatus.REFUSED, True)
    assert (await desk.show("two")).code == ""
    await desk.show("two", again=True)
    assert desk.slack.texts() == ["two"]


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long"])
async def test_blocks_that_slack_refuses_become_plain_text(desk: Desk, code: str) -> None:
    desk.slack.trouble = [RefusedError(code)]
    assert (await desk.show("one")).status == PostStatus.SENT
    (standing,) = desk.slack.standing.values()
    assert standing.message == Message("one")
    desk.slack.trouble = [RefusedError(code)]
    await desk.show("two")
    assert desk.slack.texts() == ["two"]


async def test_plain_text_that_is_refused_too_is_left(desk: Desk) -> None:
    desk.slack.trouble = [RefusedError("invalid_blocks"), RefusedError("msg_too_long")]
    assert (await desk.show("one")).code == "msg_too_long"
    await desk.show("one", again=True)
    desk.slack.trouble = [RefusedError("invalid_blocks"), RefusedError("msg_too_long")]
    assert (await desk.show("two")).status == PostStatus.REFUSED


async def test_a_reply_whose_parent_is_gone_is_noticed(desk: Desk) -> None:
    desk.slack.parent_gone = True
    assert (await desk.show("one")).strayed


async def test_a_picture_is_uploaded_once(desk: Desk) -> None:
    assert (await desk.upload()).status == PostStatus.SENT
    assert (await desk.upload()).status == PostStatus.SENT
    assert desk.slack.texts() == ["chart.png"]


async def test_a_picture_whose_answer_got_lost_is_found_by_its_name(desk: Desk) -> None:
    desk.slack.lose = [AnswerLostError()]
    await desk.upload()
    assert desk.slack.texts() == ["chart.png"]


async def test_a_picture_that_slack_refuses_is_left(desk: Desk) -> None:
    desk.slack.trouble = [RefusedError("missing_scope")]
    assert (await desk.upload()).code == "missing_scope"
    assert (await desk.upload()).status == PostStatus.REFUSED
    assert desk.slack.calls == 1


async def test_posts_keep_slacks_pace_and_edits_their_own(desk: Desk) -> None:
    for n in range(8):
        await desk.show("x", Slot("T1", "inv-1", f"inv-1/{n}", "C1"))
    assert 2 <= desk.clock.monotonic() < 4
    before = desk.clock.monotonic()
    for n in range(8):
        await desk.show("y", Slot("T1", "inv-1", f"inv-1/{n}", "C1"))
    assert desk.clock.monotonic() == before


def test_a_digest_tells_messages_apart_by_what_is_seen() -> None:
    assert digest(says("a")) == digest(says("a"))
    assert digest(says("a")) != digest(Message("a"))
