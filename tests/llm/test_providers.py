"""Who is asked, at which address, with which key; and what is loaded before anybody is."""

import subprocess
import sys
from random import Random
from ssl import CERT_REQUIRED, PROTOCOL_TLS_SERVER, SSLContext

import pytest
import trustme
from pydantic import SecretStr

from agents.llm.choosing import Choice, Provider
from agents.llm.providers import Access, Providers
from agents.llm.wire.trust import trusted
from orchestrator.errors import ModelUnavailableError
from tests.llm.asking import CHOICES, asked
from tests.llm.servers import answers_twice
from tests.support.clock import ManualClock

KEY = SecretStr("sk-secret")


def providers(**access: Access) -> Providers:
    return Providers({Provider(name): each for name, each in access.items()}, ManualClock(), Random(1))


def test_a_provider_without_a_key_names_the_setting() -> None:
    for name, setting in (
        ("openai", "OPENAI_API_KEY"),
        ("azure", "AZURE_OPENAI_API_KEY"),
        ("anthropic", "ANTHROPIC_API_KEY"),
    ):
        with pytest.raises(ModelUnavailableError) as refused:
            providers().model(Choice.parse(f"{name}:x"))
        assert setting in refused.value.remedy


def test_a_providers_own_address_is_the_one_where_its_prices_hold() -> None:
    assert providers(openai=Access(KEY)).listed(Provider.OPENAI)
    assert providers(openai=Access(KEY, "https://api.openai.com/v1/")).listed(Provider.OPENAI)
    assert not providers(openai=Access(KEY, "http://localhost:11434/v1/")).listed(Provider.OPENAI)
    assert not providers(openai=Access(KEY, "https://api.openai.com.evil.example/v1")).listed(Provider.OPENAI)


def test_where_the_price_list_holds_no_dearer_service_is_asked_for() -> None:
    choice = Choice.parse("openai:gpt-4o")
    assert providers(openai=Access(KEY)).settings(choice) == {"service_tier": "default"}
    assert providers(openai=Access(KEY, "http://localhost:1/v1/")).settings(choice) == {}


async def test_azure_is_asked_by_deployment_and_version_with_its_own_key() -> None:
    async with asked("azure") as served:
        await served.ask()
        (head,) = served.provider.heads
        assert head["api-key"] == "sk-test-key"
        assert head["api-version"] == "2024-10-21"


async def test_one_client_serves_all_who_ask_and_is_let_go_at_the_end() -> None:
    async with asked("openai") as served:
        await served.ask()
        await served.ask(data="o4: something else")
        assert len(served.provider.heads) == 2
        await served.providers.aclose()
        await served.ask(data="o5: and again")


@pytest.mark.parametrize("kind", CHOICES)
async def test_an_answer_too_many_answers_no_other_question(kind: str) -> None:
    async with asked(kind, answers_twice) as served:
        await served.ask()
        await served.ask(data="o4: something else, and more of it")
        assert served.ledger.account.spent == served.provider.billed


async def test_a_proxy_of_the_environment_is_used_and_leads_nobody_past_the_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with asked("openai") as served:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        with pytest.raises(ModelUnavailableError, match="could not be reached"):
            await served.ask()
        assert served.provider.heads == []
        assert served.ledger.states == ["released", "released"]


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("user:hidden@127.0.0.1:1", "could not be reached"),
        ("http://user:hidden@127.0.0.1:1", "could not be reached"),
        ("socks5://user:hidden@127.0.0.1:1", "none for HTTP"),
    ],
)
async def test_a_proxy_is_taken_with_or_without_its_scheme_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, proxy: str, told: str
) -> None:
    async with asked("openai") as served:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        with pytest.raises(ModelUnavailableError, match=told) as refused:
            await served.ask()
        assert "hidden" not in f"{refused.value} {refused.value.remedy} {refused.value.__cause__}"
        assert served.ledger.account.spent == 0


async def test_a_missing_key_is_told_as_such_also_when_the_model_is_asked() -> None:
    async with asked("openai") as served:
        served.providers.access = {}
        with pytest.raises(ModelUnavailableError, match="no key for openai"):
            await served.ask()


def test_no_library_of_a_provider_is_loaded_before_a_model_is_asked() -> None:
    """They take more than a second, and are not there without the extra."""
    look = (
        "import sys, agents.llm.model, agents.llm.providers, agents.llm.tariffs\n"
        "print({'openai', 'anthropic', 'pydantic_ai', 'httpx2', 'genai_prices'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_where_no_tls_is_spoken_no_certificates_are_read_and_nobody_is_trusted() -> None:
    context = trusted("http://127.0.0.1:11434/v1")
    assert isinstance(context, SSLContext)
    assert (context.verify_mode, context.check_hostname) == (CERT_REQUIRED, True)
    assert context.cert_store_stats()["x509"] == 0
    assert trusted("https://models.example/v1") is True


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_a_provider_that_nobody_vouches_for_is_not_told_the_key(kind: str) -> None:
    stranger = SSLContext(PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(stranger)
    async with asked(kind, tls=stranger) as served:
        assert served.provider.url.startswith("https://")
        with pytest.raises(ModelUnavailableError, match="could not be reached"):
            await served.ask()
        assert served.provider.heads == []
