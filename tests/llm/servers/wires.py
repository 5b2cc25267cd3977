"""The wire formats, as the providers document them: how a question is read, and what an answer looks like."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Body = Mapping[str, Any]
Tokenizer = Callable[[str], int]


def words_as_tokens(text: str) -> int:
    """Four characters of a word are a token, and so is every other sign: of English and JSON twice as many as really."""
    return len(re.findall(r"\w{1,4}|[^\w\s]|\s+", text))


def bytes_as_tokens(text: str) -> int:
    """The worst that a byte-level vocabulary can do."""
    return len(text.encode())


@dataclass(frozen=True)
class Asked:
    """A question, whatever the wire it came over: all its text, and the tools on offer as (name, schema)."""

    model: str
    text: str
    tools: Sequence[tuple[str, Body]]
    most: int

    @property
    def output_tool(self) -> tuple[str, Body]:
        """The tool by which the answer is given."""
        return next(each for each in self.tools if each[0].startswith("final_result"))


@dataclass(frozen=True)
class Counts:
    """What an exchange took, in tokens. `cached` and `written` are parts of `tokens_in`."""

    tokens_in: int
    tokens_out: int
    cached: int = 0
    written: int = 0


class Wire(Protocol):
    """One format."""

    route: str

    def refused_key(self, headers: Mapping[str, str], key: str) -> bool: ...
    def read(self, body: Body, path: Mapping[str, str]) -> Asked: ...
    def answer(self, tool: str, arguments: str, usage: Body) -> dict[str, Any]: ...
    def usage(self, counts: Counts) -> dict[str, Any]: ...
    def truncated(self, usage: Body) -> dict[str, Any]: ...
    def filtered(self, usage: Body) -> dict[str, Any]: ...
    def empty(self, usage: Body) -> dict[str, Any]: ...
    def error(self, code: str) -> dict[str, Any]: ...


class OpenAI:
    """`POST /v1/chat/completions`."""

    route = "/v1/chat/completions"

    def refused_key(self, headers: Mapping[str, str], key: str) -> bool:
        return headers.get("Authorization") != f"Bearer {key}"

    def read(self, body: Body, path: Mapping[str, str]) -> Asked:
        tools = [(each["function"]["name"], each["function"]["parameters"]) for each in body.get("tools", ())]
        most = body.get("max_completion_tokens") or body["max_tokens"]
        return Asked(body["model"], _all_text([body["messages"], body.get("tools", [])]), tools, most)

    def answer(self, tool: str, arguments: str, usage: Body) -> dict[str, Any]:
        call = {"id": "call_1", "type": "function", "function": {"name": tool, "arguments": arguments}}
        return self._completion({"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls", usage)

    def usage(self, counts: Counts) -> dict[str, Any]:
        return {
            "prompt_tokens": counts.tokens_in,
            "completion_tokens": counts.tokens_out,
            "total_tokens": counts.tokens_in + counts.tokens_out,
            "prompt_tokens_details": {"cached_tokens": counts.cached, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": counts.tokens_out // 2},
        }

    def truncated(self, usage: Body) -> dict[str, Any]:
        call = {"id": "call_1", "type": "function", "function": {"name": "final_result", "arguments": '{"hypo'}}
        return self._completion({"role": "assistant", "content": None, "tool_calls": [call]}, "length", usage)

    def filtered(self, usage: Body) -> dict[str, Any]:
        message = {"role": "assistant", "content": None, "refusal": "I cannot help with sk-secret."}
        return self._completion(message, "content_filter", usage)

    def empty(self, usage: Body) -> dict[str, Any]:
        return {**self._completion({}, "stop", usage), "choices": []}

    def error(self, code: str) -> dict[str, Any]:
        return {"error": {"message": "sk-secret was refused", "type": code, "param": None, "code": code}}

    def _completion(self, message: Body, reason: str, usage: Body) -> dict[str, Any]:
        choice = {"index": 0, "finish_reason": reason, "logprobs": None, "message": message}
        whole = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        return {**whole, "usage": usage} if usage else whole


class Azure(OpenAI):
    """The same under a deployment's path, with the key in `api-key` and the version of the interface in the query."""

    route = "/openai/deployments/{deployment}/chat/completions"

    def refused_key(self, headers: Mapping[str, str], key: str) -> bool:
        return headers.get("api-key") != key

    def read(self, body: Body, path: Mapping[str, str]) -> Asked:
        asked = super().read(body, path)
        return Asked(path["deployment"], asked.text, asked.tools, asked.most)


class Anthropic:
    """`POST /v1/messages`."""

    route = "/v1/messages"

    def refused_key(self, headers: Mapping[str, str], key: str) -> bool:
        """The SDK's first major version sent the key in `x-api-key`, the second sends it as a bearer's."""
        known = headers.get("x-api-key") == key or headers.get("Authorization") == f"Bearer {key}"
        return not known or "anthropic-version" not in headers

    def read(self, body: Body, path: Mapping[str, str]) -> Asked:
        tools = [(each["name"], each["input_schema"]) for each in body.get("tools", ())]
        text = _all_text([body.get("system", ""), body["messages"], body.get("tools", [])])
        return Asked(body["model"], text, tools, body["max_tokens"])

    def answer(self, tool: str, arguments: str, usage: Body) -> dict[str, Any]:
        block = {"type": "tool_use", "id": "toolu_1", "name": tool, "input": json.loads(arguments)}
        return self._message([block], "tool_use", usage)

    def usage(self, counts: Counts) -> dict[str, Any]:
        return {
            "input_tokens": counts.tokens_in - counts.cached - counts.written,
            "output_tokens": counts.tokens_out,
            "cache_read_input_tokens": counts.cached,
            "cache_creation_input_tokens": counts.written,
            "service_tier": "standard",
        }

    def truncated(self, usage: Body) -> dict[str, Any]:
        return self._message(
            [{"type": "tool_use", "id": "toolu_1", "name": "final_result", "input": {}}], "max_tokens", usage
        )

    def filtered(self, usage: Body) -> dict[str, Any]:
        return self._message([], "refusal", usage)

    def empty(self, usage: Body) -> dict[str, Any]:
        return self._message([], "end_turn", usage)

    def error(self, code: str) -> dict[str, Any]:
        return {"type": "error", "error": {"type": code, "message": "sk-secret was refused"}}

    def _message(self, content: Sequence[Body], reason: str, usage: Body) -> dict[str, Any]:
        whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": list(content)}
        whole |= {"stop_reason": reason, "stop_sequence": None}
        return {**whole, "usage": usage} if usage else whole


def _all_text(part: Any) -> str:
    return "\n".join(_texts(part))


def _texts(part: Any) -> Iterator[str]:
    """Every key and every value: what a provider renders for its model has no more in it."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            yield key
            yield from _texts(value)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _texts(each)
    else:
        yield str(part)
