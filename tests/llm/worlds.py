"""A random world for money: an incident whose specialists ask a provider that fails in every way, under a limit that may bind.

The provider counts what it bills by arithmetic of its own. What the limit leaves room for is worked out here once more, from
DESIGN's rule and the ledger alone, so that a refusal that was not due is noticed as well as a limit that was passed.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from agents.incident.specialist import Specialist
from agents.llm.choosing import Choice
from agents.llm.model import PydanticModel, Times
from agents.llm.prices import Price
from agents.llm.providers import Access, Providers
from agents.llm.wire.record import CallRecord
from orchestrator.errors import BudgetExceededError
from orchestrator.events import InvestigationView
from orchestrator.model import InvestigationState, Mode, Observation
from orchestrator.parameters import Parameters
from orchestrator.ports import Account, AgentKit, AgentSpec, Reservation, TeamSpec
from orchestrator.retry import BreakerPolicy, RetryPolicy
from storage import MemoryStore
from tests.agents.thinking.scene import FACTS
from tests.llm.asking import CHOICES
from tests.llm.servers import (
    LocalProvider,
    answers,
    breaks_json,
    bytes_as_tokens,
    drops_after,
    drops_before,
    empty,
    filters,
    refuses,
    says_usage,
    serving,
    truncates,
    words_as_tokens,
)
from tests.llm.servers.provider import KEY, Exchange
from tests.llm.wiring import PRICE
from tests.support.builders import incident
from tests.support.clock import NOON, settle
from tests.support.world import World, run_to_end

TEAM = ("application", "database", "network")
INCIDENT = incident("INC-1", affected_services=("gateway",))
LEAST, MOST = Decimal("0.0004"), Decimal("0.012")
"""Limits in dollars, so that about half of them bind: three agents ask for about $0.008 where nothing fails."""

TOLD = {"answers": answers, "truncates": truncates, "filters": filters, "empty": empty}
"""Turns in which the provider says truly what it billed."""

MISSING: Mapping[str, Any] = {}
LIES = {
    "no usage": lambda told: MISSING,
    "negative usage": lambda told: dict.fromkeys(told, -5),
    "usage as text": lambda told: dict.fromkeys(told, "many"),
}
BOAST = 1000
"""So many times what it billed does a provider claim that claims too much."""


def boasting(told: Any) -> Any:
    """That usage, many times over."""
    if isinstance(told, Mapping):
        return {name: boasting(each) for name, each in told.items()}
    return told * BOAST if isinstance(told, int) else told


BOASTS = {"usage too large": says_usage(boasting)}
"""What is claimed is what is counted, though it is more than can be: whoever is billed so has to know of it."""

TROUBLES = {
    "429": refuses(429, "rate_limit_exceeded"),
    "429, later": refuses(429, "rate_limit_exceeded", retry_after="2"),
    "500": refuses(500, bills=True),
    "503": refuses(503),
    "401": refuses(401),
    "broken JSON": breaks_json,
    "dropped before": drops_before,
    "dropped after": drops_after,
    **{name: says_usage(lie) for name, lie in LIES.items()},
}


class AlarmClock:
    """Implements `Clock`: short waits pass at once; of the long ones the next goes off when somebody rings."""

    def __init__(self) -> None:
        self._elapsed = 0.0
        self._alarms: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds < 15:
            await settle()
            self._elapsed += max(0.0, seconds)
            return
        self._count += 1
        rung: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._alarms, (self._elapsed + seconds, self._count, rung))
        await rung

    def ring(self) -> None:
        """The next alarm goes off."""
        while self._alarms:
            at, _, rung = heapq.heappop(self._alarms)
            if not rung.done():
                self._elapsed = max(self._elapsed, at)
                rung.set_result(None)
                return


class Watched:
    """An agent's account, with every refusal held against what there really was. Implements Account."""

    def __init__(self, account: Account, agent_id: str, world: "MoneyWorld") -> None:
        self._account, self._agent_id, self._world = account, agent_id, world

    @property
    def limit(self) -> Decimal:
        return self._account.limit

    @property
    def spent(self) -> Decimal:
        return self._account.spent

    @property
    def left(self) -> Decimal:
        return self._account.left

    async def reserve(self, most: Decimal, **more: Any) -> Reservation:
        room = self._world.room_of(self._agent_id, self._world.spent)
        try:
            reservation = await self._account.reserve(most, **more)
        except BudgetExceededError:
            self._world.notes(most > room, f"{most} fits the {room} that is left, and was not sent")
            self._world.refusals += 1
            raise
        self._world.notes(most <= room, f"{most} does not fit the {room} that is left, and was sent")
        self._world.spent[self._agent_id] += most
        return _Seen(reservation, most, self._world.spent, self._agent_id)


