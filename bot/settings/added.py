"""MCP servers as people write them: an address, or a name and the command that is to be started; and their tokens."""

import re
import shlex
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

_NAME = re.compile(r"[a-zA-Z][\w-]{0,30}")
_TOKEN = re.compile(r"([a-zA-Z][\w.-]{0,100})(?::([A-Za-z_]\w*))?=(\S+)")
SERVERS = "must be addresses (https://…), or name=address or name=command, separated by commas"
TOKENS = "must be name=token for an address, or name:VARIABLE=token for a command, separated by commas"


@dataclass(frozen=True, slots=True)
class AddedServer:
    """One server: at a `url`, or a `command`."""

    name: str
    url: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddedToken:
    """What a server is shown; in that `variable` where it is a command."""

    name: str
    token: SecretStr
    variable: str = ""


def added_servers(value: object) -> object:
    """From the text of the setting. Raises ValueError with the rule."""
    if isinstance(value, dict):
        return ()  # pydantic-settings takes COMPASS_MCP_TOOLS for a part of COMPASS_MCP where that is not set
    if not isinstance(value, str):
        return value
    servers = tuple(_server(part.strip()) for part in value.split(",") if part.strip())
    names = [each.name for each in servers]
    if len(set(names)) < len(names):
        raise ValueError("must give each server another name: name=https://…")
    return servers


def added_tokens(value: object) -> object:
    """From the text of the setting. Raises ValueError with the rule, which shows no token."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        return value
    parts = [_TOKEN.fullmatch(part.strip()) for part in text.split(",") if part.strip()]
    if not all(parts):
        raise ValueError(TOKENS)
    return tuple(AddedToken(each[1], SecretStr(each[3]), each[2] or "") for each in parts if each)


def _server(text: str) -> AddedServer:
    if text.startswith(("http://", "https://")):
        return AddedServer(_host(text), text)
    name, equals, rest = text.partition("=")
    if not equals or not _NAME.fullmatch(name.strip()) or not rest.strip():
        raise ValueError(SERVERS)
    if rest.strip().startswith(("http://", "https://")):
        _host(rest.strip())
        return AddedServer(name.strip(), rest.strip())
    try:
        command = tuple(shlex.split(rest))
    except ValueError:
        raise ValueError("must have commands whose quotation marks are closed") from None
    return AddedServer(name.strip(), command=command)


def _host(address: str) -> str:
    """The name of a server that was given none. A login in an address would be shown with it."""
    parts = urlsplit(address)
    if not parts.hostname or parts.username or parts.password:
        raise ValueError("must be addresses without a login; tokens stand in COMPASS_MCP_TOKENS")
    return parts.hostname
