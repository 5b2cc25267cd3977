"""What Slack needs before it can be reached; asked for only where Slack is wanted."""

from typing import NamedTuple

from pydantic import SecretStr

from bot.settings.load import DOTENV, Mode, Settings, variable


class Need(NamedTuple):
    """A setting that somebody has to set before Slack can be reached, what is wrong with it, and where to get it."""

    variable: str
    problem: str
    remedy: str


def slack_needs(settings: Settings, mode: Mode) -> tuple[Need, ...]:
    """What is missing, or cannot be right, before `compass serve` in that mode; empty when all is there."""
    second = {Mode.SOCKET: ("slack_app_token", "xapp-"), Mode.HTTP: ("slack_signing_secret", "")}[mode]
    found = []
    for field, beginning in (("slack_bot_token", "xoxb-"), second):
        secret: SecretStr | None = getattr(settings, field)
        problem = _wrong_shape(secret.get_secret_value() if secret else "", beginning)
        if problem:
            name = variable(field)
            remedy = f"Set {name}={Settings.examples[field]} in the environment or in {DOTENV}."
            found.append(Need(name, problem, remedy))
    return tuple(found)


def _wrong_shape(value: str, beginning: str) -> str:
    if not value:
        return "is not set"
    if not value.removeprefix("xoxe.").startswith(beginning):
        return f"does not begin with {beginning}"
    return "holds a blank" if any(each.isspace() for each in value) else ""
