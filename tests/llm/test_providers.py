"""Who is asked, at which address, with which key; and what is loaded before anybody is."""

import subprocess
import sys
from random import Random

import pytest
from pydantic import SecretStr

from agents.llm.choosing import Choice, Provider
from agents.llm.providers import Access, Providers
from orchestrator.errors import ModelUnavailableError
from tests.llm.asking import asked
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


async def test_one_connection_serves_all_who_ask_and_is_let_go_at_the_end() -> None:
    async with asked("openai") as served:
        await served.ask()
        await served.ask(data="o4: something else")
        assert len(served.provider.heads) == 2
        await served.providers.aclose()
        await served.ask(data="o5: and again")


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


def test_no_library_of_a_provider_is_loaded_before_a_model_is_asked() -> None:
    """They take more than a second, and are not there without the extra."""
    look = (
        "import sys, agents.llm.model, agents.llm.providers, agents.llm.tariffs\n"
        "print({'openai', 'anthropic', 'pydantic_ai', 'httpx2', 'genai_prices'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
