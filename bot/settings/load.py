"""Settings: the only reader of the environment and of `.env`. Everybody else is handed what they need.

A secret is a `SecretStr`: it is never printed, not in an error, not in a log line, not by `compass doctor`. A value
that cannot be used is refused with the setting's name, the rule it breaks and an example that works; all at once. What
only Slack needs is asked for only where Slack is wanted (`slack_needs`). Slack's settings carry Slack's own names,
OpenTelemetry's its own; ours begin with COMPASS_.
"""

import difflib
import os
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import NoDecode, SettingsConfigDict

from bot.settings.added import AddedServer, AddedToken, added_servers, added_tokens
from bot.settings.models import ModelSettings
from bot.settings.servers import Secret, ServerAccess, Url
from bot.settings.values import folders, lowered, names, repositories
from orchestrator.errors import OrchestratorError

SLACK_API = "https://slack.com/api/"
GITHUB_API = "https://api.github.com/"
DOTENV = ".env"
PREFIX = "COMPASS_"


class SettingsError(OrchestratorError):
    """Something in the environment or in `.env` cannot be used. Names every such setting; never shows a value."""

    kind = "settings"
    status = 500


class Mode(StrEnum):
    """How Slack reaches the bot: over a socket the bot opens, or by HTTP requests Slack sends."""

    SOCKET = "socket"
    HTTP = "http"


class LogLevel(StrEnum):
    """From which severity on log lines are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """Log lines for people, or one JSON object a line for machines."""

    CONSOLE = "console"
    JSON = "json"


Dollars = Annotated[Decimal, Field(gt=0, le=1000, allow_inf_nan=False)]

DollarsADay = Annotated[Decimal, Field(gt=0, le=1_000_000, allow_inf_nan=False)]


class Settings(ModelSettings):
    """What can be set, with its default. `.env.example` says the same to people, and a test holds the two equal."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=DOTENV,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        validate_default=True,
    )

    slack_bot_token: Secret | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: Secret | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: Secret | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_api_url: Url = Field(SLACK_API, validation_alias="SLACK_API_URL")

    mode: Annotated[Mode, BeforeValidator(lowered)] = Mode.SOCKET
    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(3000, ge=0, le=65535)
    allow_guests: bool = False
    allow_shared_channels: bool = False

    database: Path = Path(".compass/compass.db")
    cases: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(folders)] = ()

    prometheus: ServerAccess = ServerAccess()
    loki: ServerAccess = ServerAccess()
    tempo: ServerAccess = ServerAccess()
    grafana_url: Url | None = None
    map: Path = Path("compass.toml")
    queries: bool = True

    changes_token: Secret | None = Field(None, min_length=16)
    github_repos: Annotated[tuple[str, ...], NoDecode, BeforeValidator(repositories)] = ()
    github_token: Secret | None = None
    github_url: Url = GITHUB_API
    github_webhook_secret: Secret | None = None

    model_tools: bool = True
    mcp: Annotated[tuple[AddedServer, ...], NoDecode, BeforeValidator(added_servers)] = ()
    mcp_tools: Annotated[tuple[str, ...], NoDecode, BeforeValidator(names)] = ()
    mcp_tokens: Annotated[tuple[AddedToken, ...], NoDecode, BeforeValidator(added_tokens)] = ()

    budget: Dollars = Decimal("10.00")
    budget_critical: Dollars = Decimal("20.00")
    budget_per_day: DollarsADay | None = None
    budget_per_channel: DollarsADay | None = None
    budget_per_user: DollarsADay | None = None
    budget_words: Annotated[Decimal, Field(ge=0, le=1000, allow_inf_nan=False)] = Decimal("0.10")
    gate_approvers: Annotated[tuple[str, ...], NoDecode, BeforeValidator(names)] = ()
    gate_requester: bool = True
    gate_wait: float = Field(1800.0, gt=0, le=604_800, allow_inf_nan=False)
    agent_timeout: float = Field(120.0, gt=0, le=3600, allow_inf_nan=False)
    max_running: int = Field(5, ge=1, le=100)
    workers: int = Field(2, ge=1, le=64)

    log_level: Annotated[LogLevel, BeforeValidator(lowered)] = LogLevel.INFO
    log_format: Annotated[LogFormat, BeforeValidator(lowered)] = LogFormat.CONSOLE
    otel_endpoint: Url | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    otel_headers: Secret | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_HEADERS")

    examples: ClassVar[dict[str, str]] = {
        **ModelSettings.model_examples,
        "slack_bot_token": "xoxb-... (Slack: your app, OAuth & Permissions)",
        "slack_app_token": "xapp-... (Slack: your app, Basic Information, App-Level Tokens)",
        "slack_signing_secret": "the Signing Secret (Slack: your app, Basic Information)",
        "slack_api_url": SLACK_API,
        "mode": "socket, or http",
        "host": "127.0.0.1, or 0.0.0.0 for every address",
        "port": "3000; 0 takes any free port",
        "allow_guests": "false",
        "allow_shared_channels": "false",
        "database": ".compass/compass.db",
        "cases": os.pathsep.join(("incidents/2026", "/srv/recordings")),
        "grafana_url": "http://localhost:3000",
        "map": "compass.toml (made with: compass map --write compass.toml)",
        "queries": "on, or off",
        "changes_token": "at least 16 characters; make one with: openssl rand -hex 16",
        "github_repos": "acme/orders, acme/web-shop=frontend",
        "github_token": "github_pat_... with read access to deployments and contents",
        "github_url": GITHUB_API,
        "github_webhook_secret": "the Secret of the webhook in GitHub",
        "model_tools": "true",
        "mcp": "https://mcp.example.com/mcp, grafana=mcp-grafana --disable-write",
        "mcp_tools": "grafana.search_dashboards",
        "mcp_tokens": "mcp.example.com=..., grafana:GRAFANA_SERVICE_ACCOUNT_TOKEN=...",
        "budget": "10.00",
        "budget_critical": "20.00",
        "budget_per_day": "50.00",
        "budget_per_channel": "20.00",
        "budget_per_user": "20.00",
        "budget_words": "0.10; 0 lets no model read what is typed",
        "gate_approvers": "U024BE7LH, sre-oncall (ids of people; ids or handles of user groups)",
        "gate_requester": "true",
        "gate_wait": "1800",
        "agent_timeout": "120",
        "max_running": "5",
        "workers": "2",
        "log_level": "debug, info, warning, or error",
        "log_format": "console, or json",
        "otel_endpoint": "http://localhost:4318",
        "otel_headers": "name=value,other=value",
    }


