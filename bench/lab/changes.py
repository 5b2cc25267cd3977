"""The record of commits, deploys and settings that a run leaves in `changes.json`.

Deploys and settings happen in the running shop. The commits behind them are written by hand, because the shop has no
repository; each tells honestly what its release does, and their hashes are made from their text.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from bench.lab.shop.telemetry import isoformat


@dataclass(frozen=True)
class Commit:
    """A change to one service: who, what, and what it looked like."""

    service: str
    author: str
    message: str
    files: tuple[str, ...]
    diff: str | None = None
    features: tuple[str, ...] = ()
    minutes_before: int = 20

    @property
    def sha(self) -> str:
        return hashlib.sha1(f"{self.service} {self.author} {self.message}".encode(), usedforsecurity=False).hexdigest()


@dataclass
class Changes:
    """What was changed during a run, in the shape of the snapshot format."""

    commits: list[dict[str, Any]] = field(default_factory=list)
    deploys: list[dict[str, Any]] = field(default_factory=list)
    flags: list[dict[str, Any]] = field(default_factory=list)

    def deployed(self, commit: Commit, moment: float, version: str) -> None:
        """Note a commit and the deploy that brought it."""
        self.commits.append(
            {
                "sha": commit.sha,
                "author": commit.author,
                "timestamp": isoformat(moment - 60 * commit.minutes_before),
                "message": commit.message,
                "files_changed": list(commit.files),
                "diff": commit.diff,
            }
        )
        self.deploys.append(
            {"timestamp": isoformat(moment), "service": commit.service, "commit_sha": commit.sha, "version": version}
        )

    def configured(self, service: str, name: str, change: str, actor: str, moment: float) -> None:
        """Note a setting that was changed in a running service."""
        self.flags.append(
            {"timestamp": isoformat(moment), "flag": name, "service": service, "change": change, "actor": actor}
        )

    def record(self) -> dict[str, list[dict[str, Any]]]:
        """The content of `changes.json`, oldest first."""
        return {
            name: sorted(entries, key=lambda entry: str(entry["timestamp"]))
            for name, entries in (("commits", self.commits), ("deploys", self.deploys), ("flags", self.flags))
        }


HARMLESS = {
    "gateway": Commit(
        "gateway", "m.okafor", "chore: bump aiohttp to the latest patch release", ("services/gateway/requirements.txt",),
        minutes_before=43,
    ),
    "catalogue": Commit(
        "catalogue", "s.lindqvist", "docs: describe the search parameters in the API reference",
        ("services/catalogue/openapi.yaml",), minutes_before=17,
    ),
    "customers": Commit(
        "customers", "a.moreau", "refactor: move session parsing into its own module",
        ("services/customers/session.py", "services/customers/routes.py"),
        "@@ services/customers/routes.py\n-    number = int(given.split('.')[0])\n+    number = session.customer(given)",
        minutes_before=65,
    ),
    "cart": Commit(
        "cart", "j.tanaka", "test: cover carts that are full", ("services/cart/tests/test_full.py",), minutes_before=28,
    ),
    "orders": Commit(
        "orders", "m.okafor", "style: apply the formatter", ("services/orders/place.py", "services/orders/history.py"),
        minutes_before=90,
    ),
    "payment": Commit(
        "payment", "p.novak", "fix: log the charge key when the fraud score is missing",
        ("services/payment/charge.py",),
        "@@ services/payment/charge.py\n-    log.error('fraud score missing')\n"
        "+    log.error('fraud score missing in answer for charge %s', key)",
        minutes_before=35,
    ),
    "shipping": Commit(
        "shipping", "a.moreau", "chore: pin the base image by digest", ("services/shipping/Dockerfile",),
        minutes_before=52,
    ),
}  # fmt: skip
