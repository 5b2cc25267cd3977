"""What happens when somebody types, clicks or submits: each handler translates, calls the core, and sees to an answer.

The law: Slack is acknowledged before a handler begins, no rule and no wording lives here, and whatever a handler raises
becomes an answer. `routes` names everything that is handled; the manifest is tested against it.
"""

from bot.slack.handlers.routes import register

__all__ = ["register"]
