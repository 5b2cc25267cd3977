"""A private PostgreSQL cluster for one run: made in the run's folder, filled with orders, gone afterwards.

PostgreSQL refuses to run as root, so under root everything is started as the `postgres` user. The cluster is pinned to
one core and runs below the services' priority: the database of a small shop has a small host of its own, and a query
that eats it must not slow the services down by the lab's machine being full.
"""

import asyncio
import contextlib
import os
import pwd
import shutil
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from bench.lab.ports import free_port
from bench.lab.process import DATABASE_NICENESS, LabError, favour
from bench.lab.shop.catalogue import PRODUCTS, sku
from bench.lab.shop.customers import CUSTOMERS

ORDERS = 500_000
REMEDY = "PostgreSQL is missing: apt-get install postgresql (its server programs initdb and postgres are needed)"
CONFIGURATION = """
listen_addresses = '127.0.0.1'
fsync = off
shared_buffers = 256MB
max_connections = 40
max_parallel_workers_per_gather = 0
autovacuum = off
jit = off
checkpoint_timeout = 1h
max_wal_size = 4GB
logging_collector = on
log_destination = 'jsonlog'
log_directory = 'log'
log_filename = 'server.log'
log_timezone = 'UTC'
log_lock_waits = on
deadlock_timeout = 1s
log_min_duration_statement = 400ms
log_checkpoints = off
"""
SCHEMA = f"""
CREATE TABLE orders (
  id bigserial PRIMARY KEY, customer_id int NOT NULL, customer_email text NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now(), total_cents int NOT NULL, item_count int NOT NULL, note text NOT NULL);
INSERT INTO orders (customer_id, customer_email, placed_at, total_cents, item_count, note)
  SELECT c, 'customer.' || c || '@shop.example', now() - n * interval '97 seconds', 500 + (n::bigint * 7919) % 50000, 1 + n % 6,
         'parcel to ' || (ARRAY['DE','FR','AT','NL'])[1 + n % 4] || ', ' || repeat(md5(n::text) || ' ', 5)
  FROM (SELECT n, (n * 7 + n / {CUSTOMERS}) % {CUSTOMERS} AS c FROM generate_series(1, {ORDERS}) AS n) AS made;
CREATE INDEX orders_customer ON orders (customer_id, placed_at DESC);
CREATE TABLE stock (sku text PRIMARY KEY, reserved int NOT NULL DEFAULT 0) WITH (fillfactor = 20);
"""


class Cluster:
    """One PostgreSQL server on a free loopback port."""

    def __init__(self, folder: Path, core: int | None = None) -> None:
        self._folder = folder / "pgdata"
        self._core = core
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    @property
    def pid(self) -> int:
        assert self._process is not None, "the database has not started"
        return self._process.pid

    @property
    def log(self) -> Path:
        return self._folder / "log" / "server.json"

    async def open(self) -> None:
        """Make, start and fill the cluster; raises LabError when PostgreSQL is missing or does not start."""
        binaries = find_binaries()
        user = _owner(self._folder.parent)
        self.port = free_port()
        options = ["-U", "shop", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8"]
        await _finish([str(binaries / "initdb"), "-D", str(self._folder), *options], user)
        with (self._folder / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION)
        self._process = await asyncio.create_subprocess_exec(
            str(binaries / "postgres"), "-D", str(self._folder), "-p", str(self.port), "-k", str(self._folder),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, user=user, cwd="/",
        )  # fmt: skip
        favour(self.pid, DATABASE_NICENESS)
        if self._core is not None:
            psutil.Process(self.pid).cpu_affinity([self._core])
        await self._fill()

    async def connect(self, database: str = "orders", **more: Any) -> Any:
        """A connection straight to the server, past the proxy, as an operator would have it."""
        return await asyncpg.connect(
            host="127.0.0.1", port=self.port, user="shop", database=database, ssl=False, **more
        )

    async def aclose(self) -> None:
        """Stop the server at once (SIGQUIT: nothing in it is kept)."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(3)
            await self._process.wait()

    async def _fill(self) -> None:
        server = await self._wait_until_up()
        await server.execute("CREATE DATABASE orders")
        await server.close()
        shop = await self.connect()
        await shop.execute(SCHEMA)
        await shop.executemany("INSERT INTO stock (sku) VALUES ($1)", [(sku(n),) for n in range(PRODUCTS)])
        await shop.execute("VACUUM (FREEZE, ANALYZE)")
        await shop.execute("CHECKPOINT")
        await shop.execute("SELECT count(*) FROM orders WHERE note <> ''")
        await shop.close()

    async def _wait_until_up(self) -> Any:
        for _ in range(100):
            try:
                return await self.connect("postgres")
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.1)
        raise LabError(f"PostgreSQL did not start in {self._folder}; its log is there")


def find_binaries() -> Path:
    """The folder of initdb and postgres; Debian keeps them out of the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not versions:
        raise LabError(REMEDY)
    return versions[-1].parent


def _owner(folder: Path) -> str | None:
    """Whom the server runs as: under root the `postgres` user, who must then be able to write the folder."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam("postgres")
    except KeyError as error:
        raise LabError(REMEDY) from error
    shutil.chown(folder, "postgres")
    folder.chmod(0o755)
    return "postgres"


async def _finish(command: list[str], user: str | None) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, user=user, cwd="/"
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise LabError(f"{command[0]} failed: {output.decode()[-400:]}")
