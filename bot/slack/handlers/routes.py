"""Which handler answers what. The one place where Bolt's listeners are registered.

Every listener does three things: it acknowledges, it translates the delivery, and it leaves the work to a job that outlives
the acknowledgement. So no handler can make Slack wait, however slow its Web API is.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.entered import EnteredError
from bot.slack.handlers import buttons, commands, forms, gates, starting
from bot.slack.handlers.border import Handler, within_border
from bot.slack.ids import COMMAND, Action, Callback, actions
from bot.slack.kit import Kit
from bot.slack.request import Body, Request, of_click, of_command, of_mention, of_shortcut, of_submission

Translate = Callable[[Body, str], Request]
Listener = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Route:
    """A handler. `anybody`: it asks itself whether the person may go on, because it has to act before that is known."""

    handler: Handler
    anybody: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form's handler, and what is checked before Slack is answered: it raises EnteredError."""

    route: Route
    check: Callable[[Kit, Request], None] | None = None


COMMANDS: Mapping[str, Route] = {COMMAND: Route(commands.command, anybody=True)}

ACTIONS: Mapping[Action, Route] = {
    Action.ACCEPT: Route(buttons.accept),
    Action.REJECT: Route(buttons.reject, anybody=True),
    Action.EVIDENCE: Route(buttons.show_evidence, anybody=True),
    Action.HYPOTHESES: Route(buttons.show_hypotheses, anybody=True),
    Action.FACTS: Route(buttons.show_facts, anybody=True),
    Action.LEDGER: Route(buttons.show_ledger, anybody=True),
    Action.EVIDENCE_PAGE: Route(buttons.turn_evidence),
    Action.HYPOTHESES_PAGE: Route(buttons.turn_hypotheses),
    Action.FACTS_PAGE: Route(buttons.turn_facts),
    Action.LEDGER_PAGE: Route(buttons.turn_ledger),
    Action.APPROVE: Route(gates.approve),
    Action.DENY: Route(gates.deny),
    Action.STOP: Route(buttons.stop),
    Action.CHOOSE: Route(starting.chosen),
    Action.OTHER: Route(forms.other, anybody=True),
    Action.WINDOW: Route(buttons.change_window, anybody=True),
}

FORMS: Mapping[Callback, Form] = {
    Callback.NEW: Form(Route(forms.new_entered), forms.check_new),
    Callback.WINDOW: Form(Route(forms.window_entered), forms.check_window),
    Callback.REJECT: Form(Route(forms.reject_entered)),
}

SHORTCUTS: Mapping[Callback, Route] = {Callback.MESSAGE: Route(forms.message_shortcut, anybody=True)}

EVENTS: Mapping[str, Route] = {
    "app_mention": Route(commands.mention),
    "member_joined_channel": Route(commands.joined_channel, anybody=True),
}

OUTDATED = Route(buttons.outdated)
ANYTHING = re.compile(".*", re.DOTALL)


def register(app: AsyncApp, kit: Kit, new_request_id: Callable[[], str]) -> None:
    """Let the app answer everything there is, and what there is not (any more) too."""
    listen = _Listeners(kit, new_request_id)
    for name, route in COMMANDS.items():
        app.command(name)(listen.for_route(route, of_command))
    for action, route in ACTIONS.items():
        app.action(actions(action))(listen.for_route(route, of_click))
    for callback, form in FORMS.items():
        app.view(callback.value)(listen.for_form(form))
    for callback, route in SHORTCUTS.items():
        app.shortcut(callback.value)(listen.for_route(route, of_shortcut))
    for event, route in EVENTS.items():
        app.event(event)(listen.for_route(route, of_mention))
    app.command(ANYTHING)(listen.for_route(OUTDATED, of_command))
    app.action(ANYTHING)(listen.for_route(OUTDATED, of_click))
    app.view(ANYTHING)(listen.for_route(OUTDATED, of_submission))
    app.shortcut(ANYTHING)(listen.for_route(OUTDATED, of_shortcut))


@dataclass(frozen=True, slots=True)
class _Listeners:
    """Makes the functions that Bolt calls; it hands them what their parameters are named after."""

    kit: Kit
    new_request_id: Callable[[], str]

    def for_route(self, route: Route, translate: Translate) -> Listener:
        async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            self._leave(route, translate(body, self.new_request_id()))

        return listen

    def for_form(self, form: Form) -> Listener:
        async def listen(ack: AsyncAck, body: dict[str, Any]) -> None:
            request = of_submission(body, self.new_request_id())
            try:
                if form.check:
                    form.check(self.kit, request)
            except EnteredError as refused:
                await ack(response_action="errors", errors=refused.errors)
            else:
                await ack()
                self._leave(form.route, request)

        return listen

    def _leave(self, route: Route, request: Request) -> None:
        work = within_border(self.kit, request, route.handler, anybody=route.anybody)
        self.kit.jobs.start(work, f"slack request {request.request_id}")
