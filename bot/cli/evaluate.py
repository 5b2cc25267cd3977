"""`compass evaluate`: the team on a folder of recorded cases, an answer a line."""

import json
from pathlib import Path
from typing import TextIO

import click

from bot.cli.program import Bootstrap, bootstrap_of
from bot.cli.start import run, telling
from bot.cli.status import ExitStatus
from bot.evaluation import Answer, Case, Outcome, examine, find_cases
from bot.evaluation import evaluate as evaluate_all
from bot.settings import Settings, load_settings
from bot.terminal import safe
from orchestrator.clock import SystemClock


@click.command()
@click.option("--cases", "root", type=click.Path(exists=True, path_type=Path), required=True, help="A folder of cases.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where the answers go.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), help="Cases at once, and processes for them.  [default: COMPASS_WORKERS]"
)
@click.pass_context
def evaluate(ctx: click.Context, root: Path, out: Path, jobs: int | None) -> None:
    """Rank the root causes of every case in a folder; one JSON object a line into a file.

    A case is a folder with a case.json, or a .tar.xz of one. Its truth is never read. A line has case_id, ranked (the
    services), confidence (one for each), named (those of the hypotheses, as the report shows them), seconds, state, and
    ranked_changes where the case records changes ("none": no change is to blame). A case that cannot be examined has an
    empty ranking and an error; the others go on.

    \b
    Exit status: 0 at least one case was answered, 1 there is no case, 3 none could be answered.
    """
    settings = load_settings()
    cases = find_cases(root)
    if not cases:
        click.echo(f"There is no case in {root}: no folder below it has a case.json.", err=True)
        ctx.exit(ExitStatus.ERROR)
    with _opened(out) as file:
        outcome = run(_evaluate(bootstrap_of(ctx.obj), settings, cases, jobs or settings.workers, file))
    _tell_end(outcome)
    ctx.exit(ExitStatus.OK if outcome.answered else ExitStatus.FAILED)


async def _evaluate(bootstrap: Bootstrap, settings: Settings, cases: list[Case], jobs: int, file: TextIO) -> Outcome:
    done = 0

    def write(answer: Answer) -> None:
        nonlocal done
        done += 1
        file.write(json.dumps(answer) + "\n")
        file.flush()
        click.echo(f"{done}/{len(cases)} {_line(answer)}", err=True)

    async with telling(settings, quiet=True), bootstrap.assembling(settings, jobs) as assemble:
        return await evaluate_all(
            cases, lambda case: examine(assemble(case.location)), clock=SystemClock(), jobs=jobs, write=write
        )


def _opened(out: Path) -> TextIO:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        return out.open("w", encoding="utf-8")
    except OSError as error:
        raise click.FileError(str(out), hint="it cannot be written") from error


def _line(answer: Answer) -> str:
    took = f"{answer['seconds']:.1f} s"
    if "error" in answer:
        return safe(f"{answer['case_id']}: not examined ({took}): {answer['error']}")
    first = f"{answer['ranked'][0]} ({answer['confidence'][0]:.2f})" if answer["ranked"] else "nobody"
    return safe(f"{answer['case_id']}: {first} ({took})")


def _tell_end(outcome: Outcome) -> None:
    click.echo(f"{outcome.answered} answered, {len(outcome.failed)} not; {outcome.mean_seconds:.2f} s a case", err=True)
    for case_id, reason in outcome.failed.items():
        click.echo(safe(f"  {case_id}: {reason}"), err=True)
