"""The group of all commands: errors become words and an exit status here, once for all of them."""

import importlib
import importlib.metadata
from typing import Any

import click

from bot.cli.status import ExitStatus

COMMANDS = {
    "investigate": "bot.cli.investigate",
    "serve": "bot.cli.serve",
    "sandbox": "bot.cli.serve",
    "history": "bot.cli.look",
    "show": "bot.cli.look",
    "evaluate": "bot.cli.evaluate",
    "doctor": "bot.cli.care",
    "migrate": "bot.cli.care",
}


class Commands(click.Group):
    """Knows its commands by the module that defines each, and imports a module when its command is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """In the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as well
        """The command of that name."""
        where = COMMANDS.get(cmd_name)
        found: click.Command | None = getattr(importlib.import_module(where), cmd_name) if where else None
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Errors on purpose are told with their remedy; Ctrl-C is no error."""
        from orchestrator.errors import OrchestratorError, ParameterExtractionError

        try:
            return super().invoke(ctx)
        except ParameterExtractionError as error:
            tell(error)
            ctx.exit(ExitStatus.USAGE)
        except OrchestratorError as error:
            tell(error)
            ctx.exit(ExitStatus.ERROR)
        except KeyboardInterrupt:
            ctx.exit(ExitStatus.INTERRUPTED)


def tell(error: Any) -> None:
    """What happened, and what to do, on standard error."""
    from bot.terminal import safe

    for line in [*error.message.splitlines(), *error.remedy.splitlines()]:
        click.echo(safe(line), err=True)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(importlib.metadata.version("compass-oncall"), prog_name="compass")
def cli() -> None:
    """Compass investigates incidents: specialist agents look at the telemetry, humans decide.

    Settings come from the environment and from a file .env; see .env.example.
    """
