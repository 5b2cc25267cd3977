"""What a thread tells, and in which order: the card, findings as agents end, questions to humans, then report, chart, cost.

The law: one pass brings the thread up to date from whatever it shows now, also after a crash in the middle; a pass over a
thread that is up to date sends nothing. Nothing overtakes: what comes later in the story waits for what comes before; only in
parallel an agent's findings wait for no other's.
"""

from collections.abc import Callable
from functools import partial

import structlog

from bot.chart import can_draw, draw, drawing_of
from bot.slack import wording
from bot.slack.blocks import Message
from bot.slack.ids import Place, Purpose, post_key
from bot.slack.outbox import Outcome, SlackOutbox, Slot
from bot.slack.text import one_line, plain
from bot.slack.views.chart import caption, no_chart
from bot.slack.views.cost import cost
from bot.slack.views.findings import findings
from bot.slack.views.gate import gate
from bot.slack.views.noticed import noticed
from bot.slack.views.parent import parent
from bot.slack.views.picture import Picture
from bot.slack.views.report import report
from bot.slack.web import Upload
from orchestrator.errors import OrchestratorError
from orchestrator.model import BudgetNotice, Investigation, Mode, Observation
from orchestrator.ports import Compute, PostStatus

GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})
"""Slack's words for a message that somebody deleted, or that may not be edited any more. Nobody has to be told of that."""

Latest = Callable[[], Picture]


class Story:
    """Tells threads."""

    def __init__(self, outbox: SlackOutbox, compute: Compute) -> None:
        self._outbox, self._compute = outbox, compute
        self._log = structlog.get_logger("compass.slack.thread")

    async def tell(self, latest: Latest, *, again: bool = False) -> str:
        """Bring the thread up to date with `latest()`; `again` tries once more what Slack had refused.

        Returns Slack's code where it refuses the thread as a whole just now, else "". Raises UndeliveredError.
        """
        investigation = latest().view.investigation
        card = await self._card(latest, again)
        told = card.code if card.code not in GONE else ""
        if card.ts:
            await self._replies(latest, await self._root(investigation, card), again)
        return told

    async def _card(self, latest: Latest, again: bool) -> Outcome:
        place = _place(latest().view.investigation)
        return await self._show(latest, Purpose.PARENT, parent, thread_ts=place.thread_ts, again=again)

    async def _replies(self, latest: Latest, root: str, again: bool) -> None:
        root = await self._findings(latest, root, again)
        for notice in latest().view.notices:
            view = partial(_noticed, notice)
            root = await self._reply(latest, Purpose.BUDGET, view, root, again, str(notice.limit))
        for each in latest().view.gates:
            root = await self._reply(latest, Purpose.GATE, partial(_gate, each.gate_id), root, again, each.gate_id)
        if latest().ended:
            await self._card(latest, again)  # it may have ended meanwhile: the card is never behind the report
            root = await self._reply(latest, Purpose.REPORT, report, root, again)
            await self._chart(latest, root, again)
            await self._reply(latest, Purpose.COST, cost, root, again)

    async def _findings(self, latest: Latest, root: str, again: bool) -> str:
        for agent_id in latest().view.investigation.agent_ids:
            if (told := findings(latest(), agent_id)) is not None:
                view = partial(_findings, agent_id, told)
                root = await self._reply(latest, Purpose.FINDINGS, view, root, again, agent_id)
            elif not (latest().ended or latest().view.investigation.mode is Mode.PARALLEL):
                break
        return root

    async def _reply(
        self,
        latest: Latest,
        purpose: Purpose,
        view: Callable[[Picture], Message],
        root: str,
        again: bool,
        detail: str = "",
    ) -> str:
        """Show a reply; the timestamp under which the next one hangs: another one where the parent turns out to be gone."""
        outcome = await self._show(latest, purpose, view, detail, thread_ts=root, again=again)
        if not outcome.strayed:
            return root
        await self._outbox.note(_slot(latest().view.investigation, Purpose.ROOT), outcome.ts)
        return outcome.ts

    async def _show(
        self,
        latest: Latest,
        purpose: Purpose,
        view: Callable[[Picture], Message],
        detail: str = "",
        *,
        thread_ts: str,
        again: bool,
    ) -> Outcome:
        slot = _slot(latest().view.investigation, purpose, detail, thread_ts=thread_ts)
        return await self._outbox.show(slot, lambda: view(latest()), again=again)

    async def _root(self, investigation: Investigation, card: Outcome) -> str:
        """The message under which the thread hangs."""
        slot = _slot(investigation, Purpose.ROOT)
        moved = await self._outbox.find(slot.workspace, slot.key)
        return moved.message_id if moved else _place(investigation).thread_ts or card.ts

    async def _chart(self, latest: Latest, root: str, again: bool) -> None:
        """The decisive signal as a picture, or a line that says why there is none; nothing where no signal decides."""
        picture = latest()
        drawing = drawing_of(picture.report.decisive, picture.incident) if picture.report.decisive else None
        if picture.report.decisive is None or drawing is None:
            return
        slot = _slot(picture.view.investigation, Purpose.CHART, thread_ts=root)
        known = await self._outbox.find(slot.workspace, slot.key)
        why_not = ""
        if known is None or known.status == PostStatus.SENDING:
            why_not = await self._draw_and_upload(slot, picture, picture.report.decisive)
        elif known.status == PostStatus.REFUSED:
            why_not = wording.NO_CHART["upload"]
        if why_not:
            await self._reply(latest, Purpose.CHART, partial(_no_chart, why_not), root, again, "note")

    async def _draw_and_upload(self, slot: Slot, picture: Picture, decisive: Observation) -> str:
        """Why there is no picture, "" where there is one now."""
        if not can_draw():
            return wording.NO_CHART["library"]
        try:
            content = await self._compute.run(draw, drawing_of(decisive, picture.incident))
        except OrchestratorError as failure:
            self._log.warning("chart_failed", kind=failure.kind, investigation=picture.investigation_id)
            content = None
        if not content:
            return wording.NO_CHART["drawing"]
        outcome = await self._outbox.upload(slot, _upload(picture, decisive, content))
        return wording.NO_CHART["upload"] if outcome.status == PostStatus.REFUSED else ""


