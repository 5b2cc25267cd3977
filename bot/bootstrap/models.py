"""The language models that the settings choose, put together in one place.

Nothing of them is loaded, and no connection made, before an agent asks. What is missing (a key, a price, the libraries)
is told then as a model that is not available, so that plain analysis goes on without it, and by `compass doctor` before.
"""

from collections.abc import Collection
from functools import partial
from random import Random

from pydantic import SecretStr

from agents.llm.choosing import Choice, Provider
from agents.llm.model import PydanticModel, Times
from agents.llm.outgoing import kept
from agents.llm.prices import Price, Rates
from agents.llm.providers import Access, Providers
from agents.llm.tariffs import Tariffs
from agents.llm.wire.record import CallRecord
from bot.settings import Settings, SettingsError
from orchestrator.clock import Clock
from orchestrator.ports import CallJournal, LanguageModel

WORDS = "words"
"""Who reads what people type; beside the agents, it may have a model of its own."""
NO_KEY = SecretStr("none")
"""What a server of one's own is shown that wants no key."""


class ChosenModels:
    """Which model each agent reasons with. Implements Models.

    Calls are kept in `journal`. Raises SettingsError where a model is chosen for somebody who is not there.
    """

    def __init__(self, settings: Settings, journal: CallJournal, clock: Clock, agents: Collection[str]) -> None:
        self._settings, self._journal, self._clock = settings, journal, clock
        self.tariffs = tariffs(settings)
        self.providers = Providers(access(settings), clock, Random())  # noqa: S311 -- spreads waits, guards nothing
        _check_agents(settings, agents)

    @property
    def choices(self) -> dict[str, Choice]:
        """Each choice by whom it is for; "" for everybody else."""
        told = {**({"": self._settings.model} if self._settings.model else {}), **self._settings.model_for}
        return {agent: Choice.parse(each) for agent, each in told.items()}

    def model_for(self, workspace: str, investigation_id: str, agent_id: str) -> LanguageModel | None:
        """See the port."""
        choice = self.choices.get(agent_id) or self.choices.get("")
        if choice is None:
            return None
        return PydanticModel(
            name=str(choice),
            model=partial(self.providers.model, choice),
            price=partial(self.tariffs.price, choice, listed=self.providers.listed(choice.provider)),
            clock=self._clock,
            record=CallRecord(self._journal, workspace, investigation_id, agent_id, kept),
            times=Times(question_s=self._settings.model_timeout),
            settings=self.providers.settings(choice),
            pseudonyms=self._settings.model_pseudonyms,
        )

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self.providers.aclose()


def tariffs(settings: Settings) -> Tariffs:
    """The prices that people set."""
    own = {name: Price(Rates(*rates)) for name, rates in settings.model_prices.items()}
    return Tariffs(own, unpriced=settings.model_unpriced)


def access(settings: Settings) -> dict[Provider, Access]:
    """How to reach each provider that can be: with a key, or at an address of one's own."""
    found = {}
    for provider, key, address in (
        (Provider.OPENAI, settings.openai_api_key, settings.openai_base_url),
        (Provider.ANTHROPIC, settings.anthropic_api_key, settings.anthropic_base_url),
    ):
        if key or address:
            found[provider] = Access(key or NO_KEY, address or "")
    if settings.azure_openai_api_key and settings.azure_openai_endpoint:
        endpoint = settings.azure_openai_endpoint.rstrip("/")
        found[Provider.AZURE] = Access(settings.azure_openai_api_key, endpoint, settings.openai_api_version)
    return found


def _check_agents(settings: Settings, agents: Collection[str]) -> None:
    known = (*agents, WORDS)
    for each in settings.model_for:
        if each not in known:
            raise SettingsError(
                f"COMPASS_MODEL_FOR: nobody is called {each}.", remedy=f"There are: {', '.join(known)}."
            )
