"""Settings: the only reader of the environment and of `.env`."""

from bot.settings.load import (
    PREFIX,
    SLACK_API,
    LogFormat,
    LogLevel,
    Mode,
    Settings,
    SettingsError,
    load_settings,
    unknown_variables,
    variable,
    variables,
)
from bot.settings.needs import Need, slack_needs
from bot.settings.servers import ServerAccess

__all__ = [
    "PREFIX",
    "SLACK_API",
    "LogFormat",
    "LogLevel",
    "Mode",
    "Need",
    "ServerAccess",
    "Settings",
    "SettingsError",
    "load_settings",
    "slack_needs",
    "unknown_variables",
    "variable",
    "variables",
]
