"""Slack's Web API as this room uses it: every method we call is here, and every failure is sorted by what to do next.

The SDK's own retries are off (the client is made with none): its default handler sends a post again after a cut connection,
which is how messages appear twice. Who may retry what is the outbox's to know.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.blocks import Block, Message
from bot.slack.errors import AnswerLostError, RateLimitedError, RefusedError
from bot.slack.ids import METADATA_EVENT
from bot.slack.text import safe_url
from orchestrator.clock import Clock, within

SCOPES: Mapping[str, tuple[str, ...]] = {
    "auth.test": (),
    "apps.connections.open": (),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history"),
    "conversations.replies": ("channels:history", "groups:history"),
    "conversations.info": ("channels:read", "groups:read"),
    "files.getUploadURLExternal": ("files:write",),
    "files.completeUploadExternal": ("files:write",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.push": (),
    "views.update": (),
}
"""Every method that is called, with the bot scopes it needs (https://docs.slack.dev/reference/methods)."""

MAYBE_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "timeout"})
PAGE = 200
MOST_PAGES = 5


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that stands in Slack. `thread_ts` is "" where it stands in the channel itself."""

    ts: str
    thread_ts: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to show: its name is unique to its purpose, so that it can be found again."""

    name: str
    content: bytes
    title: str
    alt: str
    comment: str


