"""The models of a replay: each agent is handed the one that it asked in the run, at the end of a wire that leads nowhere.

The law: what is asked depends on the run and on the program, and on no setting of today: neither key nor address is needed. Who
had asked no model is handed none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from pydantic import SecretStr

from agents.llm.choosing import Choice, Provider
from agents.llm.model import ANSWER, PydanticModel
from agents.llm.offered import tools_of
from agents.llm.providers import ADDRESSES, Access, Providers
from agents.llm.recorded import Rerun
from orchestrator.clock import Clock
from orchestrator.errors import ModelUnavailableError
from orchestrator.model import ModelCall
from orchestrator.ports import Account, LanguageModel, Request, Wanted

if TYPE_CHECKING:
    import httpx2

ELSEWHERE = "http://recorded.invalid/v1"
"""Stands for an address that is not the provider's own. Nothing is ever sent there: the name cannot exist (RFC 6761)."""
NO_KEY = SecretStr("none")


@dataclass
class RecordedProviders(Providers):
    """Providers that answer from the record, for one agent."""

    rerun: Rerun | None = None
    agent_id: str = ""

    def transport(self, provider: Provider) -> "httpx2.AsyncBaseTransport":  # noqa: ARG002 - all are answered alike
        """A wire that leads nowhere."""
        from agents.llm.wire.replaying import RecordedTransport

        assert self.rerun is not None
        return RecordedTransport(self.rerun, self.agent_id)


class RecordedModels:
    """Implements Models over the record of one run."""

    def __init__(self, rerun: Rerun, clock: Clock) -> None:
        self._rerun, self._clock = rerun, clock

    def model_for(self, workspace: str, investigation_id: str, agent_id: str) -> LanguageModel | None:  # noqa: ARG002
        """The model that this agent asked last; None where it asked none, or one that nobody knows any more."""
        last = self._rerun.recorded.last_of(agent_id)
        choice = _choice(last.model) if last else None
        if last is None or choice is None:
            return None
        access: Mapping[Provider, Access] = {choice.provider: Access(NO_KEY, _address(choice, last), "recorded")}
        providers = RecordedProviders(access, self._clock, Random(0), rerun=self._rerun, agent_id=agent_id)  # noqa: S311
        plain = PydanticModel(
            name=last.model,
            model=lambda: providers.model(choice),
            price=lambda _: None,
            clock=self._clock,
            settings=providers.settings(choice),
        )
        either = EitherWay(plain, replace(plain, pseudonyms=True), self._rerun)
        return OfferedAsThen(either, self._rerun, agent_id)


class OfferedAsThen:
    """Implements LanguageModel: asks with the tools that the model was offered in the run, whatever is there today."""

    def __init__(self, model: LanguageModel, rerun: Rerun, agent_id: str) -> None:
        self.name = model.name
        self._model, self._rerun, self._agent_id = model, rerun, agent_id

    async def ask(self, request: Request[Wanted], account: Account) -> Wanted:
        """See the port."""
        calls = self._rerun.recorded.asked_for(self._agent_id, request.purpose)
        return await self._model.ask(replace(request, tools=tools_of(calls, ANSWER)), account)


@dataclass(frozen=True)
class EitherWay:
    """Implements LanguageModel: whether names left under other names was a setting of that day, and the record knows."""

    plain: PydanticModel
    hidden: PydanticModel
    rerun: Rerun

    @property
    def name(self) -> str:
        """Of the model that was asked."""
        return self.plain.name

    async def ask(self, request: Request[Wanted], account: Account) -> Wanted:
        """What was answered to the question, or to the same under other names."""
        known = len(self.rerun.unasked)
        try:
            return await self.plain.ask(request, account)
        except ModelUnavailableError:
            if len(self.rerun.unasked) == known or not request.names:
                raise
        del self.rerun.unasked[known:]
        return await self.hidden.ask(request, account)


def _choice(name: str) -> Choice | None:
    try:
        return Choice.parse(name)
    except ValueError:
        return None


def _address(choice: Choice, call: ModelCall) -> str:
    """An address to which the same would be sent: what a request says depends on whether it is the provider's own."""
    listed, newest = '"service_tier"' in call.request, '"max_completion_tokens"' in call.request
    if choice.provider not in ADDRESSES or not listed:
        return ELSEWHERE
    return "" if newest else ADDRESSES[choice.provider]
