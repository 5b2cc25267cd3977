"""Where a server is and how to log in: contradictions are refused by the setting's name, and no secret is ever shown."""

from typing import Any

import pytest
from pydantic import SecretStr

from agents.sources.wire import Limits, ServerSettings

SECRET = "s3cr3t-9f2c"
URL = "https://prometheus.example/prom"


def test_the_settings_show_no_secret() -> None:
    settings = ServerSettings("Prometheus", URL, user="ana", password=SecretStr(SECRET), headers={"X-Key": SECRET})
    assert SECRET not in repr(settings) + str(settings)
    assert SECRET not in repr(ServerSettings("Prometheus", URL, token=SecretStr(SECRET)))


@pytest.mark.parametrize("url", ["http://h", "http://h/", "http://h:9090/prom", "http://h:9090/prom/"])
def test_an_address_ends_in_a_slash_so_that_paths_can_follow(url: str) -> None:
    assert str(ServerSettings("Loki", url).url).endswith("/")
    assert "//" not in str(ServerSettings("Loki", url).url).split("://")[1]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"base_url": "prometheus:9090"}, "COMPASS_PROMETHEUS_URL must be an http"),
        ({"base_url": "ftp://h"}, "COMPASS_PROMETHEUS_URL must be an http"),
        ({"base_url": "http://"}, "COMPASS_PROMETHEUS_URL must be an http"),
        ({"base_url": "http://h:port"}, "COMPASS_PROMETHEUS_URL must be an http"),
        ({"base_url": f"http://ana:{SECRET}@h"}, "COMPASS_PROMETHEUS_URL must not hold a login"),
        ({"base_url": f"http://h/?token={SECRET}"}, "COMPASS_PROMETHEUS_URL must end with a path"),
        ({"token": SecretStr(SECRET), "user": "ana", "password": SecretStr(SECRET)}, "not both"),
        ({"user": "ana"}, "COMPASS_PROMETHEUS_USER and COMPASS_PROMETHEUS_PASSWORD belong together"),
        ({"password": SecretStr(SECRET)}, "belong together"),
        ({"user": "a:b", "password": SecretStr(SECRET)}, "must not hold a colon"),
        ({"key_file": "x"}, "COMPASS_PROMETHEUS_KEY_FILE belongs to a COMPASS_PROMETHEUS_CERT_FILE"),
        ({"timeout_s": 0}, "COMPASS_PROMETHEUS_TIMEOUT"),
        ({"timeout_s": float("nan")}, "COMPASS_PROMETHEUS_TIMEOUT"),
        ({"tenant": f"{SECRET}\r\nX: y"}, "control character"),
        ({"token": SecretStr(f"{SECRET}\n")}, "control character"),
        ({"headers": {"X-Key": f"{SECRET}\r\n"}}, "control character"),
        ({"headers": {"X Key": "a"}}, "header"),
        ({"headers": {"": "a"}}, "header"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name_and_without_their_values(given: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValueError, match=rule) as caught:
        ServerSettings(**{"name": "Prometheus", "base_url": URL, **given})
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.__cause__) + repr(caught.value.__context__)


@pytest.mark.parametrize("given", [{"per_second": 0}, {"at_once": 0}, {"connect_s": 0}, {"answer_bytes": 0}])
def test_limits_of_nothing_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        Limits(**given)
