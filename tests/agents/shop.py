"""A made-up shop whose telemetry can be told to go wrong: gateway calls catalogue and orders, orders asks orders-db.

Everything wobbles a little, from a seed. A fault begins at second 0 and changes one thing only; what shows elsewhere
follows from the calls.
"""

import random
from dataclasses import dataclass, field

from tests.agents.cases import CaseBuilder, iso

LINKS = (("gateway", "catalogue"), ("gateway", "orders"))
STORE = "orders-db"
OWN_MS = {"gateway": 4.0, "catalogue": 8.0, "orders": 12.0}
STORE_MS = 5.0


@dataclass
class Fault:
    """What is different from second 0 on."""

    own_ms: dict[str, float] = field(default_factory=dict)
    gap_ms: dict[tuple[str, str], float] = field(default_factory=dict)
    store_ms: float = 0.0
    failing: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    memory_mib: dict[str, float] = field(default_factory=dict)
    pool_in_use: float = 0.0
    lines: dict[str, str] = field(default_factory=dict)
    deploy: str = ""
    resets: tuple[str, str] | None = None


class Shop:
    """Writes telemetry of the shop into a case."""

    def __init__(self, fault: Fault | None = None, seed: int = 7) -> None:
        self.case = CaseBuilder()
        self._fault = fault or Fault()
        self._dice = random.Random(seed)
        for number, second in enumerate(range(-1200, 601, 4)):
            self._request(number, float(second))
        for second in range(-1200, 601, 15):
            self._scrape(second)
        self._changes()

    def _wobble(self, value: float, share: float = 0.08) -> float:
        return value * (1 + share * max(-2.5, min(2.5, self._dice.gauss(0, 1))))

    def _on(self, at: float) -> bool:
        return at >= 0

    def _request(self, number: int, at: float) -> None:
        on, fault = self._on(at), self._fault
        fails = {each: on and self._dice.random() < share for each, share in fault.failing.items()}
        store = self._wobble(STORE_MS + (fault.store_ms if on else 0.0))
        took = {"orders": store + self._own("orders", on), "catalogue": self._own("catalogue", on)}
        trace, total = f"t{number}", self._own("gateway", on)
        failed = any(fails.values())
        for link in LINKS:
            callee = link[1]
            gap = self._wobble(1.0 + (fault.gap_ms.get(link, 0.0) if on else 0.0))
            status = "ERROR" if fails.get(callee) else "OK"
            self._call(trace, callee, at, took[callee], took[callee] + gap, status)
            total += took[callee] + gap
        self.case.span(trace, "store", "orders", "orders", at, store, name="SELECT orders", status="OK", peer=STORE)
        self.case.span(trace, "root", None, "gateway", at, total, name="GET /", status="ERROR" if failed else "OK")
        self._lines(number, at, fails, trace)

    def _own(self, service: str, on: bool) -> float:
        return self._wobble(OWN_MS[service] + (self._fault.own_ms.get(service, 0.0) if on else 0.0))

    def _call(self, trace: str, callee: str, at: float, took: float, waited: float, status: str) -> None:
        name = f"GET {callee}"
        self.case.span(trace, f"to-{callee}", "root", "gateway", at, waited, name=name, status=status, peer=callee)
        self.case.span(trace, callee, f"to-{callee}", callee, at, took, name=f"GET /{callee}", status=status)

    def _lines(self, number: int, at: float, fails: dict[str, bool], trace: str) -> None:
        self.case.log("gateway", at, f"GET /orders/{number} served", trace_id=trace)
        if not fails.get("orders"):
            self.case.log("orders", at, f"order {number} read for customer {number % 17}", trace_id=trace)
        if self._dice.random() < 0.03:
            self.case.log("catalogue", at, f"price of item {number} is stale", level="WARN", trace_id=trace)
        for service, failed in fails.items():
            if failed:
                self.case.log(
                    service, at, f"unhandled KeyError in GET /{service}: 'zone'", level="ERROR", trace_id=trace
                )
                self.case.log("gateway", at, f"call to {service} failed with 500", level="ERROR", trace_id=trace)
        for service, line in self._fault.lines.items():
            if self._on(at):
                self.case.log(service, at, line, level="ERROR")

    def _scrape(self, at: int) -> None:
        on, fault, metric = self._on(at), self._fault, self.case.metric
        waits = {link: self._wobble(1.0 + (fault.gap_ms.get(link, 0.0) if on else 0.0)) for link in LINKS}
        store = STORE_MS + (fault.store_ms if on else 0.0)
        took = {service: ms + (fault.own_ms.get(service, 0.0) if on else 0.0) for service, ms in OWN_MS.items()}
        took["orders"] += store
        took["gateway"] += sum(took[callee] + waits[caller, callee] for caller, callee in LINKS)
        for service, ms in took.items():
            failing = 10 * fault.failing.get(service, 0.0) if on else 0.0
            metric(service, "latency_p95_ms", at, round(self._wobble(1.5 * ms), 2))
            metric(service, "errors_rate", at, round(self._wobble(failing), 3))
            metric(service, "requests_rate", at, round(self._wobble(10), 2))
            metric(service, "cpu_percent", at, round(self._wobble(fault.cpu.get(service, 20.0) if on else 20.0), 2))
            memory = fault.memory_mib.get(service, 200.0) if on else 200.0
            metric(service, "memory_mib", at, round(self._wobble(memory, 0.01), 1))
        metric(STORE, "cpu_percent", at, round(self._wobble(30), 2))
        metric("orders", f"client_{STORE}_latency_p95_ms", at, round(self._wobble(1.5 * store), 2))
        metric(
            "orders", "pool_in_use", at, fault.pool_in_use if on and fault.pool_in_use else self._dice.choice((1, 2, 2))
        )
        for caller, callee in LINKS:
            bad = on and fault.resets == (caller, callee)
            metric(caller, f"link_{callee}_tcp_resets_rate", at, round(self._wobble(3.0), 2) if bad else 0.0)

    def _changes(self) -> None:
        deploys = [
            {"timestamp": iso(self.case.at(-1000)), "service": "catalogue", "version": "v7", "message": "docs: tidy"}
        ]
        if self._fault.deploy:
            message = "feat: zones for quotes"
            at = iso(self.case.at(-4))
            deploys.append({"timestamp": at, "service": self._fault.deploy, "version": "v412", "message": message})
        self.case.changes = {"deploys": deploys}
