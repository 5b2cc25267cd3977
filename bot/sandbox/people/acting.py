"""Acting as people do, from a program: the methods that a test or a demo calls on the server.

People and channels are named by handle or id (`ana`, `#inc-123-checkout`). A name nobody has is a LookupError that lists
those there are; something a person is not allowed is a PermissionError.
"""

import asyncio
from collections.abc import Callable, Mapping

from bot.sandbox.api.desk import Desk
from bot.sandbox.delivery.office import PostOffice
from bot.sandbox.delivery.payloads import Payloads
from bot.sandbox.people.clicks import Clicking
from bot.sandbox.people.commands import Typing
from bot.sandbox.people.elements import Choice
from bot.sandbox.people.forms import Forms
from bot.sandbox.people.outcomes import ClickOutcome, CommandOutcome, SubmitOutcome
from bot.sandbox.workspace.changes import Change, MessageEdited, MessagePosted
from bot.sandbox.workspace.messages import Message
from bot.sandbox.workspace.modals import View
from bot.sandbox.workspace.state import Workspace


class Acting:
    """What a person can do, and waiting for what the app does then."""

    def __init__(self, desk: Desk, payloads: Payloads, office: PostOffice) -> None:
        """Act in `desk`'s workspace."""
        self.workspace: Workspace = desk.workspace
        self._typing = Typing(desk, payloads, office)
        self._clicking = Clicking(desk, payloads, office)
        self._forms = Forms(desk, payloads, office)

    async def run_command(self, user: str, channel: str, command: str, text: str = "") -> CommandOutcome:
        """Send a slash command; returns when it was acknowledged or has failed (after 3 s)."""
        workspace = self.workspace
        return await self._typing.command(workspace.user(user), workspace.channel(channel), command, text)

    def say(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> Message:
        """Post a message; `@compass` in it is a mention, `@ana` and `#sre` too."""
        return self._typing.say(self.workspace.user(user), self.workspace.channel(channel), text, thread_ts)

    async def click(
        self, user: str, channel: str, ts: str, action_id: str, choice: Choice = None, *, block_id: str | None = None
    ) -> ClickOutcome:
        """Click a button, or pick `choice` in a menu, of the message as it is now; LookupError when it is not there."""
        message = self.workspace.message(channel, ts)
        return await self.click_message(user, message, action_id, choice, block_id=block_id)

    async def click_message(
        self, user: str, message: Message, action_id: str, choice: Choice = None, *, block_id: str | None = None
    ) -> ClickOutcome:
        """Click in a message as the person saw it, which may be older than it is now."""
        return await self._clicking.in_message(self.workspace.user(user), message, action_id, choice, block_id)

    async def click_in_view(
        self, user: str, action_id: str, choice: Choice = None, *, block_id: str | None = None, home: bool = False
    ) -> ClickOutcome:
        """Click in the person's top modal, or on the app's Home tab."""
        person = self.workspace.user(user)
        view = self.workspace.modals.home(person.id) if home else self.modal(user)
        if view is None:
            raise LookupError(f"{user} has no {'Home tab' if home else 'modal'} open")
        return await self._clicking.in_view(person, view, action_id, choice, block_id)

    def modal(self, user: str) -> View | None:
        """The person's top modal."""
        stack = self.workspace.modals.stack(self.workspace.user(user).id)
        return stack[-1] if stack else None

    async def submit_view(self, user: str, values: Mapping[str, Choice] | None = None) -> SubmitOutcome:
        """Fill in the top modal (by action id or block id) and submit it."""
        view = self.modal(user)
        if view is None:
            raise LookupError(f"{user} has no modal open")
        return await self._forms.submit(self.workspace.user(user), view, values or {})

    async def close_view(self, user: str, *, all_views: bool = False) -> None:
        """Close the top modal, or all of them."""
        await self._forms.close(self.workspace.user(user), all_views=all_views)

    async def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> ClickOutcome:
        """Choose a shortcut from a message's menu."""
        return await self._typing.message_shortcut(
            self.workspace.user(user), self.workspace.message(channel, ts), callback_id
        )

    async def global_shortcut(self, user: str, callback_id: str) -> ClickOutcome:
        """Choose a global shortcut."""
        return await self._typing.global_shortcut(self.workspace.user(user), callback_id)

    async def wait_for(self, wanted: Callable[[Message], bool], timeout: float = 10.0) -> Message:
        """The first message that is `wanted`, there already or posted or edited later; TimeoutError after real seconds."""
        found: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

        def hear(change: Change) -> None:
            if isinstance(change, (MessagePosted, MessageEdited)) and not found.done() and wanted(change.message):
                found.set_result(change.message)

        leave = self.workspace.subscribe(hear)
        try:
            for message in self.workspace.messages:
                if wanted(message):
                    return message
            async with asyncio.timeout(timeout):
                return await found
        finally:
            leave()

    async def wait_until(self, condition: Callable[[Workspace], bool], timeout: float = 10.0) -> None:
        """Return once `condition` holds; it is asked after every change. TimeoutError after `timeout` real seconds."""
        changed = asyncio.Event()
        leave = self.workspace.subscribe(lambda _: changed.set())
        try:
            async with asyncio.timeout(timeout):
                while not condition(self.workspace):
                    await changed.wait()
                    changed.clear()
        finally:
            leave()
