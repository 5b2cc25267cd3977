"""The tools that a model was offered in a run, from the requests of that run: a replay offers the same, and looks nothing up.

The law: the same names, descriptions and schemas, in their order, so that a replay asks in the same bytes.
Formats: `tools` of OpenAI's Chat Completions (each under `function`) and of Anthropic's Messages.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agents.llm.further import taking
from orchestrator.model import ModelCall
from orchestrator.ports import Tool

NOT_AGAIN = "Not looked up again: this is a replay."


def tools_of(calls: Iterable[ModelCall], answer: str) -> tuple[Tool, ...]:
    """Those of the first of these calls that offered any; the tool `answer` is no lookup."""
    for call in calls:
        tools = tuple(_tools(call.request, answer))
        if tools:
            return tools
    return ()


def _tools(request: str, answer: str) -> Iterator[Tool]:
    try:
        body = json.loads(request)
    except (ValueError, RecursionError):
        return
    listed = body.get("tools") if isinstance(body, dict) else None
    for each in listed if isinstance(listed, list) else ():
        told = each.get("function", each) if isinstance(each, dict) else None
        if isinstance(told, dict) and told.get("name") not in (None, answer):
            yield _tool(told)


def _tool(told: Mapping[str, Any]) -> Tool:
    async def run(_: object) -> str:
        return NOT_AGAIN

    schema = told.get("parameters") or told.get("input_schema") or {}
    return Tool(str(told["name"]), str(told.get("description", "")), taking(schema), run)
