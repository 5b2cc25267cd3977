"""What can be set of language models: which one, what it costs, and how to reach whoever serves it.

Keys and addresses stand under the names that the providers' SDKs read, so that what is there already is used. A key alone
turns nothing on: nobody is to spend because a variable happened to be set.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode

from bot.settings.servers import Secret, Url

AZURE_VERSION = "2024-10-21"
"""The newest interface of Azure OpenAI's data plane that is released and carries a date."""

_MODEL = r"(?:openai|azure|anthropic):[^\s=,]+"
_CHOICE = re.compile(_MODEL)
_FOR_AGENT = re.compile(rf"(?P<agent>[\w-]+)\s*=\s*(?P<model>{_MODEL})")
_MONEY = r"\d{1,6}(?:\.\d{1,6})?"
_PRICE = re.compile(rf"(?P<model>{_MODEL})\s*=\s*(?P<rates>{_MONEY}/{_MONEY}(?:/{_MONEY})?)")


def _choice(value: object) -> object:
    if isinstance(value, str) and not _CHOICE.fullmatch(value := value.strip()):
        raise ValueError("must be a provider and a model, as openai:NAME, azure:DEPLOYMENT or anthropic:NAME")
    return value


def _by_agent(value: object) -> object:
    """`agent=provider:model`, separated by commas."""
    if not isinstance(value, str):
        return value
    found = [_FOR_AGENT.fullmatch(each) for each in _parts(value)]
    if not all(found):
        raise ValueError("must be agents with a model each, as agent=openai:NAME, separated by commas")
    return {each["agent"]: each["model"] for each in found if each}


def _prices(value: object) -> object:
    """`provider:model=in/out` or `provider:model=in/out/cached`, separated by commas."""
    if not isinstance(value, str):
        return value
    found = [_PRICE.fullmatch(each) for each in _parts(value)]
    if not all(found):
        raise ValueError(
            "must be models with their dollars per million tokens, as provider:model=in/out or =in/out/cached"
        )
    return {each["model"]: tuple(map(Decimal, each["rates"].split("/"))) for each in found if each}


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _sendable(key: SecretStr) -> SecretStr:
    """A key that a header can hold: sent with anything else in it, no request leaves and nothing says why."""
    if re.search(r"[^!-~]", key.get_secret_value()):
        raise ValueError("must be one line of plain characters, without spaces, quotes of a text program or line ends")
    return key


def _address_alone(address: str) -> str:
    """What stands before the host would be sent in place of the key; behind a `?` no path can be added."""
    try:
        parts = urlsplit(address)
        alone = bool(parts.hostname) and "@" not in parts.netloc and not {"?", "#"} & set(address)
        alone = alone and (parts.port is None or parts.port > 0)
    except ValueError:
        alone = False
    if not alone or re.search(r"[^!-~]", address):
        raise ValueError("must be an address alone, as https://host/path: no user or password, no ? and no #")
    return address


Key = Annotated[Secret, AfterValidator(_sendable)]
Address = Annotated[Url, AfterValidator(_address_alone)]


class ModelSettings(BaseSettings):
    """The part of the settings that is about models."""

    model: Annotated[str | None, BeforeValidator(_choice)] = None
    model_for: Annotated[Mapping[str, str], NoDecode, BeforeValidator(_by_agent)] = Field(default_factory=dict)
    model_prices: Annotated[Mapping[str, tuple[Decimal, ...]], NoDecode, BeforeValidator(_prices)] = Field(
        default_factory=dict
    )
    model_unpriced: bool = False
    model_timeout: float = Field(50.0, gt=0, le=3600, allow_inf_nan=False)
    model_pseudonyms: bool = False

    openai_api_key: Key | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_base_url: Address | None = Field(None, validation_alias="OPENAI_BASE_URL")
    azure_openai_api_key: Key | None = Field(None, validation_alias="AZURE_OPENAI_API_KEY")
    azure_openai_endpoint: Address | None = Field(None, validation_alias="AZURE_OPENAI_ENDPOINT")
    openai_api_version: str = Field(AZURE_VERSION, validation_alias="OPENAI_API_VERSION", min_length=1)
    anthropic_api_key: Key | None = Field(None, validation_alias="ANTHROPIC_API_KEY")
    anthropic_base_url: Address | None = Field(None, validation_alias="ANTHROPIC_BASE_URL")

    model_examples: ClassVar[dict[str, str]] = {
        "model": "openai:gpt-4o-mini, azure:my-deployment, or anthropic:claude-haiku-4-5",
        "model_for": "database=openai:gpt-4o, words=openai:gpt-4o-mini",
        "model_prices": "azure:my-deployment=0.15/0.60, openai:local=0/0",
        "model_unpriced": "false",
        "model_timeout": "50",
        "model_pseudonyms": "false",
        "openai_api_key": "sk-... (platform.openai.com, API keys)",
        "openai_base_url": "https://api.openai.com/v1/, or http://localhost:11434/v1/",
        "azure_openai_api_key": "the key (Azure portal: your resource, Keys and Endpoint)",
        "azure_openai_endpoint": "https://my-resource.openai.azure.com/",
        "openai_api_version": AZURE_VERSION,
        "anthropic_api_key": "sk-ant-... (console.anthropic.com, API keys)",
        "anthropic_base_url": "https://api.anthropic.com/",
    }
