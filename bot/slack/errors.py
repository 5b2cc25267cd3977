"""What can go wrong between us and Slack, sorted by what to do next.

    SlackTrouble
    ├── RateLimitedError   wait `retry_after` seconds, then send the same again; it was certainly not done
    ├── AnswerLostError    it may have been done: look before sending it again
    └── RefusedError       Slack's `code` says no; sending the same again would be refused again

The law: none of these carries a text of Slack's or of the SDK's; those may hold a token or somebody's words.
"""

import re

from orchestrator.errors import OrchestratorError

_CODE = re.compile(r"[a-z0-9_.]{1,60}", re.ASCII)


class SlackTrouble(Exception):  # noqa: N818 - the root; its children say what kind of error they are
    """The root."""


class RateLimitedError(SlackTrouble):
    """HTTP 429."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("rate limited")
        self.retry_after = retry_after


class AnswerLostError(SlackTrouble):
    """A timeout, a cut connection, or a failure inside Slack."""


class RefusedError(SlackTrouble):
    """`ok: false`. `code` is Slack's short code, such as `not_in_channel`."""

    def __init__(self, code: str) -> None:
        self.code = code if _CODE.fullmatch(code) else "unknown_error"
        super().__init__(self.code)


class SlackSetupError(OrchestratorError):
    """Slack cannot be reached with what was configured. Says which setting to look at."""

    kind = "slack_setup"
    status = 503
    default_remedy = "Check the tokens with `compass doctor`."
