"""What can go wrong between us and a telemetry server, sorted by what to do next.

The law: every message is written here. Nothing a server says, no address and no secret ever gets into one: servers quote
queries, proxies quote addresses, and both quote credentials.
"""

from enum import StrEnum

from agents.sources.wire.settings import ServerSettings
from orchestrator.errors import SourceUnavailableError


class Trouble(StrEnum):
    """The sort."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    CERTIFICATE = "certificate"
    LOGIN = "login"
    FORBIDDEN = "forbidden"
    REJECTED = "rejected"
    NOT_FOUND = "not_found"
    BUSY = "busy"
    FAILED = "failed"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    REDIRECTED = "redirected"
    RESTING = "resting"
    OFF = "off"


class ServerError(SourceUnavailableError):
    """A server did not answer, or not with what was asked for. `trouble` says how, `status` what HTTP said (0: nothing)."""

    def __init__(self, trouble: Trouble, message: str, *, remedy: str, server: str, answered: int = 0) -> None:
        super().__init__(message, remedy=remedy, details={"server": server, "trouble": trouble.value})
        self.trouble = trouble
        self.answered = answered


_REMEDIES = {
    Trouble.UNREACHABLE: "Check that it runs, and the address in {url}.",
    Trouble.TIMED_OUT: "Ask about a shorter window or fewer services, or raise {timeout}.",
    Trouble.CERTIFICATE: "Set {ca_file} to the certificate of the authority that signed the server's.",
    Trouble.LOGIN: "Check {token}, or {user} and {password}.",
    Trouble.FORBIDDEN: "Give that login the right to read, or check {tenant}.",
    Trouble.REJECTED: "If the query is your own, mend it; else report it with the request id.",
    Trouble.NOT_FOUND: "Check that {url} is the address of the API, with the path in front of /api if there is one.",
    Trouble.BUSY: "Wait, or lower {rate}.",
    Trouble.FAILED: "Look into the server's own log.",
    Trouble.UNREADABLE: "Check that {url} is the API's own address and no page in front of it.",
    Trouble.TOO_LARGE: "Ask about a shorter window or fewer services.",
    Trouble.REDIRECTED: "Set {url} to the address that answers the API itself, not one that leads to a login page.",
    Trouble.RESTING: "Wait until then; look at the server's own health meanwhile.",
    Trouble.OFF: "Switch queries on again: COMPASS_QUERIES=on, or SIGUSR2 to the process that SIGUSR1 had stopped.",
}
_SETTINGS = ("url", "timeout", "ca_file", "token", "user", "password", "tenant", "rate")


def trouble(kind: Trouble, settings: ServerSettings, what: str, why: str, *, answered: int = 0) -> ServerError:
    """The error for `settings.name`, which was asked for `what` ("a range query") and did not answer because of `why`."""
    names = {each: settings.variable(each) for each in _SETTINGS}
    message = f"{settings.name} did not answer {what}: {why}."
    return ServerError(kind, message, remedy=_REMEDIES[kind].format(**names), server=settings.name, answered=answered)


def refused(status: int, settings: ServerSettings, what: str, explained: str = "") -> ServerError:
    """The error for an answer with that status, which is none of success. `explained`: the reason, in words of ours."""
    kind, why = _by_status(status, settings)
    return trouble(kind, settings, what, f"{why} ({explained})" if explained else why, answered=status)


def _by_status(status: int, settings: ServerSettings) -> tuple[Trouble, str]:
    if status in (401, 407):
        return Trouble.LOGIN, "it refused our login" if settings.has_login else "it asks for a login"
    if status == 403:
        return Trouble.FORBIDDEN, "it does not let us read this"
    if status in (404, 405, 410, 501):
        return Trouble.NOT_FOUND, "it has nothing under that path"
    if status == 429:
        return Trouble.BUSY, "it asks us to ask less"
    if 400 <= status < 500:
        return Trouble.REJECTED, "it rejected the query"
    return Trouble.FAILED, f"it failed with status {status}"
