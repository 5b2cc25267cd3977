"""The outbox: every message in a thread has a purpose, and a purpose has one message, whatever gets lost on the way.

The laws:
- What is about to be sent is written down first (SENDING), what was sent after (SENT, with its timestamp).
- An answer that got lost, or a process that died in between, leaves SENDING. Before such a message is sent again, Slack is
  asked for a message with this key in its metadata, and what is found is adopted: nothing is posted twice.
- A message that stands is edited, never posted again; an edit that would change nothing is not sent.
- What Slack refuses for good is REFUSED and left alone until somebody asks again.
- The content is rendered when its turn has come, so that what had to wait is not outdated.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Protocol

import structlog

from bot.slack.blocks import Message
from bot.slack.errors import AnswerLostError, RateLimitedError, RefusedError, SlackTrouble
from bot.slack.lanes import Lanes
from bot.slack.web import Posted, Upload
from orchestrator.clock import Clock, Pace
from orchestrator.ports import Outbox, OutboxEntry, PostStatus
from orchestrator.retry import RetryPolicy

BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
LOOK_BACK = timedelta(minutes=5)
ATTEMPTS = 6
AFTER_A_LOSS = RetryPolicy(max_attempts=ATTEMPTS, backoff="exp", base_s=1.0, cap_s=30.0, jitter=0.0)

Render = Callable[[], Message]


class Poster(Protocol):
    """What the outbox needs of Slack; see `SlackWeb`."""

    async def post(self, channel: str, message: Message, *, key: str, thread_ts: str = "") -> Posted:
        """A new message."""
        ...

    async def edit(self, channel: str, ts: str, message: Message, *, key: str) -> None:
        """Another content for a message that stands."""
        ...

    async def upload(self, channel: str, upload: Upload, *, thread_ts: str) -> str:
        """A picture; the file's id."""
        ...

    async def find(self, channel: str, *, key: str, thread_ts: str, oldest: float, file: str = "") -> Posted | None:
        """Our message with this key, or with a file of this name."""
        ...


