"""Whatever the documentation shows is true: its Python runs and prints what it says, its links and commands exist."""

import contextlib
import io
import re
import shlex
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from agents.llm.choosing import Choice
from agents.sources.catalogue import Corrections, parse_corrections
from bot.bootstrap.models import access, tariffs
from bot.settings import Settings, load_settings, variable
from orchestrator.investigation import diagram
from tests.docs.pages import PAGES, ROOT, blocks, commands


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs_from_top_to_bottom_and_prints_what_it_says(page: Path) -> None:
    namespace: dict[str, object] = {"__name__": "docs"}
    printed = ""
    for block in blocks(page):
        if block.language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(block.text, str(page), "exec", dont_inherit=True), namespace)
            printed = out.getvalue() or printed
        elif block.language == "text" and printed:
            assert printed == block.text
            printed = ""
    assert not printed, f"{page.name} does not show what its Python prints"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_a_page_links_to_exists(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_tells_to_type_exists(page: Path) -> None:
    from bot.cli import main

    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for command in commands(page):
        words = [word for word in shlex.split(command, comments=True) if not re.fullmatch(r"[A-Z_]+=.*", word)]
        if words[:1] == ["make"]:
            assert words[1] in targets, command
        elif words[:1] == ["compass"] and len(words) > 1 and not words[1].startswith("-"):
            assert words[1] in main.commands, command


def test_the_corrections_that_the_documentation_shows_are_ones_that_work() -> None:
    shown = [block.text for block in blocks(ROOT / "docs" / "sources.md") if block.language == "toml"]
    assert shown
    assert all(parse_corrections(each) != Corrections() for each in shown)


def test_the_settings_that_the_readme_turns_a_model_on_with_do_so() -> None:
    lines = [line for each in blocks(ROOT / "README.md") if "MODEL" in each.text for line in each.text.split()]
    variables = dict(line.split("=", 1) for line in lines)
    fields = {variable(name): name for name in Settings.model_fields}
    settings = load_settings(**{fields[name]: value for name, value in variables.items()})
    choice = Choice.parse(settings.model or "")
    assert access(settings)[choice.provider].key.get_secret_value() == variables["OPENAI_API_KEY"]
    assert tariffs(settings).price(choice, datetime(2026, 3, 14, tzinfo=UTC)) is not None


def test_what_the_readme_says_of_costs_is_more_than_the_page_of_costs_has_at_most() -> None:
    (told,) = re.findall(r"INC-123 less than \$([\d.]+) with", (ROOT / "README.md").read_text(encoding="utf-8"))
    costs = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    (most,) = re.findall(r"^\| `openai:gpt-4o-mini` \|.* \$([\d.]+) \|$", costs, re.MULTILINE)
    assert Decimal(most) < Decimal(told)


def test_the_readme_draws_the_states_of_a_run_as_the_table_has_them() -> None:
    drawings = [block.text.strip() for block in blocks(ROOT / "README.md") if block.language == "mermaid"]
    assert diagram() in drawings
