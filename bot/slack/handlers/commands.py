"""`/investigate`, and the same words in a mention."""

from collections.abc import Awaitable, Callable, Mapping

from bot.slack import wording
from bot.slack.handlers.asking import history, status, stop
from bot.slack.handlers.forms import open_form
from bot.slack.handlers.starting import investigate
from bot.slack.ids import COMMAND, Field, Filled
from bot.slack.kit import Kit
from bot.slack.parse import Verb, read_command, read_mention
from bot.slack.request import Request
from bot.slack.views.answers import help_message, say
from orchestrator.parameters import Source

Word = Callable[[Kit, Request, str], Awaitable[None]]


async def command(kit: Kit, request: Request) -> None:
    """Somebody typed `/investigate …`. A form is opened before anything else, while Slack still lets it."""
    asked = read_command(request.text)
    if asked.verb == Verb.NEW:
        await open_form(kit, request, Filled({Field.INCIDENT: asked.rest}, {Field.INCIDENT: Source.TYPED}))
    elif await kit.allowed(request):
        await WORDS[asked.verb](kit, request, asked.rest)


async def mention(kit: Kit, request: Request) -> None:
    """Somebody wrote `@compass …`."""
    asked = read_mention(request.text, kit.bot_user_id)
    await WORDS[asked.verb](kit, request, asked.rest)


async def joined_channel(kit: Kit, request: Request) -> None:
    """The bot was invited: threads that could not be posted there appear."""
    if request.person.user_id == kit.bot_user_id:
        await kit.thread.catch_up(request.place.channel)


async def _help(kit: Kit, request: Request, rest: str) -> None:  # noqa: ARG001 - every word has the same shape
    await kit.teller.tell(request, help_message())


async def _no_form(kit: Kit, request: Request, rest: str) -> None:  # noqa: ARG001 - every word has the same shape
    await kit.teller.tell(request, say(wording.MENTION_HINT.format(command=COMMAND)))


WORDS: Mapping[Verb, Word] = {
    Verb.INVESTIGATE: investigate,
    Verb.HELP: _help,
    Verb.STATUS: status,
    Verb.STOP: stop,
    Verb.HISTORY: history,
    Verb.NEW: _no_form,
}
