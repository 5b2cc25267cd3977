"""`compass doctor` and `compass migrate`: looking after an installation."""

import json
from pathlib import Path

import click

from bot.cli.program import bootstrap_of
from bot.cli.start import run
from bot.cli.status import ExitStatus
from bot.doctor import Finding, Health, examine, first_checks, setting_checks
from bot.settings import SettingsError, load_settings
from bot.terminal import safe

_MARKS = {Health.OK: "ok", Health.MISSING: "MISSING", Health.OPTIONAL: "optional"}


@click.command()
@click.option("--database", type=click.Path(dir_okay=False, path_type=Path), help="The SQLite file.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def doctor(ctx: click.Context, database: Path | None, as_json: bool) -> None:
    """Say what is there and what is missing, each with the exact remedy.

    MISSING is needed; the exit status is then 1. What is optional serves only some purpose: Slack's settings, for
    example, are needed once one of them is set.
    """
    findings = run(_findings(ctx.obj, database))
    if as_json:
        click.echo(json.dumps([each.model_dump(mode="json") for each in findings], indent=2))
    else:
        for each in findings:
            _tell(each)
    ctx.exit(ExitStatus.ERROR if any(each.health == Health.MISSING for each in findings) else ExitStatus.OK)


@click.command()
@click.option("--database", type=click.Path(dir_okay=False, path_type=Path), help="The SQLite file.")
@click.pass_context
def migrate(ctx: click.Context, database: Path | None) -> None:
    """Make the database, or bring it to its newest shape."""
    settings = load_settings(database=database)
    steps = bootstrap_of(ctx.obj).migrate(settings)
    for step in steps:
        click.echo(f"applied {step}")
    click.echo(f"{settings.database} is up to date")


async def _findings(handed: object, database: Path | None) -> list[Finding]:
    """Everything that can be looked at: without packages of our own, or settings that can be read, not all can."""
    findings = await examine(first_checks())
    if any(each.health == Health.MISSING for each in findings):
        return findings
    try:
        settings = load_settings(database=database)
    except SettingsError as error:
        bad = Finding(name="settings", health=Health.MISSING, detail=error.message, remedy=error.remedy)
        return [*findings, bad]
    return [*findings, *await examine([*setting_checks(settings), *bootstrap_of(handed).checks(settings)])]


def _tell(finding: Finding) -> None:
    first, *others = finding.detail.splitlines() or [""]
    click.echo(f"{_MARKS[finding.health]:<9} {finding.name:<15} {safe(first)}")
    for line in [*others, *(f"-> {line}" for line in finding.remedy.splitlines())]:
        click.echo(f"{'':<26}{safe(line)}")
