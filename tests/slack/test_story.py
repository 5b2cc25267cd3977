"""The order in which a thread is told, whenever the news comes."""

from collections.abc import Callable
from typing import Any

from bot.slack.blocks import Message
from bot.slack.outbox import Outcome, Slot
from bot.slack.story import Story
from bot.slack.views.picture import Picture
from bot.slack.web import Upload
from orchestrator.model import Mode, Origin
from orchestrator.ports import OutboxEntry, PostStatus
from tests.slack.pictures import RUNNING, finished, observations, picture
from tests.support.world import InlineCompute

HERE = Origin(surface="slack", place="C1", request_id="q1")


class Outbox:
    """Implements what `Story` asks of the outbox, and remembers it; `after` is called after each message."""

    def __init__(self, after: Callable[[str], None] = lambda _: None, refused: str = "") -> None:
        self.shown: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self._after, self._refused = after, refused

    async def show(self, slot: Slot, render: Callable[[], Message], *, again: bool = False) -> Outcome:
        purpose = slot.key.removeprefix("inv-1/")
        self.shown.append((purpose, render().text))
        self._after(purpose)
        if purpose == self._refused:
            return Outcome(PostStatus.REFUSED, code="not_in_channel")
        return Outcome(PostStatus.SENT, ts=f"ts-{purpose}")

    async def upload(self, slot: Slot, picture: Upload) -> Outcome:
        self.shown.append((slot.key.removeprefix("inv-1/"), picture.name))
        return Outcome(PostStatus.SENT, ts="F1")

    async def find(self, workspace: str, key: str) -> OutboxEntry | None:
        return None

    async def note(self, slot: Slot, ts: str) -> None:
        self.notes.append(ts)

    @property
    def order(self) -> list[str]:
        return [purpose for purpose, _ in self.shown]


def story(outbox: Outbox) -> Story:
    made: Any = outbox
    return Story(made, InlineCompute())


async def test_a_run_that_ends_while_it_is_being_told_has_its_card_brought_up_to_date_before_the_report() -> None:
    now: list[Picture] = [picture(RUNNING, *observations(), origin=HERE)]

    def end(purpose: str) -> None:
        if purpose == "findings/network":
            now[0] = finished(origin=HERE)

    outbox = Outbox(after=end)
    await story(outbox).tell(lambda: now[0])
    assert outbox.order == [
        "parent", "findings/application", "findings/database", "findings/network", "parent", "report", "chart", "cost",
    ]  # fmt: skip
    assert "Done in" in outbox.shown[4][1]


async def test_an_agent_that_ended_early_waits_for_those_before_it() -> None:
    first, second, _ = observations()
    outbox = Outbox()
    await story(outbox).tell(lambda: picture(RUNNING, second, origin=HERE))
    assert outbox.order == ["parent"]
    await story(outbox).tell(lambda: picture(RUNNING, second, first, origin=HERE))
    assert outbox.order[1:] == ["parent", "findings/application", "findings/database"]


async def test_in_parallel_findings_are_told_as_they_come_and_the_report_after_all_of_them() -> None:
    first, second, _ = observations()
    outbox = Outbox()
    await story(outbox).tell(lambda: picture(RUNNING, second, origin=HERE, mode=Mode.PARALLEL))
    assert outbox.order == ["parent", "findings/database"]
    await story(outbox).tell(lambda: picture(RUNNING, second, first, origin=HERE, mode=Mode.PARALLEL))
    assert outbox.order[2:] == ["parent", "findings/application", "findings/database"]
    assert "report" not in outbox.order


async def test_nothing_follows_a_card_that_cannot_be_posted() -> None:
    outbox = Outbox(refused="parent")
    assert await story(outbox).tell(lambda: finished(origin=HERE)) == "not_in_channel"
    assert outbox.order == ["parent"]


async def test_a_reply_that_is_refused_does_not_hold_up_the_others() -> None:
    outbox = Outbox(refused="findings/database")
    assert await story(outbox).tell(lambda: finished(origin=HERE)) == ""
    assert outbox.order[-3:] == ["report", "chart", "cost"]
