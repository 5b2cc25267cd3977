"""A fence around data: what stands inside was said by programs and people, and nothing in it can end the fence or fake it.

The law: the same data is fenced the same way, so that the same question is the same bytes; the mark of a fence never occurs
in what it holds; and inside stands only what can be seen. What servers of models take for the roles of a conversation is
broken, for some of them read such marks anywhere in a text.
"""

import re
import unicodedata

from orchestrator.model import digest_of

_TERMINAL = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[@-Z\\^_]")
"""A terminal's colours and titles, whole. Source: ECMA-48, 5.3 and 5.4."""
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef\u115f\u1160\u3164\uffa0\u034f]")
"""Marks that are not seen and carry bytes all the same: variation selectors, fillers, the grapheme joiner."""
_ROLE = re.compile(
    r"<(?=[|｜]|/?<?/?(?:s|sys|system|assistant|user|human|tool|tools|function\w*|developer|model|instructions?|prompt|data"
    r"|documents?|tool_\w+|thinking|(?:start|end)_of_turn|(?:begin|end)_of_\w+|eot_id|antml|invoke|parameter)\b)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])",
    re.IGNORECASE,
)
"""How the templates of Llama, Mistral, ChatML, Gemma, Qwen, DeepSeek and Claude begin a mark."""


def fenced(data: str) -> str:
    """The data between marks that it cannot know."""
    inside = _ROLE.sub("(", visible(data))
    mark = _mark(inside)
    return f"<{mark}>\n{inside}\n</{mark}>"


def visible(text: str) -> str:
    """Without what a terminal would obey, what turns the direction of writing, and what nobody can see."""
    plain = _SELECTORS.sub("", _LINE_ENDS.sub("\n", _TERMINAL.sub("", text)))
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(each for each in plain.replace("\t", " ") if each == "\n" or unicodedata.category(each)[0] != "C")


def _mark(inside: str) -> str:
    """Made of the data, and not in it."""
    tries = 0
    while (mark := f"data-{digest_of(f'{tries}:{inside}'.encode())[:8]}") in inside:
        tries += 1
    return mark