def variables() -> tuple[str, ...]:
    """Every environment variable that means something, those of the telemetry servers too."""
    found: list[str] = []
    for name, field in Settings.model_fields.items():
        parts = ServerAccess.model_fields if field.annotation is ServerAccess else ()
        found += [f"{variable(name)}_{part.upper()}" for part in parts] or [variable(name)]
    return tuple(found)


def variable(field: str) -> str:
    """The environment variable of a setting: "budget" is COMPASS_BUDGET, "slack_bot_token" is SLACK_BOT_TOKEN."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process: `overrides` by field name (None: not given), then the environment, then `.env`.

    Raises SettingsError, with a line for each setting that cannot be used.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        problems = [_problem(each["loc"], each["msg"]) for each in found]
    except UnicodeDecodeError:
        problems = [(DOTENV, "must be a text file in UTF-8", "copy .env.example and fill it in")]
    raise SettingsError(
        "\n".join(f"{name}: {rule}" for name, rule, _ in problems),
        remedy="\n".join(f"For example: {name}={example}" for name, _, example in problems),
        details={name: rule for name, rule, _ in problems},
    )


def _problem(location: tuple[int | str, ...], message: str) -> tuple[str, str, str]:
    key, *inner = (str(part) for part in location or ("",))
    field = next((name for name in Settings.model_fields if key in (name, variable(name))), "")
    rule = message.removeprefix("Value error, ").removeprefix("Input ")
    if field and inner and inner[0] in ServerAccess.examples:
        example = ServerAccess.examples[inner[0]].format(server=field)
        return f"{variable(field)}_{inner[0].upper()}", rule, example
    return (variable(field), rule, Settings.examples[field]) if field else (key or DOTENV, rule, "see .env.example")


def unknown_variables() -> dict[str, str]:
    """Variables that begin with COMPASS_ and mean nothing, each with the nearest one that does ("" for none)."""
    known = variables()
    given = {*os.environ, *dotenv_values(DOTENV)}  # noqa: TID251 - this is the file that reads the environment
    strange = sorted(name for name in given if name.upper().startswith(PREFIX) and name.upper() not in known)
    return {name: _nearest(name.upper(), known) for name in strange}


def _nearest(name: str, known: Sequence[str]) -> str:
    ours = [each.removeprefix(PREFIX) for each in known if each.startswith(PREFIX)]
    near = difflib.get_close_matches(name.removeprefix(PREFIX), ours, n=1)
    return PREFIX + near[0] if near else ""
