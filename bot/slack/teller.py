"""Answers that one person gets: by the way they came if that is open, else in the channel for their eyes only, else directly.

Every click is answered. That includes those whom the bot cannot reach in the channel because it is not a member there.
"""

import structlog

from bot.slack.blocks import Message
from bot.slack.errors import SlackTrouble
from bot.slack.request import Request
from bot.slack.views.notices import notice_of
from bot.slack.web import SlackWeb


class Teller:
    """Tells people things. It never raises: what could not be told is logged."""

    def __init__(self, web: SlackWeb) -> None:
        self._web = web
        self._log = structlog.get_logger("compass.slack.teller")

    async def tell(self, request: Request, message: Message) -> None:
        """Show the message to whoever made the request, and to nobody else."""
        for way in (self._in_modal, self._by_response_url, self._in_channel, self._directly):
            try:
                if await way(request, message):
                    return
            except SlackTrouble as trouble:
                self._log.info("answer_refused", way=way.__name__, why=str(trouble))
        self._log.warning("answer_not_delivered", user=request.person.user_id)

    async def _in_modal(self, request: Request, message: Message) -> bool:
        if not request.view_id or request.place.channel:
            return False
        await self._web.update_view(request.view_id, notice_of(message))
        return True

    async def _by_response_url(self, request: Request, message: Message) -> bool:
        if not request.response_url:
            return False
        await self._web.respond(request.response_url, message, thread_ts=request.place.thread_ts)
        return True

    async def _in_channel(self, request: Request, message: Message) -> bool:
        if not request.place.channel:
            return False
        place = request.place
        await self._web.whisper(place.channel, request.person.user_id, message, thread_ts=place.thread_ts)
        return True

    async def _directly(self, request: Request, message: Message) -> bool:
        await self._web.post(request.person.user_id, message, key=f"told/{request.request_id}")
        return True
