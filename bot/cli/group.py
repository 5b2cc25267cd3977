"""The group of all commands: errors become words and an exit status here, once for all of them."""

import importlib.metadata
from typing import Any

import click

from bot.cli.status import ExitStatus
from bot.terminal import safe
from orchestrator.errors import OrchestratorError, ParameterExtractionError


class Commands(click.Group):
    """Lists its commands in the order in which a newcomer needs them, and tells errors on purpose with their remedy."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """As they were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Ctrl-C is no error."""
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


def tell(error: OrchestratorError) -> None:
    """What happened, and what to do, on standard error."""
    for line in [*error.message.splitlines(), *error.remedy.splitlines()]:
        click.echo(safe(line), err=True)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(importlib.metadata.version("compass-oncall"), prog_name="compass")
def main() -> None:
    """Compass investigates incidents: specialist agents look at the telemetry, humans decide.

    Settings come from the environment and from a file .env; see .env.example.
    """