@dataclass
class _Seen:
    reservation: Reservation
    amount: Decimal
    spent: Counter[str] | dict[str, Decimal]
    agent_id: str

    @property
    def call_id(self) -> str:
        return self.reservation.call_id

    async def settle(self, amount: Decimal, **more: Any) -> None:
        self.spent[self.agent_id] += amount - self.amount
        await self.reservation.settle(amount, **more)

    async def release(self) -> None:
        self.spent[self.agent_id] -= self.amount
        await self.reservation.release()


def looks_at_nothing(reading: Any) -> list[Observation]:
    """What it would do with telemetry, which it is never handed."""
    raise AssertionError(reading)


class Told(Specialist):
    """A specialist that is told what there is to see; it reasons, and spends, as every other."""

    def __init__(self, agent_id: str, kit: AgentKit, world: "MoneyWorld") -> None:
        super().__init__(agent_id, looks_at_nothing, kit)
        self._world = world

    async def observe(self, incident: Any) -> Sequence[Observation]:
        mine = {"application": range(4), "database": range(4, 6), "network": range(6, 9)}[self.agent_id]
        return [FACTS[n].model_copy(update={"agent_id": self.agent_id, "observation_id": ""}) for n in mine]

    def use_account(self, account: Account) -> None:
        super().use_account(Watched(account, self.agent_id, self._world))


@dataclass
class Troubled:
    """A provider that fails in every way, by dice. `told` has what it says truly that it billed; `turns` what it did."""

    kind: str
    dice: Random
    clock: AlarmClock
    calm: float = 0.55
    price: Price = PRICE
    turns: Counter[str] = field(default_factory=Counter)
    told: list[tuple[int, int, int, Decimal]] = field(default_factory=list)

    def __post_init__(self) -> None:
        tokenizer = self.dice.choice([words_as_tokens, words_as_tokens, bytes_as_tokens])
        cached = self.dice.choice([0.0, 0.0, 0.5])
        wire, self.name, self._path = CHOICES[self.kind]
        self.server = LocalProvider(wire(), otherwise=self._turn, tokenizer=tokenizer, cached_share=cached)

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[Callable[[CallRecord | None], PydanticModel]]:
        """The server, up, and how to make a model that asks it."""
        choice = Choice.parse(self.name)
        async with serving(self.server):
            providers = Providers(
                {choice.provider: Access(SecretStr(KEY), self.server.url + self._path, "2024-10-21")},
                self.clock,
                self.dice,
                retry=RetryPolicy(max_attempts=self.dice.choice([1, 2, 3])),
                breaker=BreakerPolicy(failures=self.dice.choice([3, 1000])),
            )

            def model(record: CallRecord | None) -> PydanticModel:
                return PydanticModel(
                    name=self.name,
                    model=lambda: providers.model(choice),
                    price=lambda at: self.price,
                    clock=self.clock,
                    record=record,
                    times=Times(question_s=20.0),
                )

            try:
                yield model
            finally:
                await providers.aclose()

    async def _turn(self, exchange: Exchange) -> web.StreamResponse:
        """What it does with this request."""
        calm = self.dice.random() < self.calm
        name = "answers" if calm else self.dice.choice([*TOLD, *TROUBLES, *BOASTS, "slow"])
        self.turns[name] += 1
        if name == "slow":
            return await self._slow(exchange)
        response = await ({**TOLD, **TROUBLES, **BOASTS}[name])(exchange)
        if name in TOLD or name in BOASTS:
            self.told.append(_counted(exchange, BOAST if name in BOASTS else 1))
        return response

    async def _slow(self, exchange: Exchange) -> web.StreamResponse:
        """Works, bills, and says nothing until the time of whoever asked is over."""
        await exchange.bill()
        while exchange.is_open:
            self.clock.ring()
            await settle()
        return web.Response()


