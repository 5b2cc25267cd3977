"""`compass answer` and `compass status`: what runs of the terminal ask, and the answer to it."""

import sys
from pathlib import Path

import click

from bot.cli.asking import Asker
from bot.cli.investigate import followed, shown, somebody
from bot.cli.look import database_option, workspace_option
from bot.cli.program import WORKSPACE, Bootstrap, bootstrap_of
from bot.cli.start import run, telling
from bot.cli.status import OF_STATE, ExitStatus
from bot.settings import Settings, load_settings
from bot.telemetry import EventLog
from bot.terminal import Progress, answer_line, make_console, money_lines, print_lines, status_lines
from orchestrator.errors import ConflictError, InvestigationNotFoundError
from orchestrator.events import InvestigationView
from orchestrator.hub import HubRules
from orchestrator.investigation import Investigations
from orchestrator.model import AcceptedCost, Origin

LOOKED_THROUGH = 50
"""So many of the newest runs may have asked what was answered already."""


@click.command()
@workspace_option
@database_option
@click.pass_context
def status(ctx: click.Context, workspace: str, database: Path | None) -> None:
    """What is going on, what is asked of humans, and what was spent: on an accepted hypothesis, and of today's allowances."""
    settings = load_settings(database=database)
    views, money = run(_running(bootstrap_of(ctx.obj), settings, workspace))
    print_lines(make_console(), [*(status_lines(views) or ["No investigation is going on."]), *money])


@click.command()
@click.argument("gate")
@click.argument("verdict", type=click.Choice(["yes", "no"], case_sensitive=False))
@click.option("--because", default="", metavar="WORDS", help="What you have to say to it; it stays in the record.")
@database_option
@click.pass_context
def answer(ctx: click.Context, gate: str, verdict: str, because: str, database: Path | None) -> None:
    """Answer what a run of the terminal asks: GATE as `compass status` names it. The run then goes on here.

    Exit status: as of `compass investigate`.
    """
    settings = load_settings(database=database)
    ctx.exit(run(_answer(bootstrap_of(ctx.obj), settings, gate, approved=verdict == "yes", said=because)))


async def _running(
    bootstrap: Bootstrap, settings: Settings, workspace: str
) -> tuple[list[InvestigationView], list[str]]:
    async with bootstrap.Compass(settings).reading() as service:
        past = await service.money.last_days(workspace)
        today = await service.money.today(workspace, Origin(), somebody())
        money = money_lines(AcceptedCost.of((each.spent, each.accepted) for each in past), today)
        return await service.running(workspace), money


async def _answer(bootstrap: Bootstrap, settings: Settings, gate_id: str, *, approved: bool, said: str) -> ExitStatus:
    program = bootstrap.Compass(settings, asking=HubRules(gate_wait_s=settings.gate_wait))
    console, by = make_console(), somebody()
    asker = Asker(console, sys.stdin, by)
    async with telling(settings, quiet=True):
        with Progress(console, program.service.title_of) as progress:
            async with program.running(progress, asker, EventLog(), workspace=WORKSPACE) as service:
                investigation_id = await _asked(service, gate_id)
                progress.follow(investigation_id)
                key = (WORKSPACE, investigation_id, gate_id)
                answered = await service.answer_gate(*key, approved=approved, by=by, said=said)
                if not answered.first:
                    print_lines(console, [f"Answered before: {answer_line(answered.gate)}"])
                ended = await followed(service, investigation_id, by, asker)
        if ended is None:
            return ExitStatus.INTERRUPTED
        shown(service, ended, console, as_json=False)
        asker.tell(ended)
        return OF_STATE[ended.state]


async def _asked(service: Investigations, gate_id: str) -> str:
    """The id of the run that asks that. Raises ConflictError where it has ended, else InvestigationNotFoundError."""
    for view in await service.running(WORKSPACE):
        if view.gate(gate_id) is not None:
            return view.investigation.investigation_id
    for past in await service.history(WORKSPACE, limit=LOOKED_THROUGH):
        if gate := (await service.view(WORKSPACE, past.investigation_id)).gate(gate_id):
            raise ConflictError(
                f"{gate_id} was answered before: {answer_line(gate)}",
                remedy=f"That run has ended; `compass show {past.investigation_id}` has what it found.",
            )
    raise InvestigationNotFoundError(
        f"No run that goes on has asked {gate_id}.", remedy="`compass status` lists what is asked."
    )
