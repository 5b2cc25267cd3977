"""A language model in the settings: it reasons in a run, is paid for to the cent, and the doctor says what is missing."""

from collections.abc import AsyncIterator

import pytest

from agents.sources.snapshot import packaged_recordings
from bot.bootstrap import checks
from bot.bootstrap.models import ChosenModels
from bot.bootstrap.program import Compass, assembling
from bot.doctor import Finding, Health, examine
from bot.settings import Settings, SettingsError, load_settings
from orchestrator.events import InvestigationView
from orchestrator.model import CallStatus, InvestigationState, ModelCall
from storage import MemoryStore
from tests.cli.program import Inline
from tests.llm.servers import LocalProvider, OpenAI, refuses, serving
from tests.llm.servers.provider import KEY
from tests.support.clock import ManualClock
from tests.support.world import run_to_end

PRICES = "openai:gpt-4o-mini=0.15/0.60/0.075"
AGENTS = ("application", "database", "network")


async def told(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Finding:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (model,) = [each for each in checks(load_settings()) if each.name == "model"]
    (finding,) = await examine([model])
    return finding


async def test_without_a_model_the_doctor_says_that_none_is_on_and_how_to_turn_one_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = await told(monkeypatch)
    assert found.health is Health.OPTIONAL
    assert "plain analysis, which costs nothing" in found.detail
    assert "COMPASS_MODEL=openai:gpt-4o-mini" in found.remedy


async def test_a_key_alone_turns_nothing_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await told(monkeypatch, OPENAI_API_KEY="sk-secret")
    assert found.health is Health.OPTIONAL
    assert found.detail.startswith("OPENAI_API_KEY is set and no model is chosen")
    assert ChosenModels(load_settings(), MemoryStore(), ManualClock(), AGENTS).model_for("T", "i", "database") is None


async def test_a_model_that_is_on_is_told_with_its_price(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await told(monkeypatch, OPENAI_API_KEY="sk-secret", COMPASS_MODEL="openai:gpt-4o-mini")
    assert (found.health, found.remedy) == (Health.OK, "")
    assert found.detail == "openai:gpt-4o-mini at $0.15 in and $0.6 out, a million tokens"


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "ANTHROPIC_API_KEY"])
@pytest.mark.parametrize(
    "key", ["sk-hid\nden", "sk-hid den", "sk-hid\u2026den", "\u201csk-hidden\u201d", "sk-hid\r\nx: den"]
)
def test_a_key_that_no_header_can_hold_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, key: str
) -> None:
    monkeypatch.setenv(name, key)
    with pytest.raises(SettingsError, match=f"{name}.*one line") as refused:
        load_settings()
    assert "hid" not in str(refused.value)


@pytest.mark.parametrize("name", ["OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT", "ANTHROPIC_BASE_URL"])
@pytest.mark.parametrize(
    "address",
    [
        "https://user:hidden@host/v1",
        "https://hidden@host/v1",
        "https://host/v1?key=hidden",
        "https://host/v1#hidden",
        "https://host:hidden/v1",
        "https://:80/hidden",
        "https://host/hid\nden",
    ],
)
def test_an_address_that_says_more_than_where_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    """A user in it would be sent in place of the key; behind a query no path can be added."""
    monkeypatch.setenv(name, address)
    with pytest.raises(SettingsError, match=f"{name}.*address alone") as refused:
        load_settings()
    assert "hid" not in str(refused.value)


@pytest.mark.parametrize("address", ["http://localhost:11434/v1", "https://[::1]:8443/v1/", "https://gate.example/a/b"])
def test_an_address_of_ones_own_is_taken_with_its_path(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    assert load_settings().openai_base_url == address.rstrip("/") + "/"


async def test_an_agent_may_have_a_model_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"OPENAI_API_KEY": "sk-secret", "ANTHROPIC_API_KEY": "sk-secret"}
    found = await told(
        monkeypatch,
        COMPASS_MODEL="openai:gpt-4o-mini",
        COMPASS_MODEL_FOR="database=anthropic:claude-haiku-4-5",
        **environment,
    )
    assert "; database: anthropic:claude-haiku-4-5 at $1 in and $5 out" in found.detail
    models = ChosenModels(load_settings(), MemoryStore(), ManualClock(), AGENTS)
    names = {agent: getattr(models.model_for("T", "i", agent), "name", None) for agent in AGENTS}
    assert names == {
        "application": "openai:gpt-4o-mini",
        "database": "anthropic:claude-haiku-4-5",
        "network": "openai:gpt-4o-mini",
    }