@dataclass
class MoneyWorld:
    """Everything about it follows from `seed`. `mode`: one agent after the other, or all at once."""

    seed: int
    mode: Mode = Mode.SEQUENTIAL
    kind: str = "openai"
    price: Price = PRICE
    refusals: int = 0
    violations: list[str] = field(default_factory=list)
    spent: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(TEAM, Decimal(0)))

    def __post_init__(self) -> None:
        dice = Random(self.seed)
        spread = Decimal(dice.random()) ** 2
        self.limit = (LEAST + (MOST - LEAST) * spread).quantize(Decimal("0.0001"))
        self.clock = AlarmClock()
        self.provider = Troubled(self.kind, dice, self.clock, price=self.price)

    def notes(self, law: bool, breach: str) -> None:
        """Within a run what is raised is the agent's failure, hence a breach is remembered."""
        if not law:
            self.violations.append(breach)

    def room_of(self, agent_id: str, spent: Mapping[str, Decimal]) -> Decimal:
        """What that agent may put aside, in dollars: DESIGN section 3, worked out from what was spent until now."""
        share = (self.limit / len(TEAM)).quantize(Decimal("1e-9"), rounding="ROUND_DOWN")
        shares = dict.fromkeys(TEAM, share)
        shares[TEAM[-1]] += self.limit - share * len(TEAM)
        whole = self.limit - sum(spent.values())
        if self.mode is Mode.PARALLEL:
            return min(shares[agent_id] - spent[agent_id], whole)
        own = Decimal(0)
        for name in TEAM:
            own = max(own, Decimal(0)) + shares[name] - spent[name]
            if name == agent_id:
                break
        return min(own, whole)

    async def live(self) -> InvestigationView:
        """One investigation, from its beginning to its end, and every law held against it."""
        store = MemoryStore()
        await store.open()
        async with self.provider.asked() as model:

            def spec(agent_id: str) -> AgentSpec:
                record = CallRecord(store, "T1", "inv-1", agent_id, lambda text: text)
                return AgentSpec(
                    agent_id, agent_id, lambda kit: Told(agent_id, replace(kit, model=model(record)), self)
                )

            world = World(store, TeamSpec("incident", tuple(map(spec, TEAM))), self.clock, incidents=(INCIDENT,))
            async with world.service() as service:
                wanted = Parameters(incident_id="INC-1", budget=self.limit, mode=self.mode.value)
                view = await run_to_end(service, "INC-1", parameters=wanted)
        self._hold(view)
        return view

    def _hold(self, view: InvestigationView) -> None:
        """The laws."""
        assert not self.violations, self.violations
        billed, ledger = self.provider.server.billed, view.cost.total
        assert billed <= self.limit, f"billed {billed} of {self.limit}"
        boasted = any(self.provider.turns[name] for name in BOASTS)
        assert billed <= ledger, f"billed {billed}, ledger {ledger}"
        assert ledger <= self.limit or boasted, f"ledger {ledger}, limit {self.limit}"
        known = Counter(
            (each.tokens_in, each.tokens_out, each.tokens_cached, each.amount) for each in view.ledger if each.tokens_in
        )
        told = Counter(self.provider.told)
        assert not known - told, f"on no bill {known - told}"
        # Where time passes for a slow one it passes for all: who is cut off then hears of its bill no more.
        cut_off = self.mode is Mode.PARALLEL and self.provider.turns["slow"]
        assert known == told or cut_off, f"not in the ledger {told - known}"
        assert len(view.ledger) >= self.provider.turns.total(), "a request left that is not in the ledger"
        ended = InvestigationState.STOPPED if self.refusals or ledger > self.limit else InvestigationState.COMPLETED
        assert view.state is ended, f"{view.state}: {view.reason}"
        assert view.ranked, "what plain analysis found is not there"


def _counted(exchange: Exchange, times: int) -> tuple[int, int, int, Decimal]:
    """What the ledger has to say of that request, of which so many times its bill was claimed."""
    bill = exchange.billed
    assert bill is not None
    counts = bill.counts
    tokens = counts.tokens_in * times, counts.tokens_out * times, counts.cached * times
    return (*tokens, Decimal(bill.nano * times).scaleb(-9))
