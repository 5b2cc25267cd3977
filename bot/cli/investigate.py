"""`compass investigate`: the run that Slack shows in a thread, in the terminal."""

import asyncio
import getpass
import json
import secrets
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.console import Console

from bot.cli.asking import Asker, read_line
from bot.cli.choosing import ReadLine, choose
from bot.cli.program import WORKSPACE, Bootstrap, Program, bootstrap_of
from bot.cli.start import handled, run, telling
from bot.cli.status import OF_STATE, ExitStatus
from bot.cli.words import Wanted, local_zone, typed, with_nearest
from bot.settings import Settings, load_settings
from bot.telemetry import EventLog
from bot.terminal import Progress, make_console, print_report, view_as_json
from orchestrator.clock import SystemClock, put_down
from orchestrator.errors import ConflictError, SourceUnavailableError
from orchestrator.events import InvestigationView
from orchestrator.hub import HubRules
from orchestrator.investigation import Asked, Investigations, Opened, Understood
from orchestrator.model import Incident, Investigation, Mode, Origin, Person, side_by_side


@click.command()
@click.argument("words", nargs=-1)
@click.option("--budget", metavar="DOLLARS", help="The most the run may cost.")
@click.option("--since", metavar="TIME", help="When trouble began: 14:00, 30m, or 2026-03-14T14:00Z.")
@click.option("--until", metavar="TIME", help="When trouble ended, for an incident that is over.")
@click.option("--services", metavar="A,B", help="Where it shows.")
@click.option("--severity", metavar="SEV", help="SEV1 to SEV4, P1 to P4, critical, high, medium or low.")
@click.option("--agents", metavar="A,B", help="Only these agents.")
@click.option(
    "--mode",
    type=click.Choice([each.value for each in Mode], case_sensitive=False),
    help="One agent after the other (the default), or all at once.",
)
@click.option("--case", type=click.Path(exists=True, path_type=Path), help="A recorded case: a folder or a .tar.xz.")
@click.option("--database", type=click.Path(dir_okay=False, path_type=Path), help="The SQLite file to keep it in.")
@click.option("--no-input", is_flag=True, help="Ask nothing: a run that would ask ends with what it has.")
@click.option(
    "--json", "as_json", is_flag=True, help="The result as JSON on standard output, progress on standard error."
)
@click.pass_context
def investigate(
    ctx: click.Context,
    /,
    words: tuple[str, ...],
    case: Path | None,
    database: Path | None,
    as_json: bool,
    no_input: bool,
    **options: str | None,
) -> None:
    """Investigate an incident, named by its id or in WORDS, and show how it goes.

    \b
        compass investigate INC-123 --budget 10
        compass investigate checkout 5xx since=14:00 services=checkout
        compass investigate checkout 5xx since=2026-03-14T14:00Z until=2026-03-14T14:45Z
        compass investigate --case path/to/a/recorded/case

    Where a run asks (at the end of its budget, say) it does so on a terminal; elsewhere it waits, and `compass answer` goes on.

    Ctrl-C ends the run with what was found; a second Ctrl-C, or SIGTERM, leaves it for the next start to go on with.

    \b
    Exit status: 0 completed, 1 error, 2 wrong use, 3 failed (nothing could be observed), 4 stopped,
    5 waits for an approval, 130 left unfinished.
    """
    settings = load_settings(database=database)
    wanted = Wanted(words, {name: value for name, value in options.items() if value is not None}, case)
    ctx.exit(run(_run(bootstrap_of(ctx.obj), settings, wanted, as_json, no_input=no_input)))


async def _run(
    bootstrap: Bootstrap, settings: Settings, wanted: Wanted, as_json: bool, *, no_input: bool
) -> ExitStatus:
    program = _assembled(bootstrap, settings, wanted.case, no_input=no_input)
    console = make_console(to_errors=as_json)
    origin = Origin(surface="terminal", request_id=f"req-{secrets.token_hex(5)}")
    by = somebody()
    asker = Asker(console, sys.stdin, by)
    async with telling(settings, quiet=True):
        with Progress(console, program.service.title_of, origin.request_id) as progress:
            async with program.running(progress, asker, EventLog(), workspace=WORKSPACE) as service:
                here = Here(by, origin, console, None if no_input or not asker.at_a_terminal else _line)
                opened = await _opened(program, service, wanted, here)
                if opened.joined:
                    progress.follow(opened.investigation.investigation_id)
                    console.print(_going_on(opened.investigation))
                view = await followed(service, opened.investigation.investigation_id, by, asker)
        if view is None:
            console.print("Left unfinished. The next `compass investigate` on this incident goes on with it.")
            return ExitStatus.INTERRUPTED
        shown(service, view, console, as_json)
        asker.tell(view)
        return OF_STATE[view.state]