class UndeliveredError(SlackTrouble):
    """Slack could not be reached for a while. What was sent last may have arrived; show it again later."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What a message is for and where it belongs. `key` is unique in the workspace."""

    workspace: str
    investigation_id: str
    key: str
    channel: str
    thread_ts: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a message stands now. `code` is Slack's word where it was refused just now, "" where it had been before.

    `strayed`: it was meant for a thread whose parent is gone, and stands in the channel instead.
    """

    status: PostStatus
    ts: str = ""
    code: str = ""
    strayed: bool = False


class SlackOutbox:
    """Shows messages: in order within a channel, one channel beside the other."""

    def __init__(self, posts: Outbox, web: Poster, lanes: Lanes, edits: Pace, clock: Clock) -> None:
        self._posts, self._web, self._lanes, self._edits, self._clock = posts, web, lanes, edits, clock
        self._log = structlog.get_logger("compass.slack.outbox")

    async def show(self, slot: Slot, render: Render, *, again: bool = False) -> Outcome:
        """Let the message of this slot say what `render()` makes when its turn has come.

        `again` tries once more what Slack had refused. Raises UndeliveredError when Slack cannot be reached.
        """
        async with self._lanes.turn(slot.channel) as pace:
            entry = await self._posts.find_post(slot.workspace, slot.key)
            if entry and entry.status == PostStatus.REFUSED and not again:
                return Outcome(PostStatus.REFUSED, entry.message_id)
            if entry and entry.message_id:
                return await self._edit(slot, entry.message_id, entry.digest, render)
            return await self._post(slot, entry, render, pace)

    async def upload(self, slot: Slot, picture: Upload) -> Outcome:
        """Show a picture in the thread, once. Raises UndeliveredError."""
        async with self._lanes.turn(slot.channel) as pace:
            entry = await self._posts.find_post(slot.workspace, slot.key)
            if entry and entry.status != PostStatus.SENDING:
                return Outcome(entry.status, entry.message_id)

            async def send() -> Posted:
                await pace.take()
                return Posted(await self._web.upload(slot.channel, picture, thread_ts=slot.thread_ts), slot.thread_ts)

            try:
                posted = await self._surely(
                    send, self._lookout(slot, picture.name), unsure=await self._begin(slot, entry)
                )
            except RefusedError as refused:
                return await self._refuse(slot, "", refused)
            await self._keep(slot, PostStatus.SENT, posted.ts, picture.name)
            return Outcome(PostStatus.SENT, posted.ts)

    async def find(self, workspace: str, key: str) -> OutboxEntry | None:
        """What is known of that message."""
        return await self._posts.find_post(workspace, key)

    async def note(self, slot: Slot, ts: str) -> None:
        """Write down a message that stands already, under another purpose too."""
        await self._keep(slot, PostStatus.SENT, ts, "")

    async def _post(self, slot: Slot, entry: OutboxEntry | None, render: Render, pace: Pace) -> Outcome:
        shown = ""

        async def send(as_text: bool) -> Posted:
            nonlocal shown
            await pace.take()
            content = render()
            shown = digest(content)
            sent = Message(content.without_blocks) if as_text else content
            return await self._web.post(slot.channel, sent, key=slot.key, thread_ts=slot.thread_ts)

        try:
            posted = await self._or_as_text(slot, send, self._lookout(slot), unsure=await self._begin(slot, entry))
        except RefusedError as refused:
            return await self._refuse(slot, "", refused)
        await self._keep(slot, PostStatus.SENT, posted.ts, shown)
        if not shown:
            return await self._edit(slot, posted.ts, "", render)
        strayed = bool(slot.thread_ts) and posted.thread_ts != slot.thread_ts
        return Outcome(PostStatus.SENT, posted.ts, strayed=strayed)

    async def _edit(self, slot: Slot, ts: str, before: str, render: Render) -> Outcome:
        if digest(render()) == before:
            return Outcome(PostStatus.SENT, ts)
        shown = ""

        async def send(as_text: bool) -> Posted:
            nonlocal shown
            await self._edits.take()
            content = render()
            shown = digest(content)
            sent = Message(content.without_blocks) if as_text else content
            await self._web.edit(slot.channel, ts, sent, key=slot.key)
            return Posted(ts)

        try:
            await self._or_as_text(slot, send)
        except RefusedError as refused:
            return await self._refuse(slot, ts, refused)
        await self._keep(slot, PostStatus.SENT, ts, shown)
        return Outcome(PostStatus.SENT, ts)

    async def _or_as_text(
        self,
        slot: Slot,
        send: Callable[[bool], Awaitable[Posted]],
        look: Callable[[], Awaitable[Posted | None]] | None = None,
        *,
        unsure: bool = False,
    ) -> Posted:
        """Send; where Slack does not take the blocks, send the text alone, once. Raises what `_surely` raises."""
        try:
            return await self._surely(lambda: send(False), look, unsure=unsure)
        except RefusedError as refused:
            if refused.code not in BLOCKS_REFUSED:
                raise
            self._log.warning("slack_refused_blocks", key=slot.key, code=refused.code)
        return await self._surely(lambda: send(True), look)

    async def _surely(
        self,
        send: Callable[[], Awaitable[Posted]],
        look: Callable[[], Awaitable[Posted | None]] | None = None,
        *,
        unsure: bool = False,
    ) -> Posted:
        """Send until the answer is known. Where it may have arrived, look before sending again.

        Raises RefusedError, or UndeliveredError after ATTEMPTS answers that got lost.
        """
        lost, dice = 0, Random(0)  # noqa: S311 - no jitter, no secrets
        while True:
            try:
                if unsure and look and (found := await look()):
                    return found
                unsure = False
                return await send()
            except RateLimitedError as limited:
                self._log.info("slack_rate_limited", seconds=limited.retry_after)
                await self._clock.sleep(limited.retry_after)
            except AnswerLostError:
                unsure, lost = True, lost + 1
                self._log.info("slack_answer_lost", times=lost)
                wait = AFTER_A_LOSS.decide(lost, dice)
                if wait is None:
                    raise UndeliveredError from None
                await self._clock.sleep(wait)

    def _lookout(self, slot: Slot, file: str = "") -> Callable[[], Awaitable[Posted | None]]:
        oldest = self._clock.now() - LOOK_BACK

        async def look() -> Posted | None:
            entry = await self._posts.find_post(slot.workspace, slot.key)
            since = min(entry.updated_at - LOOK_BACK, oldest) if entry else oldest
            try:
                return await self._web.find(
                    slot.channel, key=slot.key, thread_ts=slot.thread_ts, oldest=since.timestamp(), file=file
                )
            except RefusedError as refused:
                # Without the right to look nothing can be adopted; a message twice is better than an answer lost for good.
                self._log.warning("slack_look_refused", key=slot.key, code=refused.code)
                return None

        return look

    async def _begin(self, slot: Slot, entry: OutboxEntry | None) -> bool:
        """Write down that this is about to be sent; whether it may have been sent before."""
        if entry and entry.status == PostStatus.SENDING:
            return True
        await self._keep(slot, PostStatus.SENDING, "", "")
        return False

    async def _refuse(self, slot: Slot, ts: str, refused: RefusedError) -> Outcome:
        self._log.warning("slack_refused", key=slot.key, code=refused.code)
        await self._keep(slot, PostStatus.REFUSED, ts, "")
        return Outcome(PostStatus.REFUSED, ts, refused.code)

    async def _keep(self, slot: Slot, status: PostStatus, ts: str, shown: str) -> None:
        await self._posts.keep_post(
            OutboxEntry(
                workspace=slot.workspace,
                key=slot.key,
                investigation_id=slot.investigation_id,
                place=slot.channel,
                message_id=ts,
                thread_id=slot.thread_ts,
                digest=shown,
                status=status,
                updated_at=self._clock.now(),
            )
        )


def digest(message: Message) -> str:
    """The same for two messages that look the same."""
    shown = json.dumps([message.text, message.blocks], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()[:32]
