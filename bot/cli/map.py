"""`compass map`: what was discovered on the live telemetry servers, and a file in which to correct it."""

from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path

import click

from agents.sources.catalogue import KnownService, Overview, canonical, corrections_file
from bot.cli.program import bootstrap_of
from bot.cli.start import run
from bot.settings import load_settings
from bot.terminal import make_console, map_lines, print_lines, service_lines
from orchestrator.errors import ConflictError, ParameterExtractionError


@click.command("map")
@click.option("--service", metavar="NAME", help="One service in detail, with the queries that read it.")
@click.option("--all", "everything", is_flag=True, help="One line for each service, however many there are.")
@click.option("--last", type=click.IntRange(1, 1440), default=30, show_default=True, help="Minutes to look back.")
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="Begin a file of corrections.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def map_command(
    ctx: click.Context, service: str | None, everything: bool, last: int, write: Path | None, as_json: bool
) -> None:
    """Show what is discovered: services, what is read of each, and what could not be placed.

    \b
        compass map
        compass map --service checkout
        compass map --write compass.toml
    """
    if write is not None and write.exists():
        raise ConflictError(
            f"{write} is there already; nothing was written.", remedy="Name another file, or move it away."
        )
    found = run(bootstrap_of(ctx.obj).overview(load_settings(), timedelta(minutes=last)))
    if write is not None:
        write.write_text(corrections_file(found), "utf-8")
        click.echo(f"Wrote {write}. Change it, then see what it does: COMPASS_MAP={write} compass map")
    elif as_json:
        shown = found if service is None else found.model_copy(update={"services": (_named(found, service),)})
        click.echo(shown.model_dump_json(indent=2))
    else:
        lines = map_lines(found, everything=everything) if service is None else service_lines(_named(found, service))
        print_lines(make_console(), lines)


def _named(found: Overview, name: str) -> KnownService:
    """The service of that name in any spelling. Raises ParameterExtractionError with the nearest names."""
    known = {each.name: each for each in found.services}
    wanted = name if name in known else canonical(name)
    if wanted not in known:
        near = get_close_matches(wanted, known, n=3) or sorted(known)[:3]
        rule = (
            f"must be a service that was discovered, such as {', '.join(near)}" if near else "no service was discovered"
        )
        raise ParameterExtractionError(
            "service", name, rule, f"compass map --service {near[0] if near else 'checkout'}"
        )
    return known[wanted]
