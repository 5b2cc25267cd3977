"""TLS with certificates made for the test: whom we trust, what we show, and what a file that cannot be used is told as."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from agents.sources.wire import Limits, ServerError, Trouble
from orchestrator.retry import RetryPolicy
from tests.agents.wire.counterpart import counterpart, server_at


@dataclass
class Certificates:
    """An authority, and the files of what it signed."""

    authority: trustme.CA
    ca_file: Path
    folder: Path

    def context(self, *names: str) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.authority.issue_cert(*(names or ("127.0.0.1",))).configure_cert(context)
        return context

    def client(self) -> dict[str, Path]:
        issued = self.authority.issue_cert("compass@example.org")
        files = {"cert_file": self.folder / "client.pem", "key_file": self.folder / "client.key"}
        issued.cert_chain_pems[0].write_to_path(files["cert_file"])
        issued.private_key_pem.write_to_path(files["key_file"])
        return files


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    authority, ca_file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    return Certificates(authority, ca_file, tmp_path)


@asynccontextmanager
async def over_tls(context: ssl.SSLContext) -> AsyncIterator[str]:
    async with counterpart(tls=context) as (_, url):
        yield url


async def answer(url: str, **settings: Any) -> Any:
    async with server_at(url, limits=Limits(retry=RetryPolicy(max_attempts=1)), **settings) as server:
        return await server.get_json("x")


async def test_a_server_whose_authority_is_named_is_trusted(certificates: Certificates) -> None:
    async with over_tls(certificates.context()) as url:
        assert (await answer(url, ca_file=certificates.ca_file))["status"] == "success"


async def test_a_server_nobody_vouches_for_is_not_asked_and_the_remedy_names_the_setting(
    certificates: Certificates,
) -> None:
    async with over_tls(certificates.context()) as url:
        with pytest.raises(ServerError, match="no connection can be made that both sides trust") as caught:
            await answer(url)
    assert caught.value.trouble is Trouble.CERTIFICATE
    assert "COMPASS_PROMETHEUS_CA_FILE" in caught.value.remedy


async def test_a_certificate_for_another_name_is_not_trusted(certificates: Certificates) -> None:
    async with over_tls(certificates.context("elsewhere.example")) as url:
        with pytest.raises(ServerError, match="both sides trust"):
            await answer(url, ca_file=certificates.ca_file)


async def test_without_verification_any_certificate_will_do(certificates: Certificates) -> None:
    async with over_tls(certificates.context("elsewhere.example")) as url:
        assert (await answer(url, verify=False))["status"] == "success"


async def test_a_server_that_wants_to_know_us_is_shown_our_certificate(certificates: Certificates) -> None:
    context = certificates.context()
    context.verify_mode = ssl.CERT_REQUIRED
    certificates.authority.configure_trust(context)
    async with over_tls(context) as url:
        assert (await answer(url, ca_file=certificates.ca_file, **certificates.client()))["status"] == "success"
        with pytest.raises(ServerError):
            await answer(url, ca_file=certificates.ca_file)


async def test_plain_http_towards_a_tls_port_is_told_as_no_answer(certificates: Certificates) -> None:
    async with over_tls(certificates.context()) as url:
        with pytest.raises(ServerError):
            await answer(url.replace("https:", "http:"))


@pytest.mark.parametrize("content", [None, "", "no certificate"])
async def test_an_authority_that_cannot_be_read_is_told_with_its_setting(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(ServerError, match="what COMPASS_PROMETHEUS_CA_FILE names cannot be read") as caught:
        await answer("https://127.0.0.1:1", ca_file=tmp_path / "ca.pem")
    assert str(tmp_path) not in caught.value.message


async def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked_for_it(
    certificates: Certificates, tmp_path: Path
) -> None:
    files = certificates.client()
    files["key_file"].write_bytes(_locked(files["key_file"].read_bytes()))
    with pytest.raises(ServerError, match="what COMPASS_PROMETHEUS_CERT_FILE names cannot be read") as caught:
        await answer("https://127.0.0.1:1", ca_file=certificates.ca_file, **files)
    assert "without a passphrase" in caught.value.remedy


def _locked(key: bytes) -> bytes:
    from cryptography.hazmat.primitives import serialization

    loaded = serialization.load_pem_private_key(key, None)
    return loaded.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"open"),
    )
