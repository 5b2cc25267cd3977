"""LogQL that somebody else wrote, checked before it is sent: one stream selector and what filters its lines. Pure.

The law: what is not understood is not sent. No parser of LogQL exists for Python, so this one understands a part of it, and
only queries for lines: a stream selector that holds a label to one value, line filters, `json` or `logfmt`, and filters on
labels. No metric queries, no `or`, no formatting: what those would show is told by other means.
Format: https://grafana.com/docs/loki/latest/query/log_queries/
"""

import re
from dataclasses import dataclass

from agents.sources.catalogue.scopes import refuse_other_scope
from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Scope

EXAMPLE = '{service_name="checkout"} |= "timeout" | json | status >= 500'
LONGEST = 600
MOST_MATCHERS = 8
MOST_STAGES = 8
_STRING = r'(?:"(?:[^"\\\n]|\\.)*"|`[^`\n]*`)'
_NUMBER = r"-?\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|[KMGT]?i?B)?"
_MATCHER = re.compile(rf"\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*({_STRING})\s*")
_LINE_FILTER = re.compile(rf"\s*(?:\|=|!=|\|~|!~)\s*{_STRING}")
_PARSER = re.compile(r"\s*\|\s*(?:json|logfmt)(?=\s*(?:\||!|$))")
_LABEL_FILTER = re.compile(
    rf"\s*\|\s*[a-zA-Z_]\w*\s*(?:(?:==|>=|<=|>|<|!=|=)\s*{_NUMBER}|(?:=~|!~|!=|=)\s*{_STRING})(?=\s*(?:\||!|$))"
)
_STAGES = (_LINE_FILTER, _PARSER, _LABEL_FILTER)


@dataclass(frozen=True, slots=True)
class Checked:
    """A query that may be sent: `matchers` stand in its selector, `pipeline` is the rest, as it was written."""

    matchers: str
    pipeline: str

    def with_matchers(self, *more: str) -> str:
        """The query, with these matchers too."""
        return "{" + ", ".join([self.matchers, *more]) + "}" + self.pipeline


def checked(expression: str, scope: Scope) -> Checked:
    """The query. Raises ParameterExtractionError for what may not be asked."""
    if len(expression) > LONGEST:
        raise _refused(expression, f"is longer than {LONGEST} characters")
    matchers, at = _selector(expression)
    if not any(operator == "=" and value for _, operator, value in matchers):
        raise _refused(expression, "has no label held to one value in its stream selector")
    refuse_other_scope(expression, matchers, scope, EXAMPLE)
    _pipeline(expression, at)
    inside = expression[: at - 1].lstrip().removeprefix("{").strip().removesuffix(",")
    return Checked(inside, expression[at:].rstrip())


def _selector(expression: str) -> tuple[list[tuple[str, str, str]], int]:
    """Its matchers, and where the pipeline begins."""
    at = len(expression) - len(expression.lstrip())
    if not expression.startswith("{", at):
        raise _refused(expression, "is no query for lines: it begins with a stream selector in braces")
    at += 1
    found: list[tuple[str, str, str]] = []
    while len(found) < MOST_MATCHERS and (matched := _MATCHER.match(expression, at)):
        found.append((matched[1], matched[2], _value(expression, matched[3])))
        at = matched.end()
        if not expression.startswith(",", at):
            break
        at += 1
    closing = re.compile(r"\s*\}").match(expression, at)
    if closing is None:
        raise _refused(
            expression, f"has a stream selector that is not understood, or more than {MOST_MATCHERS} matchers"
        )
    return found, closing.end()


def _pipeline(expression: str, at: int) -> None:
    for _ in range(MOST_STAGES + 1):
        if not expression[at:].strip():
            return
        matched = next((found for stage in _STAGES if (found := stage.match(expression, at))), None)
        if matched is None:
            rule = "has a stage that is not allowed: line filters, json, logfmt and filters on one label are"
            raise _refused(expression, rule)
        at = matched.end()
    raise _refused(expression, f"has more than {MOST_STAGES} stages")


def _value(expression: str, written: str) -> str:
    """What a string of LogQL means."""
    text = written[1:-1]
    if written.startswith("`") or "\\" not in text:
        return text
    if re.fullmatch(r'(?:[^\\]|\\[\\"])*', text):
        return re.sub(r"\\(.)", r"\1", text)
    raise _refused(expression, "has an escape in its stream selector that is not understood; backquotes need none")


def _refused(expression: str, rule: str) -> ParameterExtractionError:
    return ParameterExtractionError("expression", expression, rule, EXAMPLE)
