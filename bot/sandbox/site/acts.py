"""What people do in the page: one POST per act, with the page's token, answered when the app has acknowledged."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.api.chat import add_reaction
from bot.sandbox.api.desk import Desk
from bot.sandbox.api.errors import ApiError
from bot.sandbox.delivery.events import EventFeed
from bot.sandbox.guard import is_page
from bot.sandbox.people.clicks import Clicking
from bot.sandbox.people.commands import Typing
from bot.sandbox.people.forms import Forms
from bot.sandbox.people.outcomes import Outcome, SubmitOutcome
from bot.sandbox.wire import JsonObject, dumps, loads_object
from bot.sandbox.workspace.channels import Channel
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.modals import View
from bot.sandbox.workspace.people import User


class Acts:
    """Turns the page's requests into what a person does."""

    def __init__(
        self, desk: Desk, page_token: str, typing: Typing, clicking: Clicking, forms: Forms, events: EventFeed
    ) -> None:
        """Accept only requests with `page_token`."""
        self._desk = desk
        self._workspace = desk.workspace
        self._page_token = page_token
        self._typing = typing
        self._clicking = clicking
        self._forms = forms
        self._events = events
        self._acts: Mapping[str, Callable[[User, JsonObject], Awaitable[JsonObject]]] = {
            "command": self._command,
            "say": self._say,
            "click": self._click,
            "click-view": self._click_view,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "react": self._react,
            "dismiss": self._dismiss,
            "open-app": self._open_app,
        }

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one act: 403 without the token, 404 for an unknown one, 409 when it can't be done any more."""
        if not is_page(request, self._page_token):
            return web.Response(status=403, text="reload the page")
        act = self._acts.get(request.match_info["act"])
        body = loads_object(await request.read())
        if act is None or body is None:
            return web.Response(status=404, text="no such act")
        try:
            user = self._workspace.user(str(body.get("user")))
            answer = await act(user, body)
        except (LookupError, PermissionError) as error:
            return web.json_response({"ok": False, "error": str(error.args[0])}, status=409, dumps=dumps)
        except ApiError as error:
            return web.json_response({"ok": False, "error": error.code}, status=409, dumps=dumps)
        return web.json_response({"ok": True, **answer}, dumps=dumps)

    def _channel(self, body: JsonObject) -> Channel:
        return self._workspace.channel(str(body.get("channel")))

    def _message(self, body: JsonObject) -> Message:
        return self._workspace.message(str(body.get("channel")), str(body.get("ts")))

    def _view(self, user: User, body: JsonObject) -> View:
        view = self._workspace.modals.find(view_id=str(body.get("view")))
        if view is None or view.user_id != user.id:
            raise LookupError("this form is closed")
        return view

    async def _command(self, user: User, body: JsonObject) -> JsonObject:
        channel = self._channel(body)
        outcome = await self._typing.command(user, channel, str(body.get("command")), str(body.get("text", "")))
        return _told(outcome)

    async def _say(self, user: User, body: JsonObject) -> JsonObject:
        thread_ts = body.get("thread_ts")
        message = self._typing.say(user, self._channel(body), str(body.get("text", "")), thread_ts and str(thread_ts))
        return {"ts": message.ts}

    async def _click(self, user: User, body: JsonObject) -> JsonObject:
        message = self._message(body)
        action_id, choice = str(body.get("action_id")), body.get("choice")
        return _told(await self._clicking.in_message(user, message, action_id, choice, body.get("block_id")))

    async def _click_view(self, user: User, body: JsonObject) -> JsonObject:
        view = self._view(user, body)
        action_id, choice = str(body.get("action_id")), body.get("choice")
        return _told(await self._clicking.in_view(user, view, action_id, choice, body.get("block_id")))

    async def _submit(self, user: User, body: JsonObject) -> JsonObject:
        values: dict[str, Any] = dict(body.get("values") or {})
        return _told(await self._forms.submit(user, self._view(user, body), values))

    async def _close(self, user: User, body: JsonObject) -> JsonObject:
        await self._forms.close(user, all_views=bool(body.get("all")))
        return {}

    async def _shortcut(self, user: User, body: JsonObject) -> JsonObject:
        callback_id = str(body.get("callback_id"))
        if body.get("ts"):
            return _told(await self._typing.message_shortcut(user, self._message(body), callback_id))
        return _told(await self._typing.global_shortcut(user, callback_id))

    async def _react(self, user: User, body: JsonObject) -> JsonObject:
        add_reaction(self._desk, self._message(body), str(body.get("name")), user.id)
        return {}

    async def _dismiss(self, user: User, body: JsonObject) -> JsonObject:
        message = self._message(body)
        if message.ephemeral_for != user.id:
            raise PermissionError("only your own notices can be dismissed")
        self._workspace.delete(message)
        return {}

    async def _open_app(self, user: User, body: JsonObject) -> JsonObject:
        del body
        channel = self._workspace.direct_channel(user)
        self._events.home_opened(user)
        return {"channel": channel.id}


def _told(outcome: Outcome) -> JsonObject:
    errors = outcome.errors if isinstance(outcome, SubmitOutcome) else {}
    return {"failure": outcome.failure, "errors": errors}
