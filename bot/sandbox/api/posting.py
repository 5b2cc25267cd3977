"""Putting a message of the app's into a channel: what `chat.*`, response URLs, acknowledgements and files share."""

from bot.sandbox.api.content import Content
from bot.sandbox.api.errors import ApiError
from bot.sandbox.workspace.channels import Channel
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.state import Workspace


def thread_of(workspace: Workspace, channel: Channel, thread_ts: str) -> str | None:
    """The parent that a reply goes to, None for the channel itself.

    A reply's timestamp leads to its parent. A deleted parent lets the message through to the channel, without an error;
    a timestamp that never was one is `thread_not_found`.
    """
    if not thread_ts:
        return None
    if workspace.messages.was_deleted(channel.id, thread_ts):
        return None
    parent = workspace.messages.get(channel.id, thread_ts)
    if parent is None or parent.ephemeral_for:
        raise ApiError("thread_not_found")
    return parent.thread_ts or parent.ts


def post_as_app(
    workspace: Workspace,
    channel: Channel,
    content: Content,
    *,
    thread_ts: str | None = None,
    ephemeral_for: str | None = None,
    broadcast: bool = False,
    client_msg_id: str | None = None,
    file_ids: tuple[str, ...] = (),
) -> Message:
    """Post in the app's name; `no_text` when there is nothing to say."""
    if not content.text and not content.blocks and not file_ids:
        raise ApiError("no_text")
    app = workspace.app
    return workspace.post(
        Message(
            channel_id=channel.id,
            ts=workspace.mint.ts(),
            user_id=app.user_id,
            text=content.text or "",
            team_id=workspace.team_id,
            bot_id=app.bot_id,
            app_id=app.app_id,
            blocks=content.blocks or (),
            thread_ts=thread_ts,
            metadata=content.metadata,
            client_msg_id=client_msg_id,
            file_ids=file_ids,
            ephemeral_for=ephemeral_for,
            broadcast=broadcast and thread_ts is not None,
        )
    )
