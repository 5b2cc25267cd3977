"""Entries on a console: wrapped beside their labels on a screen, one unbroken line each where nobody looks."""

from collections.abc import Callable, Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.terminal.entries import LABEL, Entry
from bot.terminal.report import header, report_entries, run_entry, title_entries
from orchestrator.events import InvestigationView
from orchestrator.model import Report

WIDTH = 15


def print_report(
    console: Console,
    view: InvestigationView,
    report: Report,
    title_of: Callable[[str], str],
    *,
    everything: bool = False,
    watched: bool = False,
) -> None:
    """What was looked at, and what the run came to. `watched`: what was looked at stands just above already."""
    print_entries(console, [*(title_entries(view) if watched else header(view)), *run_entry(view)])
    console.print()
    print_entries(console, report_entries(view, report, title_of, everything=everything))


def print_entries(console: Console, entries: Iterable[Entry]) -> None:
    """Each entry with its label once and its lines below one another."""
    for each in entries:
        for number, line in enumerate(each.lines):
            _print_line(console, each, each.label if number == 0 else "", line)


def print_lines(console: Console, lines: Iterable[str]) -> None:
    """Lines that are safe already, unbroken where nobody looks."""
    for line in lines:
        console.print(Text(line))


def _print_line(console: Console, each: Entry, label: str, line: str) -> None:
    text = Text(line, style=each.style)
    if not each.label:
        console.print(text)
    elif not console.is_terminal:
        console.print(Text(f"  {label:<{WIDTH}}{line}".rstrip()))
    else:
        row = Table.grid(padding=0)
        row.add_column(width=WIDTH + 2, no_wrap=True)
        row.add_column(ratio=1, overflow="fold")
        row.add_row(Text(f"  {label}", style=LABEL), text)
        console.print(row)
