"""Where text goes: a screen, a pipe or a file, each as it can bear it."""

import sys
from typing import TextIO

from rich.console import Console


def make_console(*, to_errors: bool = False, stream: TextIO | None = None) -> Console:
    """A console on standard output, or on standard error. Nothing in a text is read as markup.

    A character that the stream's encoding lacks becomes a question mark instead of an error.
    """
    target = stream or (sys.stderr if to_errors else sys.stdout)
    reconfigure = getattr(target, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return Console(file=target, markup=False, emoji=False, highlight=False, soft_wrap=not target.isatty())
