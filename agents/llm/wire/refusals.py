"""What it means that a provider did not answer, in our words and with the way out. Nothing it wrote is shown.

Its error codes are compared with those we know; no text of its answers goes any further.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from orchestrator.errors import ModelAnswerError, ModelUnavailableError, OrchestratorError

REQUEST_TIMEOUT, TOO_LARGE, TOO_MANY = 408, 413, 429
WORTH_REPEATING = (REQUEST_TIMEOUT, TOO_MANY)
"""The 4xx that may pass; every 5xx may."""

_TOO_LONG = ("context_length_exceeded", "string_above_max_length", "request_too_large")
_FILTERED = ("content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation")
_NO_MONEY = ("insufficient_quota", "billing_hard_limit_reached", "billing_error", "credit_balance_too_low")


@dataclass(frozen=True, slots=True)
class Named:
    """A provider as people know it: its name, and the settings that lead to it."""

    name: str
    key: str
    address: str
    model: str = "COMPASS_MODEL"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an attempt brought no answer, whether to try again, and how many seconds the provider asks to be left alone."""

    error: OrchestratorError
    again: bool = False
    wait_s: float = 0.0


def unanswered(provider: Named) -> Refusal:
    """Not reached, or cut off."""
    return Refusal(
        ModelUnavailableError(
            f"{provider.name} could not be reached, or broke off.",
            remedy=f"Check the network, the proxy and {provider.address}; see `compass doctor`.",
        ),
        again=True,
    )


def refusal(provider: Named, status: int, headers: Mapping[str, str], body: str, now: datetime) -> Refusal:
    """What that answer, which is none, means."""
    codes = _codes(body)
    if status == TOO_MANY and codes.isdisjoint(_NO_MONEY):
        error = ModelUnavailableError(
            f"{provider.name} asks for fewer requests.",
            remedy=f"Try again later, or raise the limits of the account behind {provider.key}.",
        )
        return Refusal(error, again=True, wait_s=_wait_s(headers, now))
    if 400 <= status < 500 and status != REQUEST_TIMEOUT:
        return Refusal(_refused(provider, status, codes))
    error = ModelUnavailableError(
        f"{provider.name} is in trouble (status {status}).",
        remedy="Try again later.",
    )
    return Refusal(error, again=status >= 500 or status in WORTH_REPEATING, wait_s=_wait_s(headers, now))


def _refused(provider: Named, status: int, codes: set[str]) -> OrchestratorError:
    if not codes.isdisjoint(_FILTERED):
        return ModelAnswerError(
            f"The content filter of {provider.name} refused the question.",
            remedy="The provider's filter can be set less strict.",
        )
    if not codes.isdisjoint(_TOO_LONG) or status == TOO_LARGE:
        return ModelUnavailableError(
            "The question is too long for the model.", remedy=f"Choose one with a larger context in {provider.model}."
        )
    if status == 402 or not codes.isdisjoint(_NO_MONEY):
        return ModelUnavailableError(
            f"The account at {provider.name} has no money left.",
            remedy=f"Fill it up at the provider, or set another {provider.key}.",
        )
    if status in (401, 403):
        return ModelUnavailableError(
            f"{provider.name} refuses the key.", remedy=f"Check {provider.key}, and that it may use the model."
        )
    if status == 404:
        return ModelUnavailableError(
            f"{provider.name} knows no such model.",
            remedy=f"Correct the name in {provider.model}, or {provider.address}.",
        )
    return ModelUnavailableError(
        f"{provider.name} does not take the request (status {status}).",
        remedy=f"Choose another model in {provider.model}: this one may not take tools, or what stands beside them.",
    )


def _codes(body: str) -> set[str]:
    """Every word by which the answer names its sort of error."""
    try:
        told = json.loads(body)
    except ValueError:
        return set()
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, dict):
        return set()
    inner = error.get("innererror")
    found = [error.get("code"), error.get("type"), inner.get("code") if isinstance(inner, dict) else None]
    return {each for each in found if isinstance(each, str)}


def _wait_s(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds by `Retry-After` (seconds or a date, RFC 9110 section 10.2.3) or by `retry-after-ms`, which OpenAI sends."""
    try:
        if "retry-after-ms" in headers:
            seconds = float(headers["retry-after-ms"]) / 1000
        else:
            seconds = _seconds(headers.get("retry-after", "0"), now)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return seconds if seconds > 0 else 0.0


def _seconds(told: str, now: datetime) -> float:
    try:
        return float(told)
    except ValueError:
        return (parsedate_to_datetime(told) - now).total_seconds()
