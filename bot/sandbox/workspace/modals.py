"""Modals and Home tabs: per person a stack of at most three views, as Slack stacks them."""

from dataclasses import dataclass, replace

from bot.sandbox.wire import JsonObject, without_none

STACK_LIMIT = 3
"""https://docs.slack.dev/surfaces/modals: a view stack holds up to three views."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view in front of a person; `payload` is what the app sent, `state` what the person has filled in so far."""

    id: str
    user_id: str
    team_id: str
    app_id: str
    bot_id: str
    payload: JsonObject
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    state: JsonObject | None = None

    @property
    def blocks(self) -> list[JsonObject]:
        """The view's blocks."""
        return list(self.payload.get("blocks") or ())

    def as_wire(self, state: JsonObject | None = None) -> JsonObject:
        """Slack's view object."""
        sent = self.payload
        return without_none(
            id=self.id,
            team_id=self.team_id,
            type=sent.get("type"),
            blocks=self.blocks,
            private_metadata=sent.get("private_metadata") or "",
            callback_id=sent.get("callback_id") or "",
            external_id=sent.get("external_id") or "",
            state={"values": state if state is not None else self.state or {}},
            hash=self.hash,
            title=sent.get("title"),
            submit=sent.get("submit"),
            close=sent.get("close"),
            clear_on_close=bool(sent.get("clear_on_close")),
            notify_on_close=bool(sent.get("notify_on_close")),
            root_view_id=self.root_view_id,
            app_id=self.app_id,
            bot_id=self.bot_id,
        ) | {"previous_view_id": self.previous_view_id}


class ModalStore:
    """The stacks, and the Home tabs."""

    def __init__(self) -> None:
        """Begin with none."""
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user_id: str) -> tuple[View, ...]:
        """The person's modals, top last."""
        return tuple(self._stacks.get(user_id, ()))

    def push(self, view: View) -> None:
        """Put a view on top."""
        self._stacks.setdefault(view.user_id, []).append(view)

    def pop(self, user_id: str) -> None:
        """Close the top view; the one below shows again."""
        if self._stacks.get(user_id):
            self._stacks[user_id].pop()

    def clear(self, user_id: str) -> None:
        """Close them all."""
        self._stacks.pop(user_id, None)

    def change(self, view: View, payload: JsonObject, new_hash: str) -> View:
        """Show another payload in a view's place."""
        return self._put(replace(view, payload=payload, hash=new_hash, state=None))

    def fill(self, view: View, state: JsonObject) -> View:
        """Keep what the person has filled in."""
        return self._put(replace(view, state=state))

    def _put(self, view: View) -> View:
        if view.payload.get("type") == "home":
            self._homes[view.user_id] = view
            return view
        stack = self._stacks.get(view.user_id, [])
        self._stacks[view.user_id] = [view if known.id == view.id else known for known in stack]
        return view

    def publish(self, view: View) -> None:
        """Show a Home tab."""
        self._homes[view.user_id] = view

    def home(self, user_id: str) -> View | None:
        """The person's Home tab."""
        return self._homes.get(user_id)

    def find(self, *, view_id: str | None = None, external_id: str | None = None) -> View | None:
        """The open view with this id, or with the app's own `external_id`."""
        views = [*self._homes.values(), *(view for stack in self._stacks.values() for view in stack)]
        for view in views:
            if view_id == view.id or (external_id and view.payload.get("external_id") == external_id):
                return view
        return None
