"""HTTP for programs: the doors at which others tell Compass something.

The law: nothing is read of a request before it is known who sent it; a door without a secret is not there at all. Every
refusal is JSON of one shape, with what to do and a request id, and holds nothing of what was sent.
"""

from bot.http.changes import CHANGES_PATH, GITHUB_PATH, ChangesDoor
from bot.http.listener import HttpSetupError, Listening

__all__ = ["CHANGES_PATH", "GITHUB_PATH", "ChangesDoor", "HttpSetupError", "Listening"]
