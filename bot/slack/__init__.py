"""Compass in Slack. Its law: this room translates. No rule of the core lives here, and the core knows nothing of Slack.

    app -> intake | handlers -> kit -> thread | teller | people -> story -> outbox -> web
                        views -> blocks -> text | wording        (pure: views decide nothing and ask nobody)

Only here the Slack SDK is known; only `web` calls it. Everything shown is made by `views` from what the core knows, in the
words of `wording`; everything posted goes through `outbox`, once. Slack is acknowledged before anything else is done.
"""

from bot.slack.app import SlackSurface
from bot.slack.config import SlackConfig
from bot.slack.declared import BOT_SCOPES, COMMANDS, EVENTS, SHORTCUTS
from bot.slack.errors import SlackSetupError

__all__ = ["BOT_SCOPES", "COMMANDS", "EVENTS", "SHORTCUTS", "SlackConfig", "SlackSetupError", "SlackSurface"]
