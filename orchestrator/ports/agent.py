"""What an agent is, and the money it is handed. Agents observe and hypothesise; they never act and never meet each other."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol, runtime_checkable

from orchestrator.model import Hypothesis, Incident, Observation


class Agent(Protocol):
    """A specialist.

    `total_cost` is what it has spent so far, in dollars; it counts also when the agent then fails. An agent that spends
    through the account it was handed returns that account's `spent`.
    """

    @property
    def agent_id(self) -> str: ...

    @property
    def total_cost(self) -> Decimal: ...

    async def observe(self, incident: Incident) -> Sequence[Observation]:
        """What this agent's telemetry says of the incident. No model is called here, and nothing is spent by ours."""
        ...

    async def generate_hypothesis(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        """Explanations, from the observations of *all* agents, one hypothesis per explanation."""
        ...


@runtime_checkable
class PlainAnalyst(Protocol):
    """An agent that can explain without spending. On any stop this is what is ranked for a turn that did not finish."""

    async def analyse(self, observations: Sequence[Observation]) -> Sequence[Hypothesis]:
        """Explanations by plain analysis alone: no model, no money."""
        ...


class Reservation(Protocol):
    """Money put aside for one call. End it exactly once; what is not ended counts as spent in full."""

    @property
    def call_id(self) -> str:
        """The ledger's name for the call."""
        ...

    async def settle(self, amount: Decimal, *, tokens_in: int = 0, tokens_out: int = 0, tokens_cached: int = 0) -> None:
        """The call cost `amount` dollars. `tokens_cached` are those of `tokens_in` that the provider knew already."""
        ...

    async def release(self) -> None:
        """The call was certainly not billed: never sent, refused, or answered with a 4xx."""
        ...


class Account(Protocol):
    """An agent's money."""

    @property
    def limit(self) -> Decimal: ...

    @property
    def spent(self) -> Decimal:
        """Settled, plus what is reserved and not yet known."""
        ...

    @property
    def left(self) -> Decimal: ...

    async def reserve(self, most: Decimal, *, purpose: str = "", model: str = "", priced: bool = True) -> Reservation:
        """Put aside the most that a call can cost, before it is sent. Raises BudgetExceededError if it does not fit.

        Where nobody knows its price, and the settings allow that, it is not `priced`, and `most` says nothing.
        """
        ...


@runtime_checkable
class Spender(Protocol):
    """An agent that wants an account. It is handed over once, before the agent's first turn."""

    def use_account(self, account: Account) -> None: ...


@runtime_checkable
class Remarking(Protocol):
    """An agent that has something to say of its turn beside what it found: what was dropped, what was not answered."""

    def take_remarks(self) -> Sequence[str]:
        """What there is to say since the last time, each a sentence for people in our own words."""
        ...
