"""What two wire formats say of money: the most tokens that a request allows, and how many an answer says were used.

The bound on the request rests on a property of the tokenisers in use: they are byte-level (BPE, or pieces with bytes to
fall back on), so that a token stands for at least one byte, and there are never more tokens than bytes. Some bring a text
into Unicode's form NFKC first, in which it can have eleven times the bytes (U+FDFA), as the vocabulary does that Anthropic
has published; so the bytes of both forms are looked at. JSON only adds bytes to them. What a provider wraps around messages
and tools is shorter than the JSON they arrive in, and what it adds by itself is `overhead`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from unicodedata import normalize

from agents.llm.prices import Usage

MOST_COUNTED = 10**9
"""More tokens than any model takes in or gives: a number above this is no count."""

_ANYWHERE = (None, "", "global", "not_available")
"""Where Anthropic says that a model ran which did not have to run in one country."""

Parsed = Mapping[str, Any]


class UnboundedError(ValueError):
    """A request whose cost has no upper bound. The message is ours."""


def most_tokens_in(body: bytes, told: Parsed) -> int:
    """The most tokens that any vocabulary makes of a request, whose body holds what is `told`."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return max(len(body), len(normalize("NFKC", text).encode(errors="surrogatepass")))


class Dialect(Protocol):
    """A wire format. `overhead` are the tokens that the provider may add to a request by itself."""

    @property
    def overhead(self) -> int: ...  # noqa: D102

    def most_tokens(self, body: Parsed) -> int:
        """The most tokens that the answer can have. Raises UnboundedError."""
        ...

    def usage(self, answer: Parsed) -> Usage | None:
        """What was used; None where the answer does not say, or what it says cannot be."""
        ...


@dataclass(frozen=True)
class OpenAIChat:
    """`POST /chat/completions`, of OpenAI, Azure OpenAI and the many servers that speak like them.

    Overhead: three tokens a message and three for the answer's beginning, 11 for the functions and about 22 for each,
    by the OpenAI cookbook (How to count tokens with tiktoken, sections 6 and 7); the JSON of a message or a function is
    longer than that. What is left is the frame of the whole, and some room.
    """

    overhead: int = 256

    def most_tokens(self, body: Parsed) -> int:
        """See the protocol. What a model thinks to itself is inside the limit; each of `n` answers has it to itself."""
        _refuse_streams(body)
        limits = [body[name] for name in ("max_completion_tokens", "max_tokens") if body.get(name) is not None]
        answers = 1 if body.get("n") is None else body["n"]
        if not limits or not all(_is_count(each) and each for each in (*limits, answers)):
            raise UnboundedError("it names no largest number of tokens for its answer")
        return int(max(limits) * answers)

    def usage(self, answer: Parsed) -> Usage | None:
        """See the protocol. Where the total is more than its parts, the rest is thought, and costs as the answer does."""
        told = _part(answer, "usage")
        details = _part(told, "prompt_tokens_details")
        counts: list[object] = [told.get("prompt_tokens"), told.get("completion_tokens"), told.get("total_tokens") or 0]
        counts += [details.get(name) or 0 for name in ("cached_tokens", "cache_write_tokens")]
        if not (known := _counted(counts)):
            return None
        tokens_in, tokens_out, total, cached, written = known
        return _if_possible(Usage(tokens_in, max(tokens_out, total - tokens_in), cached, written))


@dataclass(frozen=True)
class AnthropicMessages:
    """`POST /v1/messages`, of Anthropic.

    Overhead: with tools, a system prompt is added, of at most 530 tokens for the models whose figure is published
    (Anthropic, Tool use, "Pricing and tokens"); twice that leaves room for those that come.
    """

    overhead: int = 1060

    def most_tokens(self, body: Parsed) -> int:
        """See the protocol."""
        _refuse_streams(body)
        most = body.get("max_tokens")
        if not (_is_count(most) and most):
            raise UnboundedError("it names no largest number of tokens for its answer")
        return int(most)

    def usage(self, answer: Parsed) -> Usage | None:
        """See the protocol. Here `input_tokens` are those that have nothing to do with a cache."""
        told = _part(answer, "usage")
        counts: list[object] = [told.get("input_tokens"), told.get("output_tokens")]
        counts += [told.get(f"cache_{name}_input_tokens") or 0 for name in ("read", "creation")]
        counts += [_part(told, "cache_creation").get("ephemeral_1h_input_tokens") or 0]
        if not (known := _counted(counts)):
            return None
        plain, tokens_out, cached, written, long = known
        bound = told.get("inference_geo") not in _ANYWHERE
        return _if_possible(Usage(plain + cached + written, tokens_out, cached, written - long, long, bound))


def _refuse_streams(body: Parsed) -> None:
    if body.get("stream"):
        raise UnboundedError("it asks for a stream, which may be cut off before it says what it cost")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_COUNTED


def _counted(values: Sequence[object]) -> list[int]:
    """The values, or none of them where one is no count."""
    counts = [each for each in values if isinstance(each, int) and _is_count(each)]
    return counts if len(counts) == len(values) else []


def _part(whole: Parsed, name: str) -> Parsed:
    part = whole.get(name)
    return part if isinstance(part, Mapping) else {}


def _if_possible(usage: Usage) -> Usage | None:
    whole = usage.written >= 0 and usage.cached + usage.written + usage.written_long <= usage.tokens_in
    return usage if whole else None
