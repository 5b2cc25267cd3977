"""`compass replay` and `compass calls`: a run that is over, thought through again, and what models were asked in it."""

import json
from pathlib import Path

import click

from bot.cli.group import tell
from bot.cli.look import database_option, workspace_option
from bot.cli.program import Bootstrap, bootstrap_of
from bot.cli.start import run
from bot.cli.status import ExitStatus
from bot.settings import load_settings
from bot.terminal import (
    Asked,
    body_lines,
    calls_lines,
    make_console,
    print_entries,
    print_lines,
    prompt_lines,
    replay_as_json,
    replay_entries,
)
from orchestrator.errors import OrchestratorError

_json = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.command()
@click.argument("investigation")
@workspace_option
@database_option
@_json
@click.pass_context
def replay(ctx: click.Context, investigation: str, workspace: str, database: Path | None, as_json: bool) -> None:
    """Think an INVESTIGATION through again, and compare what its agents make of it today with what they made of it then.

    They are handed the observations that were kept, and a model's answers come from the record: no provider and no
    telemetry is asked, nothing is written, and it costs nothing.

    \b
    Exit status: 0 the same, 1 different, 2 it cannot be replayed.
    """
    bootstrap = bootstrap_of(ctx.obj)
    try:
        replayed = run(bootstrap.replay_run(load_settings(database=database), workspace, investigation))
    except OrchestratorError as error:
        tell(error)
        ctx.exit(ExitStatus.USAGE)
    if as_json:
        click.echo(json.dumps(replay_as_json(replayed), indent=2))
    else:
        print_entries(make_console(), replay_entries(replayed))
    ctx.exit(ExitStatus.OK if replayed.is_same else ExitStatus.ERROR)


@click.command()
@click.argument("investigation")
@click.option("--body", type=click.IntRange(1), metavar="NO", help="What was sent and what came back in that call.")
@click.option(
    "--prompt", default="", metavar="HASH", help="The text of that prompt; the beginning of its hash will do."
)
@workspace_option
@database_option
@_json
@click.pass_context
def calls(
    ctx: click.Context,
    investigation: str,
    body: int | None,
    prompt: str,
    workspace: str,
    database: Path | None,
    as_json: bool,
) -> None:
    """What language models were asked in an INVESTIGATION, and what they answered; both as they were kept, redacted."""
    asked = run(_asked(bootstrap_of(ctx.obj), database, workspace, investigation))
    console = make_console()
    if as_json:
        click.echo(json.dumps([each.model_dump(mode="json") for each in asked.calls], indent=2))
    elif body is not None:
        if body > len(asked.calls):
            raise click.BadParameter(f"there are {len(asked.calls)} calls", param_hint="--body")
        print_lines(console, body_lines(asked.calls[body - 1]))
    elif prompt:
        print_lines(console, _text_of(asked, prompt))
    else:
        print_lines(console, calls_lines(asked) or ["No language model was asked in that investigation."])


async def _asked(bootstrap: Bootstrap, database: Path | None, workspace: str, investigation: str) -> Asked:
    return await bootstrap.kept_calls(load_settings(database=database), workspace, investigation)


def _text_of(asked: Asked, digest: str) -> list[str]:
    found = [each for each in asked.prompts if each.digest.startswith(digest.lower())]
    if not found:
        known = ", ".join(f"{each.name}@{each.digest[:8]}" for each in asked.prompts) or "none"
        raise click.BadParameter(f"no prompt of that run has it; known: {known}", param_hint="--prompt")
    return prompt_lines(found[0])
