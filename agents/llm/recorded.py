"""What was answered in a run, found again by what was asked. Pure: it is handed the calls.

The law: the same bytes asked by the same agent in the same run are the same question, and only a whole answer stands in for
asking. What broke off, was cut, or cannot be read answers nothing.

A replay asks no telemetry, hence what a model looked up there is not looked up again: requests that differ in the results of
lookups alone are `alike`, and the model's answer to those results is in the record.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from orchestrator.model import ModelCall, Prompt


class Recorded:
    """The calls of one run, in the order in which they were kept."""

    def __init__(self, calls: Iterable[ModelCall]) -> None:
        self._calls = tuple(calls)

    def answer(self, agent_id: str, digest: str) -> ModelCall | None:
        """The latest call of that agent in which that question was answered."""
        return _answered(each for each in self._of(agent_id) if each.digest == digest)

    def knows(self, agent_id: str, digest: str) -> bool:
        """Whether that agent has asked that, answered or not."""
        return any(each.digest == digest for each in self._of(agent_id))

    def alike(self, agent_id: str, request: str) -> ModelCall | None:
        """The latest answered call whose request differs from this one, as it would be kept, in results of lookups alone."""
        wanted = _without_results(request)
        if wanted is None:
            return None
        whole = (each for each in self._of(agent_id) if not each.request_cut)
        return _answered(each for each in whole if _without_results(each.request) == wanted)

    def last_of(self, agent_id: str) -> ModelCall | None:
        """The latest call of that agent."""
        return next(iter(reversed([*self._of(agent_id)])), None)

    def asked_for(self, agent_id: str, purpose: str) -> Iterator[ModelCall]:
        """The calls of that agent for that purpose, in their order."""
        return (each for each in self._of(agent_id) if each.purpose == purpose)

    def _of(self, agent_id: str) -> Iterator[ModelCall]:
        return (each for each in self._calls if each.agent_id == agent_id)


@dataclass(frozen=True, slots=True)
class Unasked:
    """A question that an agent would ask today, and did not ask in the run."""

    agent_id: str
    purpose: str
    prompt: Prompt


@dataclass(frozen=True)
class Rerun:
    """The record of one run, and what a replay would have asked beyond it. `redact` is what bodies went through."""

    recorded: Recorded
    redact: Callable[[str], str]
    unasked: list[Unasked] = field(default_factory=list)


def _answered(calls: Iterable[ModelCall]) -> ModelCall | None:
    found = [each for each in calls if each.answered and _object(each.response) is not None]
    return found[-1] if found else None


def _without_results(request: str) -> str | None:
    """A request with what lookups had brought left out; None where nothing was looked up.

    Results stand in messages of the role `tool` (OpenAI, Chat Completions) or in blocks of the type `tool_result` (Anthropic,
    Messages).
    """
    body = _object(request)
    messages = body.get("messages") if body else None
    if body is None or not isinstance(messages, list):
        return None
    left = [_emptied(each) for each in messages]
    return None if left == messages else json.dumps({**body, "messages": left}, sort_keys=True)


def _emptied(message: Any) -> Any:
    if not isinstance(message, dict):
        return message
    if message.get("role") == "tool":
        return {**message, "content": None}
    content = message.get("content")
    if not isinstance(content, list):
        return message
    return {**message, "content": [_emptied_block(each) for each in content]}


def _emptied_block(block: Any) -> Any:
    is_result = isinstance(block, dict) and block.get("type") == "tool_result"
    return {**block, "content": None} if is_result else block


def _object(text: str) -> dict[str, Any] | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