@pytest.mark.parametrize(
    ("environment", "detail", "remedy"),
    [
        ({"COMPASS_MODEL": "openai:gpt-4o-mini"}, "no key", "OPENAI_API_KEY"),
        ({"COMPASS_MODEL": "azure:ours", "AZURE_OPENAI_API_KEY": "k"}, "no key", "AZURE_OPENAI_ENDPOINT"),
        ({"COMPASS_MODEL": "anthropic:claude-haiku-4-5"}, "no key", "ANTHROPIC_API_KEY"),
        ({"COMPASS_MODEL": "openai:ours", "OPENAI_API_KEY": "k"}, "Nobody knows", "COMPASS_MODEL_PRICES=openai:ours="),
        (
            {"COMPASS_MODEL": "openai:gpt-4o-mini", "OPENAI_BASE_URL": "http://localhost:11434/v1"},
            "Nobody knows",
            "COMPASS_MODEL_UNPRICED=true",
        ),
    ],
)
async def test_what_is_missing_is_told_with_the_setting(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], detail: str, remedy: str
) -> None:
    found = await told(monkeypatch, **environment)
    assert found.health is Health.MISSING
    assert detail in found.detail
    assert remedy in found.remedy


async def test_libraries_that_are_missing_are_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.llm.model.MODEL_LIBRARIES", ("openai", "nothing_of_that_name"))
    found = await told(monkeypatch, COMPASS_MODEL="openai:gpt-4o-mini", OPENAI_API_KEY="k")
    assert found.detail == "A model is chosen, and not installed: nothing_of_that_name."
    assert found.remedy == "pip install 'compass-oncall[llm]'"


async def test_a_model_without_a_price_may_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"COMPASS_MODEL": "openai:local", "OPENAI_BASE_URL": "http://localhost:1/v1"}
    found = await told(monkeypatch, COMPASS_MODEL_UNPRICED="true", **environment)
    assert found.health is Health.OK
    assert "no budget holds for it" in found.detail


def test_a_model_for_nobody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_MODEL_FOR", "databse=openai:gpt-4o")
    with pytest.raises(SettingsError, match="nobody is called databse") as refused:
        Compass(load_settings(), store=MemoryStore(), compute=Inline())
    assert "application, database, network, words" in refused.value.remedy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMPASS_MODEL", "gpt-4o"),
        ("COMPASS_MODEL", "ollama:llama"),
        ("COMPASS_MODEL_FOR", "database"),
        ("COMPASS_MODEL_PRICES", "openai:x=1"),
        ("COMPASS_MODEL_PRICES", "openai:x=1/-2"),
        ("COMPASS_MODEL_PRICES", "openai:x=1e9/2"),
        ("COMPASS_MODEL_TIMEOUT", "0"),
    ],
)
def test_what_cannot_be_a_model_or_a_price_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert list(refused.value.details) == [name]
    assert f"For example: {name}=" in refused.value.remedy


@pytest.fixture
async def provider() -> AsyncIterator[LocalProvider]:
    async with serving(LocalProvider(OpenAI())) as local:
        yield local


def with_model(provider: LocalProvider) -> Settings:
    return load_settings(
        model="openai:gpt-4o-mini", model_prices=PRICES, openai_api_key=KEY, openai_base_url=f"{provider.url}/v1"
    )


async def run(settings: Settings) -> tuple[InvestigationView, list[ModelCall]]:
    """The recorded INC-123, to its end, and the calls to models that were kept."""
    store = MemoryStore()
    async with Compass(settings, store=store, compute=Inline()).running() as service:
        view = await run_to_end(service, "INC-123")
        return view, list(await store.calls_of("T1", view.investigation.investigation_id))


async def test_a_run_sends_names_as_they_are_and_is_paid_for_to_the_last_digit_of_what_is_billed(
    provider: LocalProvider,
) -> None:
    view, calls = await run(with_model(provider))
    assert view.state is InvestigationState.COMPLETED
    assert len(provider.bills) >= 3
    assert view.cost.total == provider.billed > 0
    assert {each.status for each in view.ledger} == {CallStatus.SETTLED}
    assert {each.call_id for each in calls} == {each.call_id for each in view.ledger}
    assert any(b"orders-db" in each for each in provider.bodies)


async def test_a_model_that_is_down_costs_nothing_and_the_report_stands_all_the_same(provider: LocalProvider) -> None:
    plain, _ = await run(load_settings())
    provider.otherwise = refuses(401)
    view, _ = await run(with_model(provider))
    assert view.state is InvestigationState.COMPLETED
    assert view.cost.total == 0
    assert [each.statement for each in view.ranked] == [each.statement for each in plain.ranked]


async def test_services_can_be_sent_under_other_names(provider: LocalProvider) -> None:
    await run(with_model(provider).model_copy(update={"model_pseudonyms": True}))
    assert provider.bodies
    assert not any(b"orders-db" in each for each in provider.bodies)


async def test_an_evaluation_asks_no_model(provider: LocalProvider) -> None:
    case = packaged_recordings() / "inc-123"
    async with assembling(with_model(provider), 1) as assembled:
        program = assembled(case)
        assert program.models.model_for("T1", "inv-1", "database") is None
