"""A real qryn on loopback: an independent server that speaks the HTTP APIs of Loki and Tempo.

`make counterparts` installs it (npm: qryn) and its database (PyPI: chdb) into .compass; without them the tests that need it
are skipped. It is told from Loki and Tempo by this (3.2.39):

- it keeps no structured metadata, and knows neither `index/volume` nor `index/stats` nor `patterns`; `series`, `labels` and
  a label's values take no notice of a query, and of a window only its days;
- the end of a query belongs to it, and so may a line come twice where one query follows the other;
- its aggregates lie on multiples of the step, with what follows each; Loki's lie where they are asked for, with what precedes;
- TraceQL `{}` finds nothing, there are no intrinsics but `name` and `duration`, and none of `||` inside of braces;
- there is no `/api/v2/traces`; `/api/traces/{id}` answers protobuf whatever is accepted, and `/api/traces/{id}/json` JSON:
  at most 2,000 spans, without their kinds, under names of fields that OTLP has given up since;
- a span with `peer.service` is told as one of that service;
- no limit of Loki's or Tempo's is enforced, and there are no tenants.

Where it differs the documentation is right, and an answer of the documented shape is the test.
"""

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2] / ".compass" / "counterparts"
DATABASE = Path(__file__).with_name("chdb_over_http.py")
PATIENCE_S = 90
DAYS = "18000"
"""How long it keeps what is pushed. Its dates end in 2106."""


@dataclass
class Qryn:
    """A running one. `url` ends in a slash."""

    url: str

    def push(self, path: str, body: bytes, kind: str = "application/json") -> None:
        """Send it to one of the places where it takes telemetry."""
        request = urllib.request.Request(self.url + path, body, {"Content-Type": kind})
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
            assert response.status in (200, 204), f"{path} answered {response.status}"

    def push_json(self, path: str, body: object) -> None:
        self.push(path, json.dumps(body).encode())


def _installed() -> tuple[str, Path, Path]:
    """Node, qryn and the Python that has chdb."""
    node = shutil.which("node") or pytest.skip("node is not installed (Debian package: nodejs)")
    qryn, python = HOME / "node_modules" / "qryn" / "qryn.mjs", HOME / "chdb" / "bin" / "python"
    if not (qryn.is_file() and python.is_file()):
        pytest.skip("qryn and chdb are not installed: make counterparts")
    return node, qryn, python


@contextmanager
def real_qryn(folder: Path) -> Iterator[Qryn]:
    """Start it with an empty database in that folder, and end both afterwards. It takes some five seconds."""
    node, qryn, python = _installed()
    with _running([str(python), str(DATABASE), str(folder / "chdb")], folder / "chdb.log", {}) as database:
        assert database.stdout is not None
        database_port = database.stdout.readline().strip()
        assert database_port, "chdb did not start:\n" + (folder / "chdb.log").read_text("utf-8")
        port = _free_port()
        settings = {
            "CLICKHOUSE_SERVER": "127.0.0.1",
            "CLICKHOUSE_PORT": database_port,
            "CLICKHOUSE_DB": "qryn",
            "SAMPLES_DAYS": DAYS,
            "LABELS_DAYS": DAYS,
            "FASTIFY_BODYLIMIT": str(64 * 2**20),
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "LOG_LEVEL": "error",
        }
        with _running([node, str(qryn)], folder / "qryn.log", settings) as process:
            server = Qryn(f"http://127.0.0.1:{port}/")
            _until_ready(server, process, folder / "qryn.log")
            yield server


@pytest.fixture(scope="session")
def qryn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Qryn]:
    """One for all tests of a session. Whoever pushes takes services of its own, or a time of its own."""
    with real_qryn(tmp_path_factory.mktemp("qryn")) as server:
        yield server


@contextmanager
def _running(command: list[str], log: Path, settings: dict[str, str]) -> "Iterator[subprocess.Popen[str]]":
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if not settings else errors,
            stderr=errors,
            text=True,
            env={"PATH": "/usr/bin:/bin", **settings},
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_ready(server: Qryn, process: "subprocess.Popen[str]", log: Path) -> None:
    deadline, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(server.url + "ready", timeout=5):
                return
        except OSError:
            pause.wait(0.1)
    raise AssertionError("qryn did not start:\n" + log.read_text("utf-8"))
