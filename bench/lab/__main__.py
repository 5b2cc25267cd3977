"""`python -m bench.lab`: list the faults, record one, record all, or start a real Prometheus over a recording."""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from bench.lab.database import find_binaries
from bench.lab.faults import FAULTS
from bench.lab.observing import OF_THE_MOMENT, prometheus_folder
from bench.lab.process import LabError
from bench.lab.prometheus import DATA, fill, serving
from bench.lab.record import Plan, record
from bench.lab.snapshot import pack

QUIET_BASELINE_S, QUIET_AFTER_S = 660.0, 240.0


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 1 when something is missing or a run was not worth keeping."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "list":
            for fault in FAULTS.values():
                print(f"{fault.name:16} {fault.incident_id}  {fault.truth['injection']}")
            return 0
        if options.command == "serve":
            asyncio.run(_serve(options.case, options.over))
            return 0
        find_binaries()
        return _record_all(options)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the faults there are")
    serve = commands.add_parser("serve", help="a real Prometheus over a recorded case, until Ctrl-C")
    serve.add_argument("case", type=Path, help="a case folder or archive; or what a Prometheus left beside one")
    serve.add_argument("--over", type=Path, help="the folder to fill and serve from, else one that is gone afterwards")
    for name, words in (("record", "record one fault"), ("all", "record every fault, one after the other")):
        command = commands.add_parser(name, help=words)
        if name == "record":
            command.add_argument("name", choices=sorted(FAULTS))
            command.add_argument("--id", help="the incident id to give it, else the fault's own")
        command.add_argument("--out", type=Path, required=True, help="where the case folders and archives go")
        command.add_argument("--baseline", type=float, help="healthy seconds before the fault (360; quiet: 660)")
        command.add_argument("--fault", type=float, help="seconds of fault (210; quiet: 240)")
        command.add_argument("--warm-up", type=float, default=75, help="seconds of load before anything is recorded")
        command.add_argument(
            "--prometheus",
            action="store_true",
            help="let a real Prometheus scrape too; its folder is left beside the case",
        )
        command.add_argument("--seed", type=int, default=1, help="seed of the load")
    return parser


def _record_all(options: argparse.Namespace) -> int:
    names = [options.name] if options.command == "record" else list(FAULTS)
    for name in names:
        quiet = name == "quiet"
        baseline = options.baseline or (QUIET_BASELINE_S if quiet else 360)
        after = options.fault or (QUIET_AFTER_S if quiet else 210)
        plan = Plan(baseline, after, options.warm_up, seed=options.seed, prometheus=options.prometheus)
        print(f"{name}: {options.warm_up + baseline + after:.0f} s", flush=True)
        incident_id = options.id if options.command == "record" else None
        folder = asyncio.run(record(FAULTS[name], plan, options.out, incident_id))
        archive = options.out / f"{folder.name}.tar.xz"
        pack(folder, archive)
        print(f"{name}: {folder} and {archive} ({archive.stat().st_size / 1024:.0f} KiB)", flush=True)
        if options.prometheus:
            kept = prometheus_folder(folder)
            pack(kept, options.out / f"{kept.name}.tar.xz", leave_out=OF_THE_MOMENT)
    return 0


async def _serve(case: Path, over: Path | None) -> None:
    with tempfile.TemporaryDirectory(prefix="compass-lab-") as name:
        folder = case if (case / DATA).is_dir() else over or Path(name)
        if not (folder / DATA).is_dir():
            fill(folder, case)
        async with serving(folder) as prometheus:
            print(f"Prometheus answers: {prometheus.url}", flush=True)
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()


if __name__ == "__main__":
    raise SystemExit(main())
