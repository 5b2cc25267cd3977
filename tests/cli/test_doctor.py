"""`compass doctor`: each finding with its remedy, and a status that says whether something needed is missing."""

import importlib.util
import json
from collections.abc import AsyncIterator
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import doctor
from bot.doctor import Check, Finding, Health, examine, first_checks, setting_checks
from bot.settings import load_settings
from orchestrator.errors import SourceUnavailableError
from tests.cli.program import Script, compass

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_APP_TOKEN": "xapp-1-abc", "SLACK_SIGNING_SECRET": "hunter2"}


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {each.name: each for each in findings}


def test_a_fresh_clone_is_well() -> None:
    result = compass("doctor")
    assert result.exit_code == 0, result.output
    assert "ok        packages        agents, bot, orchestrator, storage are Compass's own" in result.stdout
    assert "optional  slack settings" in result.stdout
    assert "-> Set SLACK_BOT_TOKEN=xoxb-..." in result.stdout


def test_half_of_slacks_settings_is_missing_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1-abc")
    result = compass("doctor")
    assert result.exit_code == 1
    assert "MISSING   slack settings  SLACK_APP_TOKEN is not set." in result.stdout
    assert "-> Set SLACK_APP_TOKEN=xapp-..." in result.stdout


def test_what_the_house_finds_is_told_with_its_remedy() -> None:
    script = Script()
    script.problem = SourceUnavailableError("A case is broken.\nAnother \x1b[2J too.", remedy="Mend it.")
    result = compass("doctor", script=script)
    assert result.exit_code == 1
    assert "MISSING   recordings      A case is broken.\n" in result.stdout
    assert "-> Mend it.\n" in result.stdout
    assert "\x1b" not in result.stdout


def test_machines_get_a_list() -> None:
    told = json.loads(compass("doctor", "--json").stdout)
    assert {"name": "recordings", "health": "ok", "detail": "2 recorded incidents", "remedy": ""} in told


def test_settings_that_cannot_be_read_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_PORT", "many")
    result = compass("doctor")
    assert result.exit_code == 1
    assert "MISSING   settings        COMPASS_PORT: " in result.stdout
    assert "recordings" not in result.stdout


async def test_a_setting_that_means_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_BUGDET", "5")
    monkeypatch.setenv("COMPASS_QQQ", "5")
    found = by_name(await examine(setting_checks(load_settings())))["settings"]
    assert found.health is Health.OPTIONAL
    assert "COMPASS_BUGDET (did you mean COMPASS_BUDGET?), COMPASS_QQQ" in found.detail


async def test_plain_http_to_another_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://slack.example.com/api")
    assert by_name(await examine(setting_checks(load_settings())))["slack address"].health is Health.OPTIONAL
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:4100/api")
    assert by_name(await examine(setting_checks(load_settings())))["slack address"].health is Health.OK


def test_a_package_that_is_not_ours_stops_the_doctor_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ours = importlib.util.find_spec

    def shadowed(name: str) -> ModuleSpec | None:
        return (
            ModuleSpec(name, None, origin=str(tmp_path / "agents" / "__init__.py")) if name == "agents" else ours(name)
        )

    monkeypatch.setattr(doctor.importlib.util, "find_spec", shadowed)
    result = compass("doctor")
    assert result.exit_code == 1
    assert "The package agents is not Compass's own" in result.stdout
    assert "pip uninstall openai-agents" in result.stdout
    assert "settings" not in result.stdout


async def test_an_old_python_and_a_missing_extra_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (99, 0))
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    found = by_name(await examine(first_checks()))
    assert found["python"].health is Health.MISSING
    assert found["charts"].health is Health.OPTIONAL
    assert "compass-oncall[charts]" in found["charts"].remedy


async def test_a_check_that_breaks_is_a_finding_without_its_text() -> None:
    async def broken() -> str:
        raise RuntimeError("hunter2")

    (found,) = await examine([Check("x", broken)])
    assert found.health is Health.MISSING
    assert found.detail == "the check failed (RuntimeError)"


class Slack:
    """As much of Slack as the doctor asks."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {
            "auth.test": {"ok": True, "team": "Acme", "user": "compass"},
            "apps.connections.open": {"ok": True, "url": "wss://127.0.0.1/"},
        }
        self.asked: list[tuple[str, str]] = []

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.asked.append((method, request.headers["Authorization"]))
        answer = self.answers[method]
        return web.Response(text=answer) if isinstance(answer, str) else web.json_response(answer)


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slack]:
    made = Slack()
    app = web.Application()
    app.router.add_post("/api/{method}", made.answer)
    async with TestServer(app) as server:
        monkeypatch.setenv("SLACK_API_URL", str(server.make_url("/api/")))
        for name, value in TOKENS.items():
            monkeypatch.setenv(name, value)
        yield made


async def test_slack_is_asked_with_both_tokens(slack: Slack) -> None:
    found = by_name(await examine(setting_checks(load_settings())))["slack"]
    assert (found.health, found.detail) == (Health.OK, "connected to Acme as compass")
    assert slack.asked == [("auth.test", "Bearer xoxb-1-abc"), ("apps.connections.open", "Bearer xapp-1-abc")]


async def test_in_http_mode_only_the_bots_token_is_asked_for(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_MODE", "http")
    assert by_name(await examine(setting_checks(load_settings())))["slack"].health is Health.OK
    assert [method for method, _ in slack.asked] == ["auth.test"]


async def test_a_refused_token_is_named_and_not_shown(slack: Slack) -> None:
    slack.answers["apps.connections.open"] = {"ok": False, "error": "invalid_auth"}
    found = by_name(await examine(setting_checks(load_settings())))["slack"]
    assert found.health is Health.MISSING
    assert found.detail == "Slack refuses SLACK_APP_TOKEN (invalid_auth)."
    assert "abc" not in found.detail + found.remedy


@pytest.mark.parametrize("answer", ["<html>", "[1]"])
async def test_an_answer_that_is_not_slacks_is_told(slack: Slack, answer: str) -> None:
    slack.answers["auth.test"] = answer
    assert by_name(await examine(setting_checks(load_settings())))["slack"].health is Health.MISSING
