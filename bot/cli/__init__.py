"""The command line: thin. It reads arguments, calls what `bot.bootstrap` put together, and prints what comes back.

Its law: no rule of the house lives here, and every OrchestratorError ends as its message, its remedy and an exit status,
never as a traceback. `main` is the console script `compass`; the composition root is imported when a command runs.
"""

from bot.cli.answer import answer, status
from bot.cli.care import doctor, migrate
from bot.cli.changes import changes
from bot.cli.evaluate import evaluate
from bot.cli.group import main
from bot.cli.investigate import investigate
from bot.cli.look import history, show
from bot.cli.map import map_command
from bot.cli.replay import calls, replay
from bot.cli.serve import sandbox, serve

for command in (
    investigate,
    serve,
    sandbox,
    status,
    answer,
    history,
    show,
    calls,
    replay,
    evaluate,
    map_command,
    changes,
    doctor,
    migrate,
):
    main.add_command(command)

__all__ = ["main"]
