"""The providers, each with the SDK it wants, at the end of a transport that pays.

A provider is built when it is first asked, and shared by all who ask it: one client, one breaker. Keys go into the SDK's
headers and nowhere else. What the SDKs would read from the environment is handed to them; no redirect is followed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from agents.llm.choosing import Choice, Provider
from agents.llm.wire.dialects import AnthropicMessages, OpenAIChat
from agents.llm.wire.refusals import Named
from agents.llm.wire.trust import trusted
from orchestrator.clock import Clock
from orchestrator.errors import ModelUnavailableError
from orchestrator.retry import Breaker, BreakerPolicy, RetryPolicy

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.models import Model
    from pydantic_ai.settings import ModelSettings

CONNECT_S = 10.0
"""A server that does not take a connection in this time is not there. All other times are the question's."""

CONNECTIONS = 100
"""So many requests are under way at once to one provider; more wait for their turn."""

NAMED = {
    Provider.OPENAI: Named("OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL"),
    Provider.AZURE: Named("Azure OpenAI", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT"),
    Provider.ANTHROPIC: Named("Anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
}
ADDRESSES = {Provider.OPENAI: "https://api.openai.com/v1", Provider.ANTHROPIC: "https://api.anthropic.com"}
"""Where the providers' own price lists hold."""


_WAYS_IN = {
    Provider.OPENAI: "OPENAI_API_KEY",
    Provider.AZURE: "AZURE_OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT",
    Provider.ANTHROPIC: "ANTHROPIC_API_KEY",
}


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a provider. No `address`: its own. `version` is that of Azure's interface."""

    key: SecretStr
    address: str = ""
    version: str = ""


@dataclass
class Providers:
    """Everybody who can be asked, with the access that is there. `aclose` lets go of the connections."""

    access: Mapping[Provider, Access]
    clock: Clock
    dice: Random
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    _clients: "dict[Provider, httpx2.AsyncClient]" = field(default_factory=dict, init=False)

    def model(self, choice: Choice) -> "Model":
        """That model, ready to be asked. Raises ModelUnavailableError where its provider has no key."""
        self.check(choice)
        access = self.access[choice.provider]
        return _BUILT[choice.provider](choice, access, self._client(choice.provider))

    def check(self, choice: Choice) -> None:
        """Raises ModelUnavailableError, with the settings to make, where that model cannot be reached."""
        if choice.provider not in self.access:
            raise ModelUnavailableError(
                f"There is no key for {choice}.", remedy=f"Set {_WAYS_IN[choice.provider]}, or choose another model."
            )

    def listed(self, provider: Provider) -> bool:
        """Whether the provider is asked at its own address, where its own prices hold."""
        access = self.access.get(provider)
        return access is None or not access.address or access.address.rstrip("/") == ADDRESSES.get(provider)

    def settings(self, choice: Choice) -> "ModelSettings":
        """What that provider has to be told beside the question: to charge what its price list says, and no more."""
        return {"service_tier": "default"} if choice.provider in ADDRESSES and self.listed(choice.provider) else {}

    def transport(self, provider: Provider) -> "httpx2.AsyncBaseTransport":
        """What every request to that provider passes."""
        import httpx2

        from agents.llm.wire.transport import PaidTransport

        address = self.access[provider].address or ADDRESSES[provider]
        return PaidTransport(
            httpx2.AsyncHTTPTransport(proxy=_proxy(address), verify=trusted(address), limits=_limits()),
            provider=NAMED[provider],
            dialect=AnthropicMessages() if provider == Provider.ANTHROPIC else OpenAIChat(),
            clock=self.clock,
            breaker=Breaker(self.breaker),
            dice=self.dice,
            retry=self.retry,
        )

    async def aclose(self) -> None:
        """No connection stays open."""
        clients, self._clients = list(self._clients.values()), {}
        for each in clients:
            await each.aclose()

    def _client(self, provider: Provider) -> "httpx2.AsyncClient":
        import httpx2

        if provider not in self._clients:
            self._clients[provider] = httpx2.AsyncClient(transport=self.transport(provider), timeout=_timeout())
        return self._clients[provider]


def _proxy(address: str) -> str | None:
    """The proxy that this machine's environment names for that address, which a transport of one's own would not use.

    Raises ModelUnavailableError for one that speaks no HTTP.
    """
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(address)
    named = "" if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme, "")
    proxy = named if "://" in named or not named else f"http://{named}"
    if proxy and not proxy.startswith(("http://", "https://")):
        raise ModelUnavailableError(
            f"The proxy that is set for {parts.hostname} is none for HTTP.",
            remedy=f"Set {parts.scheme.upper()}_PROXY=http://host:port, or name the host in NO_PROXY.",
        )
    return proxy or None


def _limits() -> "httpx2.Limits":
    """A connection is for one request: what a server sends too much is nobody's answer, and no request meets one that is shut.

    A handshake is nothing beside the seconds that a model takes.
    """
    import httpx2

    return httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=0)


def _timeout() -> "httpx2.Timeout":
    import httpx2

    return httpx2.Timeout(None, connect=CONNECT_S)


def _openai(choice: Choice, access: Access, client: "httpx2.AsyncClient") -> "Model":
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers.openai import OpenAIProvider

    sdk = AsyncOpenAI(
        api_key=access.key.get_secret_value(),
        base_url=access.address or ADDRESSES[Provider.OPENAI],
        http_client=client,
        max_retries=0,
        timeout=_timeout(),
    )
    elsewhere = access.address.rstrip("/") not in ("", ADDRESSES[Provider.OPENAI])
    # The older name of the limit is the one that servers other than OpenAI's take; some ignore the newer one.
    profile = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False) if elsewhere else None
    return OpenAIChatModel(choice.name, provider=OpenAIProvider(openai_client=sdk), profile=profile)


def _azure(choice: Choice, access: Access, client: "httpx2.AsyncClient") -> "Model":
    from openai import AsyncAzureOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.azure import AzureProvider

    sdk = AsyncAzureOpenAI(
        api_key=access.key.get_secret_value(),
        azure_endpoint=access.address,
        api_version=access.version,
        http_client=client,
        max_retries=0,
        timeout=_timeout(),
    )
    return OpenAIChatModel(choice.name, provider=AzureProvider(openai_client=sdk))


def _anthropic(choice: Choice, access: Access, client: "httpx2.AsyncClient") -> "Model":
    from anthropic import AsyncAnthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    sdk = AsyncAnthropic(
        api_key=access.key.get_secret_value(),
        base_url=access.address or ADDRESSES[Provider.ANTHROPIC],
        http_client=client,
        max_retries=0,
        timeout=_timeout(),
    )
    return AnthropicModel(choice.name, provider=AnthropicProvider(anthropic_client=sdk))


_BUILT: "Mapping[Provider, Callable[[Choice, Access, httpx2.AsyncClient], Model]]" = {
    Provider.OPENAI: _openai,
    Provider.AZURE: _azure,
    Provider.ANTHROPIC: _anthropic,
}
