"""How a method refuses: with Slack's error code, and the messages Slack would add."""

from collections.abc import Sequence

from bot.sandbox.blockkit import Finding
from bot.sandbox.wire import JsonObject


class ApiError(Exception):
    """An `ok: false` answer. `messages` become `response_metadata.messages`, each marked as an error."""

    def __init__(self, code: str, messages: Sequence[str] = (), **extra: object) -> None:
        """`extra` fields stand beside the error in the answer."""
        super().__init__(code)
        self.code = code
        self.messages = tuple(messages)
        self.extra = extra

    def as_wire(self) -> JsonObject:
        """Slack's answer."""
        answer: JsonObject = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            answer["errors"] = list(self.messages)
            answer["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return answer


def missing(name: str) -> ApiError:
    """A required argument is not there."""
    return ApiError("invalid_arguments", [f"missing required field: {name}"])


def invalid_blocks(findings: Sequence[Finding]) -> ApiError:
    """Blocks that Slack refuses, each rule with its JSON pointer."""
    return ApiError("invalid_blocks", [str(finding) for finding in findings])


def invalid_view(findings: Sequence[Finding]) -> ApiError:
    """A view that Slack refuses: views answer `invalid_arguments`, not `invalid_blocks`."""
    return ApiError("invalid_arguments", [str(finding) for finding in findings])
