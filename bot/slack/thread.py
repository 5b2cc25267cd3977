"""The listener that shows a run in its thread: it remembers the latest view and shows it at an interval.

The law: the latest view wins. A hundred events make a few edits, and the last of them is right. Hearing costs nothing and
waits for nobody; each run that has news has one task, which ends when there is no more. Whatever happens here, nothing of
it reaches the run itself.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import structlog

from bot.slack.ids import SURFACE, Place
from bot.slack.outbox import UndeliveredError
from bot.slack.people import People
from bot.slack.picturing import approver_names, open_places, picture_of
from bot.slack.request import Request
from bot.slack.story import Story
from bot.slack.teller import Teller
from bot.slack.views.answers import may_not_post
from bot.slack.views.picture import Picture
from orchestrator.clock import Clock
from orchestrator.events import InvestigationView, Recorded
from orchestrator.investigation import Investigations
from orchestrator.model import Investigation, InvestigationState
from orchestrator.retry import RetryPolicy

Key = tuple[str, str]
"""Workspace and investigation."""

RETRY_S = 30.0
MOST_TRIES = 20
AGAIN = RetryPolicy(max_attempts=MOST_TRIES, backoff="fixed", base_s=RETRY_S, cap_s=RETRY_S, jitter=0.0)
ASKERS_KEPT = 500
LOOKED_THROUGH = 200


@dataclass(slots=True)
class _News:
    view: InvestigationView
    again: bool = False
    open_places: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    picture: Picture | None = None


class SlackThread:
    """Implements `orchestrator.ports.Listener`. It hears from the beginning, and shows once it is open."""

    def __init__(
        self, service: Investigations, clock: Clock, *, interval_s: float = 2.0, past: timedelta = timedelta(hours=24)
    ) -> None:
        self._service, self._clock, self._interval, self._past = service, clock, interval_s, past
        self._news: dict[Key, _News] = {}
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._askers: OrderedDict[str, Request] = OrderedDict()
        self._told: asyncio.Queue[InvestigationState] = asyncio.Queue(1)
        self._way: tuple[str, Story, Teller, People] | None = None
        self._log = structlog.get_logger("compass.slack.thread")

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:  # noqa: ARG002 - the port's; the view says it all
        """One more event; its view is shown when its time has come."""
        self.bring(view)

    def bring(self, view: InvestigationView, *, again: bool = False) -> None:
        """See to it that the thread of this run shows this view or a later one; `again`: also where Slack had refused."""
        investigation = view.investigation
        if investigation.origin.surface != SURFACE or not self._ours(investigation):
            return
        key = (investigation.workspace, investigation.investigation_id)
        news = self._news.setdefault(key, _News(view))
        if view.seq > news.view.seq:
            news.view = view
        news.again = news.again or again
        self._start(key)

    def expect(self, request: Request) -> None:
        """Remember who asked and how they can be reached, in case the thread cannot be posted."""
        self._askers[request.request_id] = request
        while len(self._askers) > ASKERS_KEPT:
            self._askers.popitem(last=False)

    def open(self, workspace: str, story: Story, teller: Teller, people: People) -> None:
        """Show from now on, beginning with what was heard before."""
        self._way = (workspace, story, teller, people)
        for key, news in list(self._news.items()):
            if self._ours(news.view.investigation):
                self._start(key)
            else:
                del self._news[key]

    async def catch_up(self, channel: str = "") -> None:
        """Bring the threads of every recent run up to date; of one channel also what Slack had refused there."""
        if self._way is None:
            return
        workspace, since = self._way[0], self._clock.now() - self._past
        views = await self._service.running(workspace)
        known = {view.investigation.investigation_id for view in views}
        for each in await self._service.history(workspace, limit=LOOKED_THROUGH):
            if each.requested_at >= since and each.investigation_id not in known:
                views.append(await self._service.view(workspace, each.investigation_id))
        for view in views:
            if not channel or Place.read(view.investigation.origin.place).channel == channel:
                self.bring(view, again=bool(channel))

    async def first_told(self) -> InvestigationState:
        """Wait until the first thread stands complete; how that run ended."""
        state = await self._told.get()
        self._told.put_nowait(state)
        return state

    async def settled(self) -> None:
        """Wait until every thread shows the latest that was heard."""
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    async def aclose(self) -> None:
        """Show no more."""
        self._way = None
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ours(self, investigation: Investigation) -> bool:
        return self._way is None or investigation.workspace == self._way[0]

    def _start(self, key: Key) -> None:
        if self._way is not None and key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._keep_shown(key), name=f"slack thread {key[1]}")

    async def _keep_shown(self, key: Key) -> None:
        news, tries, dice = self._news[key], 0, Random(0)  # noqa: S311 - no jitter, no secrets
        try:
            while True:
                seen, again = news.view.seq, news.again
                news.again = False
                if await self._shown(news, again=again):
                    tries = 0
                    self._note_end(news)
                    await self._clock.sleep(self._interval)
                    if news.view.seq == seen and not news.again:
                        return
                else:
                    tries, news.again = tries + 1, news.again or again
                    wait = AGAIN.decide(tries, dice)
                    if wait is None:
                        self._log.error("thread_given_up", investigation=key[1])
                        return
                    await self._clock.sleep(wait)
        finally:
            self._tasks.pop(key, None)
            self._news.pop(key, None)

    async def _shown(self, news: _News, *, again: bool) -> bool:
        """One pass over the thread; False where it has to be tried again."""
        if self._way is None:
            return False
        _, story, teller, people = self._way
        try:
            await self._ask_what_is_open(news, people)
            code = await story.tell(lambda: self._picture(news), again=again)
            if code:
                investigation = news.view.investigation
                await teller.tell(self._asker(investigation), may_not_post(investigation.incident, code))
        except UndeliveredError:
            return False
        except Exception as failure:  # noqa: BLE001 - the top of a task: the run goes on, and so must its thread
            id_ = news.view.investigation.investigation_id
            self._log.error("thread_failed", error=type(failure).__name__, investigation=id_)
            return False
        return True

    def _note_end(self, news: _News) -> None:
        if self._picture(news).ended and self._told.empty():
            self._told.put_nowait(news.view.state)

    def _picture(self, news: _News) -> Picture:
        if news.picture is None or news.picture.view.seq != news.view.seq:
            news.picture = picture_of(self._service, news.view, news.open_places, news.names)
        return news.picture

    async def _ask_what_is_open(self, news: _News, people: People) -> None:
        """Of which earlier incidents may be told here, and what those are called who may answer a gate.

        An incident that is heard of later is hidden until the next pass.
        """
        known, names = await open_places(news.view, people), {**news.names, **await approver_names(news.view, people)}
        if (known, names) != (news.open_places, news.names):
            news.open_places, news.names, news.picture = known, names, None

    def _asker(self, investigation: Investigation) -> Request:
        known = self._askers.get(investigation.origin.request_id)
        return known or Request(
            person=investigation.requested_by,
            place=Place.read(investigation.origin.place),
            request_id=investigation.origin.request_id,
        )
