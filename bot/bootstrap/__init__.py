"""The composition root: the only place that sees every room. `serve`, the sandbox, the command line and the tests use it.

The law: constructors do no I/O; everything is opened from the store outwards to the surfaces, unfinished runs are taken up
last, when all who show them are listening, and it is put down the other way round.
"""

from bot.bootstrap.care import checks, migrate
from bot.bootstrap.look_alike import sandbox
from bot.bootstrap.overview import overview
from bot.bootstrap.program import Compass, assembling
from bot.bootstrap.serving import serve
from bot.bootstrap.telling import known_changes, tell_changes

__all__ = [
    "Compass",
    "assembling",
    "checks",
    "known_changes",
    "migrate",
    "overview",
    "sandbox",
    "serve",
    "tell_changes",
]
