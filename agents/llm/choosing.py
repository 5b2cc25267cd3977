"""Which model: a provider and the name of the model there, as people write them in one setting."""

from dataclasses import dataclass
from enum import StrEnum


class Provider(StrEnum):
    """Who can be asked. Any server that speaks as OpenAI does is OPENAI at another address."""

    OPENAI = "openai"
    AZURE = "azure"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True)
class Choice:
    """A model: `openai:gpt-4o-mini`. On Azure the name is that of a deployment, which people chose themselves."""

    provider: Provider
    name: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> "Choice":
        """Raises ValueError, with the rule, for what names no provider and model."""
        provider, colon, name = text.strip().partition(":")
        known = [each.value for each in Provider]
        if provider.lower() not in known or not colon or not name or any(each.isspace() for each in name):
            raise ValueError(f"must be a provider and a model as provider:name; providers are {', '.join(known)}")
        return cls(Provider(provider.lower()), name)
