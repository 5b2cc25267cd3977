"""manifest.yml, the declarations and the code say the same."""

import re
from pathlib import Path

from bot.slack import BOT_SCOPES, COMMANDS, EVENTS, SHORTCUTS
from bot.slack.handlers import routes
from bot.slack.ids import Action, Callback
from bot.slack.web import SCOPES
from tests.slack.manifest import read_manifest

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "bot" / "slack"
MANIFEST = read_manifest(ROOT / "manifest.yml")


def test_commands_are_those_that_are_answered() -> None:
    declared = MANIFEST["features"]["slash_commands"]
    assert [(each["command"], each["description"], each["usage_hint"]) for each in declared] == [
        (each.name, each.description, each.hint) for each in COMMANDS
    ]
    assert [each.name for each in COMMANDS] == list(routes.COMMANDS)


def test_shortcuts_are_those_that_are_answered() -> None:
    declared = MANIFEST["features"]["shortcuts"]
    assert [(each["callback_id"], each["name"], each["description"]) for each in declared] == [
        (each.callback_id, each.name, each.description) for each in SHORTCUTS
    ]
    assert {each["type"] for each in declared} == {"message"}
    assert [each.callback_id for each in SHORTCUTS] == list(routes.SHORTCUTS)


def test_events_are_those_that_are_listened_to() -> None:
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS) == list(routes.EVENTS)


def test_scopes_are_those_of_the_methods_that_are_called() -> None:
    assert tuple(MANIFEST["oauth_config"]["scopes"]["bot"]) == BOT_SCOPES


def test_every_method_that_is_called_is_listed_with_its_scopes() -> None:
    called = set(
        re.findall(
            r"self\._client\.((?:chat|views|usergroups|users|conversations|files|auth|apps)_\w+)",
            (ROOM / "web.py").read_text(),
        )
    )
    uploads = {"files.getUploadURLExternal", "files.completeUploadExternal"}
    assert {
        each.replace("_", ".", 2 if each.startswith(("apps", "usergroups")) else 1)
        for each in called - {"files_upload_v2"}
    } | uploads == set(SCOPES)


def test_nobody_but_the_web_module_calls_slack() -> None:
    for path in ROOM.rglob("*.py"):
        if path.name not in ("web.py", "socket.py"):
            assert not re.search(
                r"client\.(chat|views|usergroups|users|conversations|files|auth|apps)_", path.read_text()
            ), path


def test_every_button_and_every_form_is_answered() -> None:
    assert set(routes.ACTIONS) == set(Action)
    assert {*routes.FORMS, *routes.SHORTCUTS} == set(Callback) - {Callback.READ}


def test_socket_mode_and_interactivity_are_on() -> None:
    settings = MANIFEST["settings"]
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"]["is_enabled"]


def test_slacks_limits_of_a_manifest_are_kept() -> None:
    assert len(MANIFEST["display_information"]["description"]) <= 140
    for each in MANIFEST["features"]["slash_commands"]:
        assert len(each["usage_hint"]) <= 1000
        assert len(each["description"]) <= 2000
    for each in MANIFEST["features"]["shortcuts"]:
        assert len(each["name"]) <= 24
        assert len(each["description"]) <= 150


def test_the_page_says_of_every_scope_what_it_is_for() -> None:
    page = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    table = page.split("| scope | for |")[1].split("\n\n")[0]
    assert {
        each
        for row in table.split("\n")
        for each in re.findall(r"`([a-z_]+:?[a-z.]*)`", row.split("|")[1] if "|" in row else "")
    } == set(BOT_SCOPES)
