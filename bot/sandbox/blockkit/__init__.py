"""Block Kit's rules as a table: pure functions from what an app sent to what Slack would answer.

Limits are those of https://docs.slack.dev/reference/block-kit; a finding names the place as Slack does, by JSON pointer.
"""

from bot.sandbox.blockkit.check import check_message_blocks, check_view, text_length
from bot.sandbox.blockkit.normal import with_ids
from bot.sandbox.blockkit.rules import Finding

__all__ = ["Finding", "check_message_blocks", "check_view", "text_length", "with_ids"]
