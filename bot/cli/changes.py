"""`compass changes`: tell Compass what was changed, and see what it was told."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

import click

from bot.cli.program import Bootstrap, bootstrap_of
from bot.cli.start import run
from bot.settings import Settings, load_settings
from bot.terminal import make_console, print_lines
from orchestrator.model import Change

_database = click.option("--database", type=click.Path(dir_okay=False, path_type=Path), help="The SQLite file.")


@click.group("changes")
def changes() -> None:
    """What people deployed and set, as Compass was told it."""


@changes.command("add")
@click.argument("change_id", metavar="ID")
@click.option("--service", default="", help="Whose deploy or setting it is.")
@click.option("--kind", default="deploy", show_default=True, help="deploy, flag, config ...")
@click.option("--summary", default="", help="What it does, in one line.")
@click.option("--at", default="", help="When it went live, as 2026-03-14T11:58:00Z; now where not given.")
@click.option("--author", default="", help="Who did it.")
@click.option("--environment", default="", help="Where, for example production.")
@click.option("--diff", type=click.File(), help="A file with its diff; - reads it from standard input.")
@_database
@click.pass_context
def add(ctx: click.Context, /, change_id: str, diff: TextIO | None, database: Path | None, **told: str) -> None:
    """Tell of a change, known by its ID: a version, a commit, a flag; a running bot sees it at once."""
    settings = load_settings(database=database)
    given = {name: value for name, value in {"id": change_id, **told}.items() if value}
    if diff is not None:
        given["details"] = diff.read()
    new = run(bootstrap_of(ctx.obj).tell_changes(settings, [given]))
    click.echo(f"{change_id}: {'kept' if new else 'was known, and is kept as told now'}.")


@changes.command("list")
@click.option("--hours", type=click.IntRange(1, 24 * 365), default=24, show_default=True, help="How far back.")
@click.option("--service", default="", help="Only this one.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_database
@click.pass_context
def list_changes(ctx: click.Context, hours: int, service: str, as_json: bool, database: Path | None) -> None:
    """The changes that Compass was told, oldest first."""
    settings = load_settings(database=database)
    found = run(_known(bootstrap_of(ctx.obj), settings, timedelta(hours=hours), service))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2, default=datetime.isoformat))
    else:
        print_lines(make_console(), [_line(each) for each in found] or [_NONE.format(hours=hours)])


_NONE = "No change was told in the last {hours} h. Tell one: compass changes add v412 --service orders"


async def _known(bootstrap: Bootstrap, settings: Settings, back: timedelta, service: str) -> Sequence[Change]:
    known = await bootstrap.known_changes(settings, back)
    return [each for each in known if not service or each.service == service]


def _line(each: Change) -> str:
    where = " ".join(part for part in (each.service, each.environment) if part)
    what = ": ".join(part for part in (each.change_id, each.summary) if part)
    by = f" · {each.author}" if each.author else ""
    return f"{each.at:%Y-%m-%d %H:%M:%S}  {each.kind:<8} {where:<20} {what}{by}"
