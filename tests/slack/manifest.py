"""Reads manifest.yml: the part of YAML that it is written in (mappings, lists, plain and quoted scalars), and no more."""

from pathlib import Path
from typing import Any

from bot.sandbox import AppSeed, CommandSeed, ShortcutSeed

Lines = list[tuple[int, str]]


def read_manifest(path: Path) -> dict[str, Any]:
    lines: Lines = []
    for raw in path.read_text(encoding="utf-8").splitlines():
        if raw.strip() and not raw.lstrip().startswith("#"):
            lines.append((len(raw) - len(raw.lstrip()), raw.strip()))
    return _mapping(lines, 0)


def _block(lines: Lines, indent: int) -> Any:
    return _list(lines, indent) if lines[0][1].startswith("- ") else _mapping(lines, indent)


def _list(lines: Lines, indent: int) -> list[Any]:
    items: list[Any] = []
    while lines and lines[0][0] == indent and lines[0][1].startswith("- "):
        first = lines.pop(0)[1][2:]
        if ": " in first or first.endswith(":"):
            lines.insert(0, (indent + 2, first))
            items.append(_mapping(lines, indent + 2))
        else:
            items.append(_scalar(first))
    return items


def _mapping(lines: Lines, indent: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    while lines and lines[0][0] == indent and not lines[0][1].startswith("- "):
        key, _, value = lines.pop(0)[1].partition(":")
        made[key] = _scalar(value.strip()) if value.strip() else _block(lines, lines[0][0])
    return made


def _scalar(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return text.strip('"')


def app_seed(path: Path) -> AppSeed:
    """The app that this manifest installs, as the sandbox wants it told."""
    manifest = read_manifest(path)
    features = manifest["features"]
    return AppSeed(
        name=manifest["display_information"]["name"],
        handle=features["bot_user"]["display_name"],
        commands=tuple(
            CommandSeed(
                command=each["command"],
                description=each["description"],
                usage_hint=each["usage_hint"],
                escape=each["should_escape"],
            )
            for each in features["slash_commands"]
        ),
        shortcuts=tuple(
            ShortcutSeed(callback_id=each["callback_id"], name=each["name"]) for each in features["shortcuts"]
        ),
        events=tuple(manifest["settings"]["event_subscriptions"]["bot_events"]),
        scopes=tuple(manifest["oauth_config"]["scopes"]["bot"]),
    )
