"""The doctor: what is there, what is missing, and the exact remedy for each.

A check is a probe that returns what it found, in a line, or raises an OrchestratorError whose remedy is shown. Nothing is
repaired, nothing is sent but Slack's own questions `auth.test` and `apps.connections.open`, and no secret is shown.
Slack is needed only where somebody began to set it up; the sandbox and the command line do without.
"""

import importlib.util
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from bot.settings import SLACK_API, Mode, Settings, slack_needs, unknown_variables
from orchestrator.errors import OrchestratorError
from orchestrator.model import Frozen

OLDEST_PYTHON = (3, 11)
OUR_PACKAGES = ("agents", "bot", "orchestrator", "storage")
SLACK_TIMEOUT_S = 10.0

Probe = Callable[[], Awaitable[str]]


class Health(StrEnum):
    """OK; MISSING is needed and not there, or cannot be right; OPTIONAL is not there, and most things work without."""

    OK = "ok"
    MISSING = "missing"
    OPTIONAL = "optional"


class Finding(Frozen):
    """What a check found. `remedy` is empty where all is well."""

    name: str
    health: Health
    detail: str
    remedy: str = ""


class ProbeError(OrchestratorError):
    """Something that a check looked for is not as it should be."""

    kind = "doctor"


@dataclass(frozen=True, slots=True)
class Check:
    """A probe by name. What is not `needed` is told and does no harm."""

    name: str
    probe: Probe
    needed: bool = True


async def examine(checks: Iterable[Check]) -> list[Finding]:
    """Every check in order; one that fails does not keep the others from being made."""
    return [await _finding(each) for each in checks]


async def _finding(check: Check) -> Finding:
    bad = Health.MISSING if check.needed else Health.OPTIONAL
    try:
        return Finding(name=check.name, health=Health.OK, detail=await check.probe())
    except OrchestratorError as problem:
        return Finding(name=check.name, health=bad, detail=problem.message, remedy=problem.remedy)
    except Exception as failure:  # noqa: BLE001 - the border of a check: the doctor must survive what it looks for
        remedy = "Run it again with COMPASS_LOG_LEVEL=debug, and look at what stands above."
        return Finding(
            name=check.name, health=bad, detail=f"the check failed ({type(failure).__name__})", remedy=remedy
        )


def first_checks() -> list[Check]:
    """What can be looked at before anything of ours is imported or read."""
    return [Check("python", _python), Check("packages", _packages), Check("charts", _charts, needed=False)]


def setting_checks(settings: Settings) -> list[Check]:
    """What the settings say, and whether Slack can be reached with them."""
    begun = any((settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret))
    checks = [
        Check("settings", _settings, needed=False),
        Check("slack settings", lambda: _slack_settings(settings), needed=begun),
        Check("slack address", lambda: _slack_address(settings), needed=False),
    ]
    if begun and not slack_needs(settings, settings.mode):
        checks.append(Check("slack", lambda: _slack(settings)))
    return checks


async def _python() -> str:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise ProbeError(
            f"Python {found} is too old.",
            remedy="Install Python 3.11 or newer and set up afresh: make clean, then make demo",
        )
    return f"Python {found}"


async def _packages(names: Sequence[str] = OUR_PACKAGES, home: Path = Path(__file__).parents[1]) -> str:
    for name in names:
        if not _is_ours(name, home):
            raise ProbeError(
                f"The package {name} is not Compass's own: another distribution installed one of that name.",
                remedy="Remove it: pip uninstall openai-agents. Or set up afresh: make clean, then make demo.",
            )
    return f"{', '.join(names)} are Compass's own"


def _is_ours(name: str, home: Path) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None and Path(spec.origin).resolve().parents[1] == home.resolve()


async def _charts() -> str:
    if importlib.util.find_spec("matplotlib") is None:
        raise ProbeError(
            "matplotlib is not installed, so no charts are drawn.", remedy="pip install 'compass-oncall[charts]'"
        )
    return "matplotlib is installed"


async def _settings() -> str:
    strange = unknown_variables()
    if strange:
        told = ", ".join(f"{name} (did you mean {near}?)" if near else name for name, near in strange.items())
        raise ProbeError(f"These variables mean nothing: {told}.", remedy="Correct or remove them; see .env.example.")
    return "every variable that is set is known"


async def _slack_settings(settings: Settings) -> str:
    needs = slack_needs(settings, settings.mode)
    if needs:
        raise ProbeError(
            "; ".join(f"{need.variable} {need.problem}" for need in needs) + ". Only `compass serve` needs it.",
            remedy="\n".join(need.remedy for need in needs),
        )
    return f"tokens for {settings.mode} mode are set"


async def _slack_address(settings: Settings) -> str:
    address = urlsplit(settings.slack_api_url)
    if address.scheme == "http" and address.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ProbeError(
            "SLACK_API_URL is plain http to another machine; tokens would cross the network readable.",
            remedy=f"Use https, or remove SLACK_API_URL to speak to Slack itself ({SLACK_API}).",
        )
    return settings.slack_api_url


async def _slack(settings: Settings) -> str:
    questions = {"auth.test": ("SLACK_BOT_TOKEN", settings.slack_bot_token)}
    if settings.mode == Mode.SOCKET:
        questions["apps.connections.open"] = ("SLACK_APP_TOKEN", settings.slack_app_token)
    answers = {}
    for method, (name, token) in questions.items():
        answer = await _ask(settings.slack_api_url + method, token.get_secret_value() if token else "")
        if answer.get("ok") is not True:
            raise ProbeError(f"Slack refuses {name} ({_word(answer.get('error'))}).", remedy=_REMEDY.format(name=name))
        answers[method] = answer
    who = answers["auth.test"]
    return f"connected to {_word(who.get('team'))} as {_word(who.get('user'))}"


_REMEDY = "Copy {name} again from your app's pages on api.slack.com/apps; reinstall the app if its scopes were changed."


async def _ask(url: str, token: str) -> dict[str, object]:
    import aiohttp  # every command is described with this module loaded, and only this function needs a client

    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_TIMEOUT_S), trust_env=True) as session,
            session.post(url, headers={"Authorization": f"Bearer {token}"}) as response,
        ):
            answer = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        remedy = "Check the network, the proxy and SLACK_API_URL."
        raise ProbeError("Slack's Web API did not answer as it should.", remedy=remedy) from error
    return answer if isinstance(answer, dict) else {}


def _word(value: object) -> str:
    return str(value)[:80] if isinstance(value, str) else "unknown"
