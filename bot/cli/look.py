"""`compass history` and `compass show`: what was kept, read beside a running bot."""

import json
from pathlib import Path

import click

from bot.cli.program import WORKSPACE, Bootstrap, bootstrap_of
from bot.cli.start import run
from bot.settings import Settings, load_settings
from bot.terminal import history_lines, make_console, print_lines, print_report, view_as_json
from orchestrator.errors import InvestigationNotFoundError
from orchestrator.events import InvestigationView
from orchestrator.model import Report
from orchestrator.ports import InvestigationSummary

database_option = click.option("--database", type=click.Path(dir_okay=False, path_type=Path), help="The SQLite file.")
workspace_option = click.option(
    "--workspace", default=WORKSPACE, show_default=True, help="Whose runs: a Slack team's id, or those of the terminal."
)
_json = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.command()
@click.argument("incident", default="")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many at most.")
@workspace_option
@database_option
@_json
@click.pass_context
def history(
    ctx: click.Context, incident: str, limit: int, workspace: str, database: Path | None, as_json: bool
) -> None:
    """The newest investigations, newest first; of one INCIDENT where it is named."""
    settings = load_settings(database=database)
    runs = run(_history(bootstrap_of(ctx.obj), settings, workspace, incident, limit))
    if as_json:
        click.echo(json.dumps([each.model_dump(mode="json") for each in runs], indent=2))
    else:
        print_lines(
            make_console(), history_lines(runs) or ["No investigation yet. Start one: compass investigate INC-123"]
        )


@click.command()
@click.argument("investigation")
@click.option("--all", "everything", is_flag=True, help="All hypotheses and all lines.")
@workspace_option
@database_option
@_json
@click.pass_context
def show(
    ctx: click.Context, investigation: str, everything: bool, workspace: str, database: Path | None, as_json: bool
) -> None:
    """The report of an INVESTIGATION, as `compass history` names it."""
    settings = load_settings(database=database)
    view, report, titles = run(_show(bootstrap_of(ctx.obj), settings, workspace, investigation))
    if as_json:
        click.echo(json.dumps(view_as_json(view, report), indent=2))
    else:
        print_report(make_console(), view, report, lambda name: titles.get(name, name), everything=everything)


async def _history(
    bootstrap: Bootstrap, settings: Settings, workspace: str, incident: str, limit: int
) -> list[InvestigationSummary]:
    async with bootstrap.Compass(settings).reading() as service:
        return list(await service.history(workspace, limit=limit, incident_id=incident))


async def _show(
    bootstrap: Bootstrap, settings: Settings, workspace: str, investigation: str
) -> tuple[InvestigationView, Report, dict[str, str]]:
    async with bootstrap.Compass(settings).reading() as service:
        try:
            view = await service.view(workspace, investigation)
        except InvestigationNotFoundError as error:
            raise InvestigationNotFoundError(error.message, remedy="List them with `compass history`.") from error
        titles = {line.agent_id: service.title_of(line.agent_id) for line in view.cost.lines}
        return view, service.report(view), titles
