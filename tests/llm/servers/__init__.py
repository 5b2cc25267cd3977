"""Providers of language models on loopback: they speak the wire formats, answer from the prompt they get, and count what
they bill, in whole nano-dollars, by arithmetic of their own.
"""

from tests.llm.servers.provider import Bill, LocalProvider, serving
from tests.llm.servers.turns import (
    Held,
    Turn,
    answers,
    answers_twice,
    breaks_json,
    drops_after,
    drops_before,
    empty,
    filters,
    refuses,
    says_usage,
    tells_what_it_was_sent,
    truncates,
)
from tests.llm.servers.wires import Anthropic, Asked, Azure, OpenAI, bytes_as_tokens, words_as_tokens

__all__ = [
    "Anthropic",
    "Asked",
    "Azure",
    "Bill",
    "Held",
    "LocalProvider",
    "OpenAI",
    "Turn",
    "answers",
    "answers_twice",
    "breaks_json",
    "bytes_as_tokens",
    "drops_after",
    "drops_before",
    "empty",
    "filters",
    "refuses",
    "says_usage",
    "serving",
    "tells_what_it_was_sent",
    "truncates",
    "words_as_tokens",
]