class SlackWeb:
    """The calls. Each raises RateLimitedError, AnswerLostError or RefusedError."""

    def __init__(self, client: AsyncWebClient, clock: Clock, *, timeout_s: float = 20.0) -> None:
        self._client, self._clock, self._timeout = client, clock, timeout_s

    async def who_am_i(self, *, timeout_s: float | None = None) -> Mapping[str, Any]:
        """The app's own ids: team_id, user_id, bot_id, url. With `timeout_s` it waits no longer than that."""
        return _data(await self._within(self._client.auth_test(), timeout_s))

    async def new_socket(self, app_token: str) -> str:
        """An address to open a socket at; it holds a ticket, so it is a secret."""
        return str((await self._call(self._client.apps_connections_open, app_token=app_token)).get("url", ""))

    async def post(self, channel: str, message: Message, *, key: str, thread_ts: str = "") -> Posted:
        """A new message. Where the parent is gone Slack posts into the channel: compare `thread_ts`."""
        answer = await self._call(
            self._client.chat_postMessage,
            channel=channel,
            thread_ts=thread_ts or None,
            unfurl_links=False,
            unfurl_media=False,
            **_content(message, key),
        )
        return Posted(str(answer.get("ts", "")), str((answer.get("message") or {}).get("thread_ts") or ""))

    async def edit(self, channel: str, ts: str, message: Message, *, key: str) -> None:
        """Show `message` in place of what stands there."""
        await self._call(self._client.chat_update, channel=channel, ts=ts, **_content(message, key))

    async def whisper(self, channel: str, user_id: str, message: Message, *, thread_ts: str = "") -> None:
        """Show something to one person only."""
        await self._call(
            self._client.chat_postEphemeral,
            channel=channel,
            user=user_id,
            thread_ts=thread_ts or None,
            text=message.text,
            blocks=list(message.blocks),
        )

    async def respond(self, url: str, message: Message, *, thread_ts: str = "") -> None:
        """Answer a command or a click, for one person only; this works also where the bot is no member."""
        if not safe_url(url):
            raise RefusedError("no_response_url")
        hook = AsyncWebhookClient(
            url,
            session=self._client.session,
            ssl=self._client.ssl,
            proxy=self._client.proxy,
            logger=self._client.logger,
            retry_handlers=[],
        )
        body = {
            "text": message.text,
            "blocks": list(message.blocks),
            "response_type": "ephemeral",
            "replace_original": False,
        } | ({"thread_ts": thread_ts} if thread_ts else {})
        answer = await self._within(hook.send_dict(body))
        if answer.status_code != 200:
            raise RefusedError("response_url_refused")

    async def retract(self, url: str) -> None:
        """Take back the message for one person that holds the button which was pressed."""
        if safe_url(url):
            hook = AsyncWebhookClient(
                url,
                session=self._client.session,
                ssl=self._client.ssl,
                proxy=self._client.proxy,
                logger=self._client.logger,
                retry_handlers=[],
            )
            await self._within(hook.send_dict({"delete_original": True}))

    async def open_view(self, trigger_id: str, view: Block, *, on_top: bool = False) -> str:
        """Open a modal, on top of the one that is open where `on_top`; its id."""
        method = self._client.views_push if on_top else self._client.views_open
        return str(((await self._call(method, trigger_id=trigger_id, view=view)).get("view") or {}).get("id", ""))

    async def update_view(self, view_id: str, view: Block) -> None:
        """Show another content in an open modal."""
        await self._call(self._client.views_update, view_id=view_id, view=view)

    async def user(self, user_id: str) -> Mapping[str, Any]:
        """A person, as `users.info` tells it."""
        return (await self._call(self._client.users_info, user=user_id)).get("user") or {}

    async def channel(self, channel: str) -> Mapping[str, Any]:
        """A channel, as `conversations.info` tells it."""
        return (await self._call(self._client.conversations_info, channel=channel)).get("channel") or {}

    async def groups(self) -> Sequence[Mapping[str, Any]]:
        """The workspace's user groups, as `usergroups.list` tells them."""
        return (await self._call(self._client.usergroups_list)).get("usergroups") or []

    async def group_members(self, group_id: str) -> Sequence[str]:
        """The ids of the people in a user group."""
        return (await self._call(self._client.usergroups_users_list, usergroup=group_id)).get("users") or []

    async def upload(self, channel: str, upload: Upload, *, thread_ts: str) -> str:
        """Show a picture in a thread; the file's id."""
        answer = await self._call(
            self._client.files_upload_v2,
            channel=channel,
            thread_ts=thread_ts or None,
            filename=upload.name,
            content=upload.content,
            title=upload.title,
            alt_txt=upload.alt,
            initial_comment=upload.comment,
        )
        files: Sequence[Mapping[str, Any]] = answer.get("files") or [{}]
        return str(files[0].get("id", ""))

    async def find(self, channel: str, *, key: str, thread_ts: str, oldest: float, file: str = "") -> Posted | None:
        """Our message with this key in its metadata, or with this file: what became of a post without an answer."""
        cursor = ""
        for _ in range(MOST_PAGES):
            page: dict[str, Any] = {"channel": channel, "limit": PAGE, "cursor": cursor or None}
            page |= {"oldest": f"{oldest:.6f}", "include_all_metadata": True, "inclusive": True}
            if thread_ts:
                answer = await self._call(self._client.conversations_replies, ts=thread_ts, **page)
            else:
                answer = await self._call(self._client.conversations_history, **page)
            for each in answer.get("messages") or []:
                if _key_of(each) == key or (file and any(one.get("name") == file for one in each.get("files") or [])):
                    return Posted(str(each["ts"]), str(each.get("thread_ts") or ""))
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
        return None

    async def _call(self, method: Callable[..., Awaitable[Any]], **arguments: Any) -> Mapping[str, Any]:
        return _data(await self._within(method(**arguments)))

    async def _within(self, call: Awaitable[Any], timeout_s: float | None = None) -> Any:
        try:
            return await within(self._clock, timeout_s or self._timeout, call)
        except SlackApiError as error:
            raise _sorted(error) from None
        except (ClientError, TimeoutError, OSError, asyncio.IncompleteReadError, SlackClientError, AttributeError):
            # AttributeError: the SDK reads an answer that is no JSON, such as a proxy's error page, as if it were an object
            raise AnswerLostError from None


def host_of(url: str) -> str:
    """Host and port of an address, "" where there is none: path and user may hold a secret."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    return f"{host}:{port}" if host and port else host


def _data(answer: Any) -> Mapping[str, Any]:
    data: Mapping[str, Any] = answer.data if isinstance(answer.data, dict) else {}
    return data


def _content(message: Message, key: str) -> dict[str, Any]:
    metadata = {"event_type": METADATA_EVENT, "event_payload": {"key": key}}
    return {"text": message.text, "blocks": list(message.blocks), "metadata": metadata}


def _key_of(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != METADATA_EVENT:
        return ""
    return str((metadata.get("event_payload") or {}).get("key", ""))


def _sorted(error: SlackApiError) -> Exception:
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return RateLimitedError(_seconds(getattr(response, "headers", None)))
    if status >= 500 or code in MAYBE_DONE or not code:
        return AnswerLostError()
    return RefusedError(code)


def _seconds(headers: object) -> float:
    given = {str(key).lower(): value for key, value in headers.items()} if isinstance(headers, Mapping) else {}
    try:
        return min(600.0, max(1.0, float(given.get("retry-after", 30))))
    except (TypeError, ValueError):
        return 30.0
