"""docs/words.md shows what is typed and what it means; both are held to the grammar."""

import re

import pytest

from orchestrator.parameters import Parameters
from tests.docs.pages import ROOT
from tests.words.judging import read

PAGE = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| `(.+?)` \| `((?:[A-Z]+-\d+|\w+=)\S*(?: \w+=\S+)*)` \|$", PAGE, re.MULTILINE)


def _values(parameters: Parameters) -> dict[str, object]:
    values = parameters.model_dump(exclude_defaults=True)
    values.pop("title", None)
    return values


def test_the_page_shows_examples() -> None:
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize(("typed", "means"), EXAMPLES)
def test_what_the_page_says_is_understood_is_understood(typed: str, means: str) -> None:
    assert _values(read(typed).sure()) == _values(read(means).sure())


@pytest.mark.parametrize("text", re.findall(r"^    (\S.*)$", PAGE, re.MULTILINE))
def test_what_stands_at_its_top_can_be_typed(text: str) -> None:
    reading = read(text).sure()
    assert reading.affected_services
    assert reading.budget
