"""The composition root: the only place that sees every room. `serve`, the sandbox, the command line and the tests use it.

The law: constructors do no I/O; everything is opened from the store outwards to the surfaces, unfinished runs are taken up
last, when all who show them are listening, and it is put down the other way round.

Each of its doors is imported when it is asked for, with what stands behind it: an investigation in the terminal loads
neither Slack's SDK nor the sandbox.
"""

from typing import TYPE_CHECKING

from orchestrator.lazy import found_in

if TYPE_CHECKING:
    from bot.bootstrap.care import checks, migrate
    from bot.bootstrap.look_alike import sandbox
    from bot.bootstrap.program import Compass, assembling
    from bot.bootstrap.replaying import kept_calls, replay_run
    from bot.bootstrap.serving import serve
    from bot.bootstrap.surveying import overview
    from bot.bootstrap.telling import known_changes, tell_changes
else:
    __getattr__ = found_in(
        __name__,
        {
            "Compass": "program",
            "assembling": "program",
            "checks": "care",
            "kept_calls": "replaying",
            "known_changes": "telling",
            "migrate": "care",
            "overview": "surveying",
            "replay_run": "replaying",
            "sandbox": "look_alike",
            "serve": "serving",
            "tell_changes": "telling",
        },
    )


__all__ = [
    "Compass",
    "assembling",
    "checks",
    "kept_calls",
    "known_changes",
    "migrate",
    "overview",
    "replay_run",
    "sandbox",
    "serve",
    "tell_changes",
]
