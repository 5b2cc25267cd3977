"""The terminal surface: the same run, and the same report, as lines of text.

Its law: views and reports go in, text comes out; it keeps no rule of its own. Everything that came from outside passes
`safe`, for a log line may hold escape sequences that would write elsewhere on the screen. Where standard output is no
terminal, lines come as things happen, with no control characters. Colours are for terminals only, and NO_COLOR wins.

    safe -> entries -> report | progress | lists | gates | thread | calls | replay -> console
"""

from bot.terminal.calls import Asked, body_lines, calls_lines, prompt_lines
from bot.terminal.console import make_console
from bot.terminal.gates import answer_line, gate_lines, how_to_answer, money_lines, status_lines
from bot.terminal.lists import history_lines
from bot.terminal.machine import view_as_json
from bot.terminal.map import map_lines, service_lines
from bot.terminal.printer import print_entries, print_lines, print_report
from bot.terminal.progress import Progress
from bot.terminal.replay import Replayed, replay_as_json, replay_entries
from bot.terminal.safe import safe
from bot.terminal.thread import Post, ThreadPrinter

__all__ = [
    "Asked",
    "Post",
    "Progress",
    "Replayed",
    "ThreadPrinter",
    "answer_line",
    "body_lines",
    "calls_lines",
    "gate_lines",
    "history_lines",
    "how_to_answer",
    "make_console",
    "map_lines",
    "money_lines",
    "print_entries",
    "print_lines",
    "print_report",
    "prompt_lines",
    "replay_as_json",
    "replay_entries",
    "safe",
    "service_lines",
    "status_lines",
    "view_as_json",
]
