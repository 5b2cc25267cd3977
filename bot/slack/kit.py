"""What a handler is handed, and the few things that several handlers ask of it."""

from dataclasses import dataclass

from bot.slack.ids import SURFACE, Place
from bot.slack.jobs import Jobs
from bot.slack.outbox import SlackOutbox
from bot.slack.people import People
from bot.slack.picturing import picture_of
from bot.slack.request import Request
from bot.slack.story import parent_key
from bot.slack.teller import Teller
from bot.slack.thread import SlackThread
from bot.slack.views.answers import say
from bot.slack.views.picture import Picture
from bot.slack.web import SlackWeb
from orchestrator.clock import Clock
from orchestrator.events import InvestigationView
from orchestrator.investigation import Investigations


@dataclass(frozen=True, slots=True)
class Kit:
    """The core's service and this room's tools, for one workspace."""

    service: Investigations
    web: SlackWeb
    outbox: SlackOutbox
    people: People
    teller: Teller
    thread: SlackThread
    jobs: Jobs
    clock: Clock
    workspace: str
    team_url: str
    bot_user_id: str

    async def picture(self, investigation_id: str) -> Picture:
        """That investigation as it stands. Raises InvestigationNotFoundError."""
        return self.picture_of(await self.service.view(self.workspace, investigation_id))

    def picture_of(self, view: InvestigationView) -> Picture:
        """The picture of a view."""
        return picture_of(self.service, view)

    async def allowed(self, request: Request) -> bool:
        """Whether this person may do that here; they are told why not."""
        refusal = await self.people.refusal(request)
        if refusal:
            await self.teller.tell(request, say(refusal))
        return not refusal

    async def thread_link(self, investigation_id: str) -> str:
        """Where its thread is, "" where it has none (yet)."""
        entry = await self.outbox.find(self.workspace, parent_key(investigation_id))
        if entry is None or not entry.message_id:
            return ""
        link = f"{self.team_url.rstrip('/')}/archives/{entry.place}/p{entry.message_id.replace('.', '')}"
        return f"{link}?thread_ts={entry.thread_id}&cid={entry.place}" if entry.thread_id else link

    async def may_show(self, place: str, request: Request, surface: str = SURFACE) -> bool:
        """Whether a run that belongs to `place` may be shown where the request came from."""
        return surface != SURFACE or await self.people.may_see(Place.read(place).channel, request.place.channel)
