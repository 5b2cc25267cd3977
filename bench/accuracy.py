"""Measure how often Compass names the true cause, and write the figures into docs/accuracy.md.

    python -m bench.accuracy --lab --write                 # the incidents that come with Compass
    python -m bench.accuracy --cases DIR --write           # any folder of cases with their truth beside them
    python -m bench.accuracy --cases DIR --evaluator FILE  # scored by somebody else's evaluate.py as well

It runs `compass evaluate`, as anybody would, and then compares the answers with each case's `truth.json`. Only this file
reads a truth; the program never does.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.known import NOTHING_WRONG, unpack
from bench.pages import with_sections
from bench.scores import highest, rank_of, score, table
from bench.stretches import stretch_before

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "accuracy.md"
RECORDINGS = ROOT / "agents" / "sources" / "recorded"
QUIET_BAR = 0.3
RECORDED_AFTERWARDS = ("INC-130", "INC-131")
"""Faults that nobody had seen who wrote the analysis; it was not touched for them."""

Line = dict[str, Any]
Evaluate = Callable[[Path, Path, int], None]

FRAME = """\
# Accuracy

How often Compass names the true cause, with no model and no key: plain analysis only, $0.00 a run. The figures are
written by the commands that stand above them; `truth.json` is read by the bench alone. AC@k is the share of cases
whose true service is among the first k answers, change_AC@1 the share whose true change (or "none") is named first, ECE
how far the stated confidence is from the share that was right, and seconds the time of a whole investigation.

## Recorded incidents of others

<!-- cases -->
<!-- end cases -->

## Incidents recorded in our lab

<!-- lab -->
<!-- end lab -->
"""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    sections: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="compass-accuracy-") as folder:
        work = Path(folder)
        if options.cases:
            sections["cases"] = measure_cases(options.cases, work, options.jobs, evaluator=options.evaluator)
        if options.lab:
            sections["lab"] = measure_lab(RECORDINGS, work, options.jobs)
    for text in sections.values():
        print(text, end="\n\n")
    if options.write:
        page = PAGE.read_text() if PAGE.exists() else FRAME
        PAGE.write_text(with_sections(page, sections))
    return 0


def compass_evaluate(cases: Path, out: Path, jobs: int) -> None:
    """What anybody would type."""
    arguments = ["--cases", str(cases.resolve()), "--out", str(out), "--jobs", str(jobs)]
    subprocess.run([sys.executable, "-m", "bot.cli", "evaluate", *arguments], cwd=ROOT, check=True)


def measure_cases(
    cases: Path, work: Path, jobs: int, *, evaluator: Path | None = None, evaluate: Evaluate = compass_evaluate
) -> str:
    """The section of a folder of cases: a row for all, one for each data set in it."""
    out = work / "cases.jsonl"
    evaluate(cases, out, jobs)
    answers, truths = read_answers(out), read_truths(cases)
    sets = data_sets(cases)
    rows = {
        name: score(answers, [t for t in truths if sets.get(t["case_id"]) == name])
        for name in sorted(set(sets.values()))
    }
    whole = {"all": score(answers, truths)} if len(rows) > 1 else {}
    if evaluator:
        subprocess.run([sys.executable, evaluator, "--cases", cases, "--predictions", out], check=True)
    commands = (
        f"$ compass evaluate --cases CASES --out answers.jsonl --jobs {jobs}\n$ python -m bench.accuracy --cases CASES"
    )
    return f"```console\n{commands}\n```\n\n{table(whole | {name: row for name, row in rows.items() if row})}"


def measure_lab(recordings: Path, work: Path, jobs: int, *, evaluate: Evaluate = compass_evaluate) -> str:
    """The section of our recordings: each fault with the first answer, and what is claimed where nothing is wrong."""
    cases, before = work / "lab", work / "before"
    unpack(recordings, cases)
    for case in sorted(each for each in cases.iterdir() if not _is_quiet(_truth(each))):
        stretch_before(case, before / case.name)
    evaluate(cases, work / "lab.jsonl", jobs)
    answers, truths = read_answers(work / "lab.jsonl"), read_truths(cases)
    quiet = {truth["case_id"]: answers.get(truth["case_id"], {}) for truth in truths if _is_quiet(truth)}
    if before.exists():
        evaluate(before, work / "before.jsonl", jobs)
        quiet |= read_answers(work / "before.jsonl")
    faults = [truth for truth in truths if not _is_quiet(truth)]
    command = "```console\n$ python -m bench.accuracy --lab\n```"
    rows = {
        "known to those who wrote the analysis": [
            each for each in faults if each["case_id"] not in RECORDED_AFTERWARDS
        ],
        "recorded after it was written": [each for each in faults if each["case_id"] in RECORDED_AFTERWARDS],
    }
    figures = table({name: score(answers, some) for name, some in rows.items() if some})
    return "\n\n".join([command, figures, _faults(answers, faults), _quiet(quiet)])


def read_answers(file: Path) -> dict[str, Line]:
    lines = (json.loads(line) for line in file.read_text().splitlines() if line.strip())
    return {line["case_id"]: line for line in lines}


def read_truths(cases: Path) -> list[Line]:
    truths = [json.loads(file.read_text()) for file in sorted(cases.rglob("truth.json"))]
    return [truth for truth in truths if "case_id" in truth]


def data_sets(cases: Path) -> dict[str, str]:
    """By case id: the data set that the case says it is of."""
    sheets = (json.loads(file.read_text()) for file in sorted(cases.rglob("case.json")))
    return {sheet["case_id"]: sheet.get("dataset", "cases") for sheet in sheets if "case_id" in sheet}


def _truth(case: Path) -> Line:
    return dict(json.loads((case / "truth.json").read_text()))


def _is_quiet(truth: Line) -> bool:
    return str(truth["root_cause_service"]) == NOTHING_WRONG


def _faults(answers: dict[str, Line], truths: list[Line]) -> str:
    lines = [
        "| recording | fault | true service | first answer | confidence | place |",
        "|---|---|---|---|---|---|",
    ]
    for truth in truths:
        line = answers.get(truth["case_id"], {})
        ranked, confidence = line.get("ranked") or ["nobody"], line.get("confidence") or [0.0]
        place = rank_of(truth["root_cause_service"], ranked)
        also = " (acceptable)" if place > 1 and ranked[0] in truth.get("acceptable_services", ()) else ""
        cells = [truth["case_id"], truth["fault_type"].replace("_", " "), truth["root_cause_service"], ranked[0] + also]
        lines.append(f"| {' | '.join(cells)} | {confidence[0]:.2f} | {place if place <= len(ranked) else 'missed'} |")
    return "\n".join(lines)


def _quiet(answers: dict[str, Line]) -> str:
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
    parser.add_argument("--evaluator", type=Path, help="somebody else's evaluate.py, run over the same answers")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/accuracy.md")
    parser.add_argument("--jobs", type=int, default=2, help="cases at once (2)")
    options = parser.parse_args(arguments)
    if not (options.cases or options.lab):
        parser.error("say --lab, or --cases DIR, or both")
    return options


if __name__ == "__main__":
    sys.exit(main())
