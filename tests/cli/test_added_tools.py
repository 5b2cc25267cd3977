"""MCP servers in the settings: how they are written, that no token is shown, and what the doctor says of them."""

import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.bootstrap.tools import added_tools, mcp_servers, tool_checks
from bot.doctor import Health, examine
from bot.settings import SettingsError, load_settings
from orchestrator.clock import SystemClock

PROGRAM = f"boards={sys.executable} -P {Path('tests/support/mcp_server.py').resolve()}"


def test_addresses_and_commands_are_told_apart_and_each_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "COMPASS_MCP", "https://mcp.example.com/mcp, wiki=https://w.example/x, g=mcp-grafana --org 'a b'"
    )
    monkeypatch.setenv("COMPASS_MCP_TOKENS", "wiki=abc=, g:GRAFANA_TOKEN=xyz")
    first, wiki, grafana = mcp_servers(load_settings())
    assert (first.name, first.url, first.token) == ("mcp.example.com", "https://mcp.example.com/mcp", None)
    assert (wiki.url, wiki.token) == ("https://w.example/x", SecretStr("abc="))
    assert (grafana.command, grafana.token, grafana.token_in) == (
        ("mcp-grafana", "--org", "a b"),
        SecretStr("xyz"),
        "GRAFANA_TOKEN",
    )


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("MCP", "mcp-grafana", "must be addresses"),
        ("MCP", "a=https://user:hunter2@host/mcp", "without a login"),
        ("MCP", "a=x 'y", "quotation marks are closed"),
        ("MCP", "a=x, a=y", "another name"),
        ("MCP_TOKENS", "hunter2", "must be name=token"),
    ],
)
def test_what_cannot_be_read_is_refused_and_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, rule: str
) -> None:
    monkeypatch.setenv(f"COMPASS_{name}", value)
    with pytest.raises(SettingsError, match=rule) as refused:
        load_settings()
    assert f"COMPASS_{name}" in refused.value.message
    assert "hunter2" not in f"{refused.value.message}{refused.value.remedy}{refused.value.details}"


def test_a_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_MCP_TOKENS", "boards=hunter2hunter2")
    assert "hunter2" not in repr(load_settings())


def test_where_models_may_look_nothing_up_there_is_nothing_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_MODEL_TOOLS", "false")
    assert added_tools(load_settings(), SystemClock()) is None


async def test_the_doctor_lists_each_server_with_the_tools_that_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_MCP", f"{PROGRAM}, gone=/nowhere/at/all")
    monkeypatch.setenv("COMPASS_MCP_TOOLS", "boards.silent_about_itself")
    there, gone = await examine(tool_checks(load_settings()))
    assert (there.name, there.health) == ("mcp boards", Health.OK)
    assert there.detail.startswith("offers boards_find_boards, ")
    assert "boards_silent_about_itself" in there.detail
    assert "delete" not in there.detail
    assert (gone.health, gone.remedy) == (Health.OPTIONAL, "Check gone in COMPASS_MCP and COMPASS_MCP_TOKENS.")


async def test_a_token_that_would_cross_the_network_readable_is_told_and_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COMPASS_MCP", "boards=http://boards.example/mcp")
    monkeypatch.setenv("COMPASS_MCP_TOKENS", "boards=hunter2hunter2")
    (told,) = await examine(tool_checks(load_settings()))
    assert told.detail.startswith("boards is plain http on another machine")
    assert "hunter2" not in f"{told.detail}{told.remedy}"
