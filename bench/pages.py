"""Pages whose figures are written by commands: a section lies between two marks, everything else is left as it is."""

import re
from collections.abc import Mapping
from functools import partial


def with_sections(page: str, sections: Mapping[str, str]) -> str:
    """The page with these sections between their marks, the others as they were."""
    for name, text in sections.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        page = marked.sub(partial(_filled, text), page)
    return page


def _filled(text: str, marks: re.Match[str]) -> str:
    return f"{marks[1]}{text}\n{marks[2]}"
