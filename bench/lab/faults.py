"""What can be done to the shop: each fault is one function on the running system, and its truth beside it.

To add one: write `async def inject(stage)`, which does the deed and calls `stage.began()` at the moment it takes
effect, and an entry in FAULTS. Nothing here may fake a symptom; what shows is what the shop makes of the deed.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import psutil

from bench.lab.changes import HARMLESS, Changes, Commit
from bench.lab.database import Cluster
from bench.lab.fleet import Fleet
from bench.lab.shop.telemetry import wall_clock

BUSY_THREADS = 8
LIMIT_MIB = 300
LEAK_MIB_PER_S = 14.0


@dataclass
class Stage:
    """The running shop as a fault sees it; `start` is when the fault took effect."""

    fleet: Fleet
    cluster: Cluster
    changes: Changes
    start: float | None = None
    keep: list[Any] = field(default_factory=list)

    def began(self, moment: float | None = None) -> None:
        self.start = moment or wall_clock()

    async def deploy(self, commit: Commit) -> float:
        """Roll out a commit and note it; gives the moment it took effect."""
        moment, version = await self.fleet.deploy(commit.service, list(commit.features))
        self.changes.deployed(commit, moment, version)
        return moment

    async def configure(self, service: str, name: str, old: float, new: float, actor: str) -> float:
        """Change a setting and note it."""
        moment = wall_clock()
        await self.fleet.set_value(service, name, new)
        self.changes.configured(service, name, f"{old:g}->{new:g}", actor, moment)
        return moment

    def background(self, work: Any) -> None:
        """Keep something going until the run ends."""
        self.keep.append(asyncio.get_running_loop().create_task(work))

    async def aclose(self) -> None:
        for kept in self.keep:
            if isinstance(kept, asyncio.Task):
                kept.cancel()
            else:
                kept.terminate()


@dataclass(frozen=True)
class Distraction:
    """Something harmless that happens `offset_s` after (before, where negative) the fault: a deploy or a setting."""

    offset_s: float
    service: str
    setting: tuple[str, float, float] | None = None

    async def happen(self, stage: Stage) -> None:
        if self.setting is None:
            await stage.deploy(HARMLESS[self.service])
        else:
            name, old, new = self.setting
            await stage.configure(self.service, name, old, new, "t.wieczorek")


@dataclass(frozen=True)
class Fault:
    """A deed, what is true about it, and what else goes on around it."""

    name: str
    incident_id: str
    inject: Callable[[Stage], Awaitable[None]]
    truth: dict[str, Any]
    distractions: tuple[Distraction, ...] = ()
    core: int | None = None


ZONE_SURCHARGES = Commit(
    "shipping", "j.tanaka", "feat: zone surcharges on parcel quotes",
    ("services/shipping/quote.py", "services/shipping/tariff.py"),
    "@@ services/shipping/tariff.py\n+SURCHARGE_CENTS = {1: 0, 2: 120}\n@@ services/shipping/quote.py\n"
    "     cents = TARIFF_CENTS[zone] + 50 * items\n+    cents += SURCHARGE_CENTS[zone]\n     return cents",
    ("zone_surcharges",), 12,
)  # fmt: skip
HISTORY_BY_EMAIL = Commit(
    "orders", "s.lindqvist", "feat: order history also finds guest orders by e-mail",
    ("services/orders/history.py",),
    "@@ services/orders/history.py\n-    WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20\n"
    "+    WHERE customer_email ILIKE '%' || $1 || '%'\n+       OR note ILIKE '%' || $1 || '%'\n"
    "+    ORDER BY placed_at DESC LIMIT 20",
    ("history_by_email",), 25,
)  # fmt: skip


async def throw_for_far_zones(stage: Stage) -> None:
    stage.began(await stage.deploy(ZONE_SURCHARGES))


async def fill_the_pool(stage: Stage) -> None:
    stage.began(await stage.deploy(HISTORY_BY_EMAIL))


async def hold_stock_rows(stage: Stage) -> None:
    """A stock recount that updates every row, then stays idle in its transaction."""
    connection = await stage.cluster.connect(server_settings={"application_name": "stock-recount"})
    await connection.execute("BEGIN")
    await connection.execute("UPDATE stock SET reserved = reserved")
    stage.keep.append(connection)
    stage.began()


async def slow_link(stage: Stage) -> None:
    await stage.fleet.trouble("cart->catalogue", latency_ms=700, jitter_ms=90)
    stage.began()


async def ragged_link(stage: Stage) -> None:
    await stage.fleet.trouble("orders->payment", stall_probability=0.15, stall_s=6, reset_probability=0.3)
    stage.began()


async def busy_threads(stage: Stage) -> None:
    await stage.fleet.control("customers", "burn", threads=BUSY_THREADS)
    stage.began()


async def leak_until_killed(stage: Stage) -> None:
    """The catalogue never gives memory back; past its limit it is killed and started again, and so on."""
    await stage.fleet.control("catalogue", "hoard", mib_per_second=LEAK_MIB_PER_S)
    stage.began()
    stage.background(_enforce_limit(stage))


async def tight_deadline(stage: Stage) -> None:
    """Somebody set the deadline to what a charge usually takes, so that almost half of them run into it."""
    stage.began(await stage.configure("payment", "card-network_timeout_ms", 1500, 60, "p.novak"))


async def nothing(stage: Stage) -> None:
    stage.began()


async def _enforce_limit(stage: Stage) -> None:
    while True:
        await asyncio.sleep(0.5)
        instance = stage.fleet.current["catalogue"]
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(instance.running.pid).memory_info().rss < LIMIT_MIB * 2**20:
                continue
        instance.running.process.kill()
        await instance.running.process.wait()
        await asyncio.sleep(2)
        await stage.fleet.restart("catalogue")
        await stage.fleet.control("catalogue", "hoard", mib_per_second=LEAK_MIB_PER_S)


def _truth(service: str, kind: str, indicator: str | None, injected: str, **more: Any) -> dict[str, Any]:
    return {
        "root_cause_service": service,
        "fault_type": kind,
        "root_cause_indicator": indicator,
        "injection": injected,
        "acceptable_services": more.pop("acceptable", [service]),
        **more,
    }


PAGE_SIZE = ("page_size", 20.0, 24.0)
FAULTS = {
    fault.name: fault
    for fault in (
        Fault(
            "slow_query", "INC-123", fill_the_pool,
            _truth("orders", "connection_pool_exhaustion", "orders__pool_waiting",
                   "a release of orders whose history query cannot use the index and keeps all 5 connections busy",
                   acceptable=["orders", "orders-db"], root_cause_commit=HISTORY_BY_EMAIL.sha),
            (Distraction(-235, "payment"), Distraction(-120, "catalogue", PAGE_SIZE), Distraction(-50, "cart")), core=0,
        ),
        Fault(
            "ragged_link", "INC-124", ragged_link,
            _truth("payment", "link_stall_reset", "orders__link_payment_tcp_resets_rate",
                   "30 % of requests over the link are reset, 15 % are held back for 6 s; both ends are well",
                   acceptable=["orders", "payment"], link="orders->payment"),
            (Distraction(-150, "shipping"), Distraction(-65, "customers")),
        ),
        Fault(
            "throwing_deploy", "INC-125", throw_for_far_zones,
            _truth("shipping", "exception", "shipping__errors_rate",
                   "a release of shipping that throws KeyError for parcels to zone 3", root_cause_commit=ZONE_SURCHARGES.sha),
            (Distraction(-205, "customers"), Distraction(-45, "catalogue")),
        ),
        Fault(
            "cpu_hog", "INC-126", busy_threads,
            _truth("customers", "cpu", "customers__cpu_pct", f"{BUSY_THREADS} busy threads inside the customers process"),
            (Distraction(-160, "cart", ("catalogue_timeout_ms", 2000.0, 1800.0)), Distraction(-80, "payment")),
        ),
        Fault(
            "row_locks", "INC-127", hold_stock_rows,
            _truth("orders-db", "lock", "orders-db__waiting_for_lock",
                   "a stock recount updates every row of stock and stays idle in its transaction"),
            (Distraction(-190, "gateway"),),
        ),
        Fault(
            "slow_link", "INC-128", slow_link,
            _truth("catalogue", "link_latency", "cart__client_catalogue_latency_p95_ms",
                   "700 ms more per round trip on the link; both ends are well",
                   acceptable=["cart", "catalogue"], link="cart->catalogue"),
        ),
        Fault(
            "quiet", "INC-129", nothing,
            _truth("none", "none", None, "nothing", acceptable=["none"]),
            (Distraction(-420, "payment"), Distraction(-150, "catalogue", PAGE_SIZE), Distraction(40, "cart")),
        ),
        Fault(
            "killed_again", "INC-130", leak_until_killed,
            _truth("catalogue", "memory", "catalogue__memory_mib",
                   f"the catalogue leaks {LEAK_MIB_PER_S:g} MiB/s and is killed and restarted past {LIMIT_MIB} MiB"),
            (Distraction(-110, "shipping"),),
        ),
        Fault(
            "tight_deadline", "INC-131", tight_deadline,
            _truth("payment", "configuration", "payment__client_card-network_timeouts_rate",
                   "the deadline of payment for the card network is set to 60 ms instead of 1500 ms"),
            (Distraction(-140, "gateway"), Distraction(-70, "shipping")),
        ),
    )
}  # fmt: skip