def parent_key(investigation_id: str) -> str:
    """The outbox key of the card."""
    return post_key(investigation_id, Purpose.PARENT)


def _upload(picture: Picture, decisive: Observation, content: bytes) -> Upload:
    what = one_line(decisive.signal_name or decisive.summary)
    alt = wording.CHART_ALT.format(what=what, summary=one_line(decisive.summary))
    return Upload(
        name=f"compass-{picture.investigation_id}-{decisive.observation_id or 'signal'}.png",
        content=content,
        title=plain(what, 120) or wording.COST,
        alt=plain(alt, 900),
        comment=caption(picture, decisive),
    )


def _findings(agent_id: str, told: Message, picture: Picture) -> Message:
    """As it stands; what was told stays where the turn is taken once more."""
    return findings(picture, agent_id) or told


def _noticed(notice: BudgetNotice, picture: Picture) -> Message:
    return noticed(picture, notice)


def _gate(gate_id: str, picture: Picture) -> Message:
    return gate(picture, gate_id)


def _no_chart(why: str, picture: Picture) -> Message:
    return no_chart(why, picture)


def _place(investigation: Investigation) -> Place:
    return Place.read(investigation.origin.place)


def _slot(investigation: Investigation, purpose: Purpose, detail: str = "", *, thread_ts: str = "") -> Slot:
    return Slot(
        workspace=investigation.workspace,
        investigation_id=investigation.investigation_id,
        key=post_key(investigation.investigation_id, purpose, detail),
        channel=_place(investigation).channel,
        thread_ts=thread_ts,
    )
