"""How time and memory grow with the telemetry of an incident: once, twice, five and ten times as much.

    python -m bench.scaling --case CASE --write        # a row a size, into docs/performance.md

The case is repeated beside itself under other names (services, traces, spans), so that series, lines and spans all grow
alike, and investigated by `compass evaluate` in a process of its own, as anybody would. Memory is the highest sum over the
program and the processes it works in, asked for every 20 ms; pages that they share count in each. CPU seconds are those of
all these processes, with their start. Of a few runs the least counts: other work on the machine can only add to it.
"""

import argparse
import csv
import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from bench.investigating import say
from bench.pages import with_sections

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"
SIZES = (1, 2, 5, 10)
EVERY_S = 0.02
LINEAR = 1.25


@dataclass(frozen=True, slots=True)
class Measured:
    """One size: how much there was, the seconds of the investigation, all CPU seconds, the highest memory in MiB."""

    size: int
    series: int
    lines: int
    spans: int
    seconds: float
    cpu: float
    memory: float


def repeated(case: Path, target: Path, times: int) -> None:
    """The case so many times beside itself in one folder: as it is, and then under names that end in a number."""
    target.mkdir(parents=True)
    sheet = json.loads((case / "case.json").read_text())
    names = sheet.get("candidate_services") or []
    sheet["candidate_services"] = [f"{name}{_ending(copy)}" for copy in range(times) for name in names]
    sheet["dependencies"] = [
        [f"{name}{_ending(copy)}" for name in pair] for copy in range(times) for pair in sheet.get("dependencies") or []
    ]
    (target / "case.json").write_text(json.dumps(sheet))
    _repeat_lines(case / "logs.jsonl", target / "logs.jsonl", times, ("trace_id",))
    _repeat_lines(case / "traces.jsonl", target / "traces.jsonl", times, ("trace_id", "span_id", "parent_id"))
    if (case / "metrics.csv").exists():
        (target / "metrics.csv").write_text(_wider((case / "metrics.csv").read_text(), times))


def _ending(copy: int) -> str:
    return f"-{copy}" if copy else ""


def _repeat_lines(source: Path, target: Path, times: int, ids: Sequence[str]) -> None:
    if source.exists():
        lines = [json.loads(line) for line in source.read_text().splitlines() if line.strip()]
        with target.open("w") as out:
            for copy in range(times):
                out.writelines(json.dumps(_renamed(line, copy, ids)) + "\n" for line in lines)


def _renamed(line: dict[str, Any], copy: int, ids: Sequence[str]) -> dict[str, Any]:
    given = {name: f"{line[name]}{_ending(copy)}" for name in ids if line.get(name)}
    return line | given | {"service": f"{line.get('service', '')}{_ending(copy)}"}


def _wider(table: str, times: int) -> str:
    head, *rows = csv.reader(table.splitlines())
    split = [name.partition("__") for name in head[1:]]
    names = [f"{service}{_ending(copy)}__{metric}" for copy in range(times) for service, _, metric in split]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([head[0], *names])
    writer.writerows([row[0], *(row[1:] * times)] for row in rows)
    return out.getvalue()


def investigated(case: Path, runs: int) -> tuple[float, float, float]:
    """The least seconds, CPU seconds and MiB of so many runs of `compass evaluate` over that case."""
    seconds, cpu, memory = zip(*(_once(case) for _ in range(runs)), strict=True)
    return min(seconds), min(cpu), min(memory)


def _once(case: Path) -> tuple[float, float, float]:
    out = case.parent / "answers.jsonl"
    arguments = ["evaluate", "--cases", str(case), "--out", str(out), "--jobs", "1"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    before = _cpu_of_ended()
    program = psutil.Popen([sys.executable, "-m", "bot.cli", *arguments], cwd=ROOT, **silent)
    highest = max(_memory_while(program), default=0)
    answer = json.loads(out.read_text())
    if program.returncode or "error" in answer:
        raise SystemExit(f"{case.name} was not examined: {answer.get('error', program.returncode)}")
    return float(answer["seconds"]), _cpu_of_ended() - before, highest / 2**20


def _cpu_of_ended() -> float:
    """CPU seconds of all processes that were started from here and have ended, with those that they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory_while(program: psutil.Popen) -> Iterator[int]:
    """Bytes of the program and its processes, again and again until it ends."""
    while program.poll() is None:
        try:
            yield sum(each.memory_info().rss for each in [program, *program.children(recursive=True)])
        except psutil.NoSuchProcess:
            continue
        finally:
            time.sleep(EVERY_S)


def measured(case: Path, sizes: Sequence[int], runs: int) -> list[Measured]:
    """Every size of that case."""
    found = []
    with TemporaryDirectory(prefix="compass-scaling-") as folder:
        for size in sizes:
            place = Path(folder) / f"{size}" / case.name
            repeated(case, place, size)
            counts = _counted(place)
            found.append(Measured(size, *counts, *investigated(place, runs)))
            say(f"{size}: {found[-1].seconds:.2f} s, {found[-1].cpu:.2f} s of CPU, {found[-1].memory:.0f} MiB")
    return found


def _counted(case: Path) -> tuple[int, int, int]:
    table, lines, spans = (case / name for name in ("metrics.csv", "logs.jsonl", "traces.jsonl"))
    series = len(table.read_text().partition("\n")[0].split(",")) - 1 if table.exists() else 0
    return series, *(len(file.read_text().splitlines()) if file.exists() else 0 for file in (lines, spans))


def table(rows: Sequence[Measured]) -> str:
    """As Markdown, and whether it grows as it may."""
    lines = ["| size | series | lines | spans | seconds | CPU seconds | MiB |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        counts = f"{row.size}× | {row.series:,} | {row.lines:,} | {row.spans:,}"
        lines.append(f"| {counts} | {row.seconds:.2f} | {row.cpu:.2f} | {row.memory:.0f} |")
    return "\n".join([*lines, "", verdict(rows)])


def verdict(rows: Sequence[Measured]) -> str:
    """Whether the last copies cost more than the first ones, each; with a quarter to spare for the noise of the machine."""
    first, middle, last = rows[0], rows[len(rows) // 2], rows[-1]

    def each(figure: Callable[[Measured], float], one: Measured, other: Measured) -> float:
        return (figure(other) - figure(one)) / (other.size - one.size)

    cpu = (each(lambda row: row.cpu, first, middle), each(lambda row: row.cpu, middle, last))
    memory = (each(lambda row: row.memory, first, middle), each(lambda row: row.memory, middle, last))
    linear = all(later <= LINEAR * earlier for earlier, later in (cpu, memory))
    return (
        f"Each further copy costs {cpu[0]:.2f} CPU seconds and {memory[0]:.0f} MiB up to {middle.size}×, and {cpu[1]:.2f} and "
        f"{memory[1]:.0f} from there to {last.size}×: {'no worse than' if linear else 'WORSE than'} linear."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="How time and memory grow with the telemetry of an incident.")
    parser.add_argument("--case", type=Path, required=True, help="the folder of one case")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES), help="how many times as much (1 2 5 10)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each size; the best counts (3)")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/performance.md")
    options = parser.parse_args(arguments)
    text = table(measured(options.case, options.sizes, options.runs))
    print(text)
    if options.write:
        command = "```console\n$ python -m bench.scaling --case CASE\n```"
        PAGE.write_text(with_sections(PAGE.read_text(), {"scaling": f"{command}\n\n{text}"}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
