"""A real Prometheus that wants a login and speaks TLS."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from agents.sources.prometheus import PrometheusApi
from agents.sources.wire import ServerError, Trouble
from tests.agents.wire.counterpart import server_at
from tests.support.clock import NOON
from tests.support.prometheus import Filling, RealPrometheus, real_prometheus

PASSWORD = "correct horse"
HASHED = "$2b$04$m8sjFM6ILU21i20nLOXgF.vNMH3VHxyLFAFjGCsSvtf5bXVcXCXCG"


@dataclass
class Guarded:
    """The server, and the certificate of who vouches for it."""

    prometheus: RealPrometheus
    ca_file: Path

    async def ask(self, **login: Any) -> float:
        async with server_at(self.prometheus.url, ca_file=self.ca_file, **login) as server:
            return (await PrometheusApi(server).instant("answer", NOON)).series[0].last


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder, authority = tmp_path_factory.mktemp("guarded"), trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "server.pem")
    issued.private_key_pem.write_to_path(folder / "server.key")
    web = f"""
tls_server_config: {{cert_file: server.pem, key_file: server.key}}
basic_auth_users: {{compass: '{HASHED}'}}
"""
    filling = Filling("answer", [({}, {NOON.timestamp(): 42})])
    with real_prometheus(folder, [filling], web=web) as prometheus:
        yield Guarded(prometheus, folder / "ca.pem")


async def test_the_right_login_is_let_in(guarded: Guarded) -> None:
    assert await guarded.ask(user="compass", password=SecretStr(PASSWORD)) == 42


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ({}, "it asks for a login"),
        ({"user": "compass", "password": SecretStr("wrong horse")}, "it refused our login"),
        ({"token": SecretStr("wrong horse")}, "it refused our login"),
    ],
)
async def test_any_other_is_told_that_the_login_is_refused(guarded: Guarded, login: dict[str, Any], words: str) -> None:
    with pytest.raises(ServerError, match=words) as caught:
        await guarded.ask(**login)
    assert caught.value.trouble is Trouble.LOGIN
    assert "COMPASS_PROMETHEUS_TOKEN" in caught.value.remedy
    assert "wrong horse" not in caught.value.message + caught.value.remedy


async def test_a_server_nobody_vouches_for_is_not_shown_the_login(guarded: Guarded) -> None:
    async with server_at(guarded.prometheus.url, user="compass", password=SecretStr(PASSWORD)) as server:
        with pytest.raises(ServerError) as caught:
            await PrometheusApi(server).instant("answer", NOON)
    assert caught.value.trouble is Trouble.CERTIFICATE
