"""Settings come from the environment, are refused clearly, and never show a secret."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from bot.settings import (
    Mode,
    Need,
    ServerAccess,
    Settings,
    SettingsError,
    load_settings,
    slack_needs,
    unknown_variables,
    variable,
    variables,
)

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_nothing_has_to_be_set() -> None:
    settings = load_settings()
    assert settings.database == Path(".compass/compass.db")
    assert settings.budget == Decimal("10.00")
    assert settings.slack_bot_token is None


def test_the_environment_wins_over_the_file_and_an_override_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("COMPASS_BUDGET=3\nCOMPASS_PORT=4000\nCOMPASS_MODE=HTTP\n")
    monkeypatch.setenv("COMPASS_BUDGET", "4")
    assert load_settings().budget == Decimal(4)
    assert load_settings().mode is Mode.HTTP
    settings = load_settings(port=0, database=None)
    assert settings.port == 0
    assert settings.database == Path(".compass/compass.db")


def test_folders_of_cases_are_separated_as_in_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_CASES", "one:: two ")
    assert load_settings().cases == (Path("one"), Path("two"))
    assert load_settings(cases=(Path("three"),)).cases == (Path("three"),)


def test_the_slack_address_ends_with_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:4100/api")
    assert load_settings().slack_api_url == "http://127.0.0.1:4100/api/"


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("COMPASS_BUDGET", "-5", "greater than 0"),
        ("COMPASS_BUDGET", "nan", "finite"),
        ("COMPASS_BUDGET", "1e9", "less than or equal to 1000"),
        ("COMPASS_MODE", "sockets", "'socket' or 'http'"),
        ("COMPASS_PORT", "65536", "65535"),
        ("COMPASS_WORKERS", "many", "integer"),
        ("COMPASS_AGENT_TIMEOUT", "0", "greater than 0"),
        ("COMPASS_ALLOW_GUESTS", "perhaps", "boolean"),
        ("SLACK_API_URL", "slack.com", "http"),
        ("SLACK_API_URL", "https://", "http"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_the_rule_and_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, rule: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert refused.value.message.startswith(f"{name}: ")
    assert rule in refused.value.message
    assert refused.value.remedy.startswith(f"For example: {name}=")


def test_all_bad_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_BUDGET", "x")
    with pytest.raises(SettingsError) as refused:
        load_settings(workers=0)
    assert set(refused.value.details) == {"COMPASS_BUDGET", "COMPASS_WORKERS"}


def test_a_file_that_is_not_text_is_refused() -> None:
    Path(".env").write_bytes(b"COMPASS_BUDGET=\xff\xfe")
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings()


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in ("slack_bot_token", "slack_app_token", "slack_signing_secret", "otel_headers"):
        monkeypatch.setenv(variable(field), "hunter2")
    settings = load_settings()
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert all("hunter2" not in part for need in slack_needs(settings, Mode.SOCKET) for part in need)
    monkeypatch.setenv("COMPASS_BUDGET", "hunter2")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "hunter2" not in f"{refused.value.message}{refused.value.remedy}{refused.value.details}"


def test_slack_needs_two_secrets_and_which_depends_on_the_mode() -> None:
    settings = load_settings()
    assert [each.variable for each in slack_needs(settings, Mode.SOCKET)] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
    assert [each.variable for each in slack_needs(settings, Mode.HTTP)] == ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]


def test_a_token_of_the_wrong_shape_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xapp-1-swapped")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1 2")
    first, second = slack_needs(load_settings(), Mode.SOCKET)
    assert isinstance(first, Need)
    assert first.problem == "does not begin with xoxb-"
    assert first.remedy.startswith("Set SLACK_BOT_TOKEN=xoxb-...")
    assert second.problem == "holds a blank"


def test_tokens_may_carry_stray_blanks_around_them_and_may_rotate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", " xoxe.xoxb-1-abc\n")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1-abc")
    assert slack_needs(load_settings(), Mode.SOCKET) == ()


def test_a_variable_that_means_nothing_is_told_with_the_nearest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_BUGDET", "4")
    Path(".env").write_text("COMPASS_QQQ=1\n")
    assert unknown_variables() == {"COMPASS_BUGDET": "COMPASS_BUDGET", "COMPASS_QQQ": ""}


def test_the_example_file_names_every_setting_with_its_default() -> None:
    told = dict(re.findall(r"^#?([A-Z][A-Z_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))
    assert set(told) == set(variables())
    settings = load_settings()
    for field in Settings.model_fields:
        value = getattr(settings, field)
        whole = {f"_{name.upper()}": each for name, each in value} if isinstance(value, ServerAccess) else {"": value}
        for name, each in whole.items():
            assert told[variable(field) + name] == _as_written(each), field + name


def _as_written(value: object) -> str:
    if value is None or value in ((), {}):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_the_example_file_can_be_used_as_it_is() -> None:
    before = load_settings()
    Path(".env").write_text(EXAMPLE.read_text())
    assert load_settings() == before
    assert unknown_variables() == {}


def test_every_telemetry_server_is_set_up_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("COMPASS_LOKI_URL=http://loki:3100\nCOMPASS_LOKI_CA_FILE=ours.pem\nCOMPASS_QUERIES=off\n")
    monkeypatch.setenv("COMPASS_LOKI_VERIFY", "no")
    monkeypatch.setenv("COMPASS_PROMETHEUS_TOKEN", " hunter2\n")
    settings = load_settings()
    assert (settings.loki.url, settings.loki.ca_file) == ("http://loki:3100/", Path("ours.pem"))
    assert (settings.loki.verify, settings.queries, settings.tempo.url) == (False, False, None)
    assert settings.prometheus.token is not None
    assert settings.prometheus.token.get_secret_value() == "hunter2"
    assert "hunter2" not in f"{settings!r}{settings.prometheus}{settings.model_dump_json()}"


def test_a_bad_value_for_a_telemetry_server_is_named_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_PROMETHEUS_URL", "prometheus:9090")
    monkeypatch.setenv("COMPASS_TEMPO_TIMEOUT", "0")
    monkeypatch.setenv("COMPASS_TEMPO_TOKN", "x")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert set(refused.value.details) == {"COMPASS_PROMETHEUS_URL", "COMPASS_TEMPO_TIMEOUT"}
    assert "For example: COMPASS_PROMETHEUS_URL=http://prometheus:9090" in refused.value.remedy
    assert unknown_variables() == {"COMPASS_TEMPO_TOKN": "COMPASS_TEMPO_TOKEN"}
