"""Measure how often Compass names the true cause, and write the figures into docs/accuracy.md.

    python -m bench.accuracy --lab --write                 # the incidents that come with Compass
    python -m bench.accuracy --cases DIR --write           # any folder of cases with their truth beside them
    python -m bench.accuracy --cases DIR --lab --spoilt --write    # and what is left when telemetry is spoilt; takes long
    python -m bench.accuracy --cases DIR --evaluator FILE  # scored by somebody else's evaluate.py as well

It runs `compass evaluate`, as anybody would, and then compares the answers with each case's `truth.json`. Only the bench
reads a truth; the program never does.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from agents.sources.snapshot import packaged_recordings
from bench import robustness
from bench.calibrate import DATA, figures_told
from bench.investigating import investigate_all
from bench.known import Known, known_cases, unpack
from bench.pages import with_sections
from bench.peers import compared
from bench.scores import claims, highest, rank_of, reliability, score, table
from bench.variants import before_the_fault, read_changed

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "accuracy.md"
QUIET_BAR = 0.3
RECORDED_AFTERWARDS = ("INC-130", "INC-131")
"""Faults that nobody had seen who wrote the analysis; it was not touched for them."""

Line = dict[str, Any]
Answers = dict[str, Line]
Evaluate = Callable[[Path, Path, int], None]
Sections = dict[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    sections: Sections = {}
    with tempfile.TemporaryDirectory(prefix="compass-accuracy-") as folder:
        work = Path(folder)
        if options.cases:
            sections |= measure_cases(options.cases, work, options.jobs, evaluator=options.evaluator)
        if options.lab:
            sections |= measure_lab(packaged_recordings(), work, options.jobs)
        if options.spoilt:
            sections |= measure_spoilt(options.cases, options.lab, options.every, options.jobs)
    for text in sections.values():
        print(text, end="\n\n")
    if options.write:
        PAGE.write_text(with_sections(PAGE.read_text(), sections))
    return 0


def compass_evaluate(cases: Path, out: Path, jobs: int) -> None:
    """What anybody would type."""
    arguments = ["--cases", str(cases.resolve()), "--out", str(out), "--jobs", str(jobs)]
    subprocess.run([sys.executable, "-m", "bot.cli", "evaluate", *arguments], cwd=ROOT, check=True)


def measure_cases(
    cases: Path, work: Path, jobs: int, *, evaluator: Path | None = None, evaluate: Evaluate = compass_evaluate
) -> Sections:
    """Of a folder of cases: a row for all and one for each data set, peers on the same cases, and how far to believe it."""
    out = work / "cases.jsonl"
    evaluate(cases, out, jobs)
    answers, known = read_answers(out), [case for case in known_cases(cases) if not case.is_quiet]
    if evaluator:
        subprocess.run([sys.executable, evaluator, "--cases", cases, "--predictions", out], check=True)
    commands = (
        f"$ compass evaluate --cases CASES --out answers.jsonl --jobs {jobs}\n$ python -m bench.accuracy --cases CASES"
    )
    of_changes = [case for case in known if case.truth.get("root_cause_commit") is not None]
    of_services = [dict(case.truth) for case in known if case not in of_changes]
    return {
        "cases": f"{_console(commands)}\n\n{_by_set(answers, known)}",
        "peers": f"{_console('$ python -m bench.peers --cases CASES')}\n\n{compared(known, answers)}",
        "reliability": reliability(claims(answers, of_services)) if of_services else "",
        "calibration": _calibration(),
    }


def measure_lab(recordings: Path, work: Path, jobs: int, *, evaluate: Evaluate = compass_evaluate) -> Sections:
    """Of our recordings: each fault with the first answer, and what is claimed where nothing is wrong."""
    cases = work / "lab"
    unpack(recordings, cases)
    evaluate(cases, work / "lab.jsonl", jobs)
    answers, known = read_answers(work / "lab.jsonl"), known_cases(cases)
    quiet = {case.case_id: answers.get(case.case_id, {}) for case in known if case.is_quiet}
    faults = [case for case in known if not case.is_quiet]
    quiet |= _before(faults, jobs)
    rows = {
        "known to those who wrote the analysis": [each for each in faults if each.case_id not in RECORDED_AFTERWARDS],
        "recorded after it was written": [each for each in faults if each.case_id in RECORDED_AFTERWARDS],
    }
    figures = table({name: score(answers, [case.truth for case in some]) for name, some in rows.items() if some})
    told = [_console("$ python -m bench.accuracy --lab"), figures, _faults(answers, faults), _quiet(quiet)]
    return {"lab": "\n\n".join(told)}


def measure_spoilt(cases: Path | None, lab: bool, every: int, jobs: int) -> Sections:
    """What is left when telemetry is missing, torn or wrong, and what each part of it is worth."""
    with robustness.chosen(cases, lab, every=every) as known:
        spoilt, worth = robustness.measured(known, jobs)
    sample = f" --every {every}" if every > 1 else ""
    command = _console(f"$ python -m bench.robustness --cases CASES --lab{sample}")
    return {"spoilt": f"{command}\n\n{spoilt}", "worth": f"{command}\n\n{worth}"}


def read_answers(file: Path) -> Answers:
    lines = (json.loads(line) for line in file.read_text().splitlines() if line.strip())
    return {line["case_id"]: line for line in lines}


def _before(faults: Sequence[Known], jobs: int) -> Answers:
    """What is claimed in the quiet time before each fault."""
    before = partial(read_changed, before_the_fault)
    runs = asyncio.run(investigate_all(faults, reader_of=lambda _case: before, jobs=jobs))
    return {f"{run.case.case_id}-before": run.answer for run in runs}


def _by_set(answers: Answers, known: Sequence[Known]) -> str:
    sets = sorted({case.dataset for case in known})
    rows = {name: score(answers, [case.truth for case in known if case.dataset == name]) for name in sets}
    whole = {"all": score(answers, [case.truth for case in known])} if len(rows) > 1 else {}
    return table(whole | rows)


def _calibration() -> str:
    data = json.loads(DATA.read_text())
    where = f"Fitted on {data['date']} at commit {data['commit']}."
    return f"{_console('$ ' + data['command'])}\n\n{figures_told(data)}\n\n{where}"


def _console(commands: str) -> str:
    return f"```console\n{commands}\n```"


def _faults(answers: Answers, faults: Sequence[Known]) -> str:
    lines = [
        "| recording | fault | true service | first answer | confidence | place |",
        "|---|---|---|---|---|---|",
    ]
    for case in faults:
        line, truth = answers.get(case.case_id, {}), case.truth
        ranked, confidence = line.get("ranked") or ["nobody"], line.get("confidence") or [0.0]
        place = rank_of(case.culprit, ranked)
        also = " (acceptable)" if place > 1 and ranked[0] in truth.get("acceptable_services", ()) else ""
        cells = [case.case_id, str(truth["fault_type"]).replace("_", " "), case.culprit, ranked[0] + also]
        lines.append(f"| {' | '.join(cells)} | {confidence[0]:.2f} | {place if place <= len(ranked) else 'missed'} |")
    return "\n".join(lines)


def _quiet(answers: Answers) -> str:
    lines = [
        f"Where nothing is wrong nobody should be named with more than {QUIET_BAR} of confidence: in fifteen quiet",
        "minutes, and in the last third of the healthy time before each fault, against the two thirds before it.",
        "",
        "| nothing wrong | highest confidence | within the bar |",
        "|---|---|---|",
    ]
    for case_id, line in sorted(answers.items()):
        claimed = highest(line)
        told = f"not examined: {line['error']}" if "error" in line else "yes" if claimed <= QUIET_BAR else "NO"
        lines.append(f"| {case_id} | {claimed:.2f} | {told} |")
    return "\n".join(lines)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how often Compass names the true cause.")
    parser.add_argument("--cases", type=Path, help="a folder of cases, each with its truth.json")
    parser.add_argument("--lab", action="store_true", help="the incidents that come with Compass")
    parser.add_argument("--spoilt", action="store_true", help="what is left when telemetry is spoilt, too")
    parser.add_argument("--every", type=int, default=1, help="of those that are spoilt one in so many (1)")
    parser.add_argument("--evaluator", type=Path, help="somebody else's evaluate.py, run over the same answers")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/accuracy.md")
    parser.add_argument("--jobs", type=int, default=2, help="cases at once (2)")
    options = parser.parse_args(arguments)
    if not (options.cases or options.lab):
        parser.error("say --lab, or --cases DIR, or both")
    return options


if __name__ == "__main__":
    sys.exit(main())