def _going_on(run: Investigation) -> str:
    """What was typed this time changes nothing of a run that goes on."""
    return f"Going on with {run.investigation_id}, which had not ended; its budget is {side_by_side(run.budget)[0]}."


def _assembled(bootstrap: Bootstrap, settings: Settings, case: Path | None, *, no_input: bool) -> Program:
    asking = None if no_input else HubRules(gate_wait_s=settings.gate_wait)
    if case is None:
        return bootstrap.Compass(settings, asking=asking)
    alone = settings.model_copy(update={"cases": ()})
    return bootstrap.Compass(alone, cases=[case], own_recordings=False, asking=asking)


@dataclass(frozen=True, slots=True)
class Here:
    """Who asks, from where, where it is shown, and how a line is read; None where nobody is there to type one."""

    by: Person
    origin: Origin
    console: Console
    read: ReadLine | None


async def _line() -> str:
    return await read_line(sys.stdin)


async def _opened(program: Program, service: Investigations, wanted: Wanted, here: Here) -> Opened:
    understood, known = await _understood(program, service, wanted, here)
    parameters, read = understood.extraction.parameters, understood.extraction.read
    if known is not None:
        parameters = parameters.model_copy(update={"incident_id": known.incident_id})
    try:
        return await service.investigate(
            parameters,
            workspace=WORKSPACE,
            by=here.by,
            origin=here.origin,
            paid=understood.paid,
            read=read,
            run_id=understood.run_id,
            unread=understood.extraction.unread,
        )
    except SourceUnavailableError as error:
        raise await with_nearest(error, wanted, program.incidents) from error


async def _understood(
    program: Program, service: Investigations, wanted: Wanted, here: Here
) -> tuple[Understood, Incident | None]:
    """What was typed, with every question about it answered. Raises ParameterExtractionError where nobody answers."""
    text, known = await typed(wanted, program.incidents)
    asked = Asked(text, local_zone(SystemClock().now()), WORKSPACE, here.by, here.origin, named=known)
    understood = await service.understand(asked)
    while questions := understood.extraction.questions:
        answer = await choose(questions[0], text, here.console, here.read)
        asked = replace(asked, answers=(*asked.answers, answer), run_id=understood.run_id)
        understood = await service.understand(asked)
    return understood, known


async def followed(
    service: Investigations, investigation_id: str, by: Person, asker: Asker
) -> InvestigationView | None:
    """The view at the end of the run, or when it waits for humans; None where somebody did not want to wait for it."""
    key = (WORKSPACE, investigation_id)
    waiting = asyncio.create_task(_ended(service, key, asker))
    stops: list[asyncio.Task[None]] = []

    async def stop() -> None:
        with suppress(ConflictError):
            await service.stop(*key, by)

    left = asyncio.Event()

    def leave() -> None:
        left.set()
        waiting.cancel()

    def pressed() -> None:
        if stops:
            leave()
        else:
            stops.append(asyncio.create_task(stop()))

    with handled(pressed, signal.SIGINT), handled(leave, signal.SIGTERM):
        try:
            return await waiting
        except asyncio.CancelledError:
            if not left.is_set():
                raise
            return None
        finally:
            await asyncio.gather(*(put_down(SystemClock(), each) for each in stops))


async def _ended(service: Investigations, key: tuple[str, str], asker: Asker) -> InvestigationView:
    """Ask whatever is asked, where somebody is there to answer."""
    view = await service.ended(*key)
    while asker.at_a_terminal and view.open_gates:
        if not await asker.ask(service, view):
            break
        view = await service.ended(*key)
    return view


def shown(service: Investigations, view: InvestigationView, console: Console, as_json: bool) -> None:
    """What the run came to."""
    report = service.report(view)
    if as_json:
        click.echo(json.dumps(view_as_json(view, report), indent=2))
    else:
        console.print()
        print_report(console, view, report, service.title_of, watched=True)


def somebody(who: Callable[[], str] = getpass.getuser) -> Person:
    """Whoever sits at the terminal, as far as the machine knows."""
    try:
        return Person(user_id=who())
    except (OSError, KeyError, ImportError):
        return Person(user_id="terminal")
