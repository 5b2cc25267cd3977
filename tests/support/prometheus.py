"""A real Prometheus (Debian package: prometheus) on loopback, filled before its start with series of our own.

It scrapes nothing and is killed at the end. A running server shows new blocks only after a while, which is why it is filled
first; native histograms cannot be filled that way.
"""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

READY = "Server is ready to receive web requests"
PATIENCE_S = 30
TRIES = 3


@dataclass
class Filling:
    """One metric of the server. `points`: for each set of labels, values by time (epoch seconds)."""

    name: str
    points: list[tuple[Mapping[str, str], Mapping[float, float | str]]] = field(default_factory=list)
    kind: str = "gauge"
    unit: str = ""
    help: str = ""


@dataclass
class RealPrometheus:
    """A running one. `url` ends in a slash."""

    url: str
    process: "subprocess.Popen[str]"

    def kill(self) -> None:
        """At once, as a crash would."""
        self.process.kill()
        self.process.wait()


def open_metrics(fillings: Iterable[Filling]) -> str:
    """OpenMetrics text, in which a counter is declared without its _total."""
    lines = []
    for each in fillings:
        family = each.name.removesuffix("_total") if each.kind == "counter" else each.name
        lines += [f"# HELP {family} {each.help}"] if each.help else []
        lines.append(f"# TYPE {family} {each.kind}")
        lines += [f"# UNIT {family} {each.unit}"] if each.unit else []
        for labels, values in each.points:
            inside = ",".join(f'{name}="{value}"' for name, value in labels.items())
            lines += [f"{each.name}{{{inside}}} {value} {at:.3f}" for at, value in values.items()]
    return "\n".join([*lines, "# EOF", ""])


def _need(program: str) -> str:
    found = shutil.which(program)
    return found or pytest.skip(f"{program} is not installed (Debian package: prometheus)")


def fill(folder: Path, fillings: Iterable[Filling]) -> Path:
    """A data directory that holds those series."""
    promtool = _need("promtool")
    text, data = folder / "filling.om", folder / "data"
    text.write_text(open_metrics(fillings), "utf-8")
    told = subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(text), str(data)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return data


@contextmanager
def real_prometheus(
    folder: Path, fillings: Iterable[Filling] = (), *flags: str, web: str = ""
) -> Iterator[RealPrometheus]:
    """Fill, start, wait until it is ready, and kill it at the end. `web`: the text of its web.yml (TLS, logins)."""
    program = _need("prometheus")
    data = fill(folder, fillings)
    (folder / "prometheus.yml").write_text("scrape_configs: []\n", "utf-8")
    (folder / "web.yml").write_text(web, "utf-8")
    command = [
        program,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--web.config.file={folder / 'web.yml'}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=100y",
        *flags,
    ]
    process, port = _started(command)
    try:
        scheme = "https" if "tls_server_config" in web else "http"
        yield RealPrometheus(f"{scheme}://127.0.0.1:{port}/", process)
    finally:
        _end(process)


def _started(command: list[str]) -> "tuple[subprocess.Popen[str], int]":
    """A process that is ready, and its port; another port where somebody else was quicker to take the first."""
    said = ""
    for _ in range(TRIES):
        port = _free_port()
        process = subprocess.Popen(
            [*command, f"--web.listen-address=127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        ready, said = _until_ready(process)
        if ready:
            return process, port
        _end(process)
    raise AssertionError(f"Prometheus did not start:\n{said}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_ready(process: "subprocess.Popen[str]") -> tuple[bool, str]:
    """Whether it says that it is ready, and what it said. Later words are read and dropped, so that it never blocks."""
    known, said = threading.Event(), []

    def listen() -> None:
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                if not known.is_set():
                    said.append(line)
                if READY in line:
                    known.set()
        known.set()

    threading.Thread(target=listen, daemon=True).start()
    known.wait(PATIENCE_S)
    told = "".join(said)
    return READY in told, told


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
