"""The command line: thin. It reads arguments, calls what `bot.bootstrap` put together, and prints what comes back.

Its law: no rule of the house lives here, and every OrchestratorError ends as its message, its remedy and an exit status,
never as a traceback. Commands import what they need when they are called, so that `compass --help` answers at once.
"""

from bot.cli.group import cli


def main() -> None:
    """The console script `compass`."""
    cli(prog_name="compass")


__all__ = ["cli", "main"]
