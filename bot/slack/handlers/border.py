"""The border around every handler: who may pass, and what people get when something goes wrong.

The law: every request gets an answer, an error's text is ours or nobody's, and the log has the request id people were told.
"""

import re
from collections.abc import Awaitable, Callable

import structlog

from bot.slack import wording
from bot.slack.blocks import Message
from bot.slack.errors import RefusedError
from bot.slack.ids import COMMAND, UnreadableValueError
from bot.slack.kit import Kit
from bot.slack.parse import as_typed
from bot.slack.request import Request
from bot.slack.text import one_line
from bot.slack.views.answers import refused, say, unexpected
from orchestrator.errors import OrchestratorError

Handler = Callable[[Kit, Request], Awaitable[None]]

TOO_LATE = frozenset(
    {"expired_trigger_id", "trigger_expired", "trigger_exchanged", "exchanged_trigger_id", "invalid_trigger_id"}
)
_MENTION = re.compile(r"^\s*<@[^>]*>[:,]?")
_log = structlog.get_logger("compass.slack.handlers")


async def within_border(kit: Kit, request: Request, handler: Handler, *, anybody: bool) -> None:
    """Do it, if this person may; whatever it raises becomes an answer."""
    with structlog.contextvars.bound_contextvars(request_id=request.request_id, user=request.person.user_id):
        try:
            if anybody or await kit.allowed(request):
                await handler(kit, request)
        except Exception as failure:  # noqa: BLE001 - the top of a task: the person must get an answer
            await kit.teller.tell(request, _answer(failure, handler, request))


def _answer(failure: Exception, handler: Handler, request: Request) -> Message:
    name = getattr(handler, "__name__", "handler")
    if isinstance(failure, UnreadableValueError):
        _log.info("outdated_value", handler=name)
        return say(wording.OUTDATED.format(command=COMMAND))
    if isinstance(failure, OrchestratorError):
        _log.info("refused", handler=name, kind=failure.kind)
        return refused(failure, request.request_id, _typed(request))
    if isinstance(failure, RefusedError) and failure.code in TOO_LATE:
        return say(wording.TOO_LATE)
    _log.error("handler_failed", handler=name, error=type(failure).__name__, code=getattr(failure, "code", ""))
    return unexpected(request.request_id)


def _typed(request: Request) -> str:
    """What was typed after the command or the mention; Slack shows a command to nobody once it is sent."""
    said = _MENTION.sub("", request.text) if not request.value and not request.fields else ""
    return one_line(as_typed(said))
