"""PromQL that somebody else wrote, checked before it is sent: what it reads, how far back, and of which scope. Pure.

The law: what is not understood is not sent. Each selector names its metric or holds a label to one value; nothing reaches
out of the window, by a range, an offset, a subquery or an `@`; and what the incident's scope says holds for every selector.
The parser comes with the extra `llm` and is loaded at the first query. The ranges add up along a branch of the expression.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

from agents.sources.catalogue.scopes import SCOPE_LABELS, refuse_other_scope
from agents.sources.prometheus.promql import duration, escaped, label, quoted, selected
from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Scope

if TYPE_CHECKING:
    import promql_parser

EXAMPLE = 'sum by (service) (rate(http_requests_total{service="checkout"}[5m]))'
LONGEST = 600
MOST_SELECTORS = 4
MOST_SUBQUERIES = 1
MOST_SUBSTEPS = 240
_ZERO = timedelta(0)
Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class Checked:
    """An expression that may be sent, as the parser understood it.

    Evaluated at some moment it reads so many seconds before that too. `selectors` are what it selects by, as PromQL.
    """

    expression: str
    reach_s: float
    selectors: tuple[str, ...]


def can_check() -> bool:
    """Whether the parser is installed."""
    return find_spec("promql_parser") is not None


def checked(expression: str, window_s: float, scope: Scope) -> Checked:
    """The expression, which is evaluated somewhere in a window of so many seconds.

    Raises ParameterExtractionError for what may not be asked.
    """
    import promql_parser

    tree = _parsed(expression)
    selectors = _of_kind(promql_parser.VectorSelector, tree)
    if not 1 <= len(selectors) <= MOST_SELECTORS:
        raise _refused(expression, f"has {len(selectors)} selectors; from 1 to {MOST_SELECTORS} are allowed")
    for each in selectors:
        _check_selector(expression, each, scope)
    _check_subqueries(expression, _of_kind(promql_parser.SubqueryExpr, tree))
    reach = _reach(expression, tree).total_seconds()
    if reach >= window_s:
        rule = f"reads {duration(reach)} back, and the whole window is {duration(window_s)}"
        raise _refused(expression, rule)
    return Checked(tree.prettify(), reach, tuple(dict.fromkeys(_text(each) for each in selectors)))


def scoped(wanted: Checked, labels: Mapping[str, frozenset[str]], scope: Scope) -> str:
    """The expression within that scope. `labels` are those that the series of each selector have.

    As everywhere, what series do not say keeps them in.
    """
    import promql_parser

    def narrowed(node: object) -> "promql_parser.Expr | None":
        if not isinstance(node, promql_parser.VectorSelector):
            return None
        more = tuple(scope_matchers(scope, labels.get(_text(node), frozenset())))
        return promql_parser.parse(_text(node, more, with_offset=True)) if more else None

    return promql_parser.transform(promql_parser.parse(wanted.expression), None, narrowed).prettify()


def scope_matchers(scope: Scope, labels: frozenset[str]) -> Iterator[str]:
    """One for each part of the scope that is said, on the most telling of those labels."""
    for part, names in SCOPE_LABELS.items():
        value = str(getattr(scope, part))
        name = next((each for each in names if each in labels), "")
        if value and name:
            yield f"{label(name)}=~{quoted(f'(?i:{escaped(value)})|')}"


def _parsed(expression: str) -> "promql_parser.Expr":
    import promql_parser

    if len(expression) > LONGEST:
        raise _refused(expression, f"is longer than {LONGEST} characters")
    try:
        return promql_parser.parse(expression)
    except ValueError as error:
        raise _refused(expression, "is no PromQL that is understood here") from error


def _of_kind(kind: "type[Node]", tree: "promql_parser.Expr") -> "list[Node]":
    import promql_parser

    found: list[Node] = []

    def take(node: "promql_parser.Expr") -> None:
        if isinstance(node, kind):
            found.append(node)

    promql_parser.walk(tree, take)
    return found


def _check_selector(expression: str, selector: "promql_parser.VectorSelector", scope: Scope) -> None:
    if selector.matchers.or_matchers:
        raise _refused(expression, "has `or` between matchers, which is not allowed")
    matchers = [(each.name, _operator(each), each.value) for each in selector.matchers.matchers]
    if not selector.name and not any(operator == "=" and value for _, operator, value in matchers):
        raise _refused(expression, "has a selector that neither names a metric nor holds a label to one value")
    refuse_other_scope(expression, matchers, scope, EXAMPLE)


def _check_subqueries(expression: str, subqueries: "list[promql_parser.SubqueryExpr]") -> None:
    if len(subqueries) > MOST_SUBQUERIES:
        raise _refused(expression, f"has {len(subqueries)} subqueries; {MOST_SUBQUERIES} is allowed")
    for each in subqueries:
        step = each.step or _ZERO
        if step <= _ZERO or (each.range or _ZERO) / step > MOST_SUBSTEPS:
            raise _refused(expression, f"has a subquery without a step, or of more than {MOST_SUBSTEPS} steps")


def _reach(expression: str, node: object) -> timedelta:
    """How far back it reads; refuses what would read the future, or at a moment of its own."""
    import promql_parser

    if isinstance(node, promql_parser.MatrixSelector):
        return node.range + _reach(expression, node.vector_selector)
    if isinstance(node, promql_parser.VectorSelector):
        return _shift(expression, node)
    if isinstance(node, promql_parser.SubqueryExpr):
        return _shift(expression, node) + (node.range or _ZERO) + _reach(expression, node.expr)
    return max((_reach(expression, each) for each in _inside(node)), default=_ZERO)


def _inside(node: object) -> list[object]:
    parts = [getattr(node, name, None) for name in ("expr", "param", "lhs", "rhs")]
    return [*(each for each in parts if each is not None), *getattr(node, "args", ())]


def _shift(expression: str, node: "promql_parser.VectorSelector | promql_parser.SubqueryExpr") -> timedelta:
    if node.at is not None:
        raise _refused(expression, "looks at a moment of its own (@), which is not allowed")
    offset = node.offset or _ZERO
    if offset < _ZERO:
        raise _refused(expression, "has a negative offset, which is not allowed")
    return offset


def _text(selector: "promql_parser.VectorSelector", more: tuple[str, ...] = (), *, with_offset: bool = False) -> str:
    """The selector as PromQL, with more matchers."""
    matchers = [f"{label(each.name)}{_operator(each)}{quoted(each.value)}" for each in selector.matchers.matchers]
    text = selected(selector.name, (*matchers, *more)) if selector.name else "{" + ", ".join((*matchers, *more)) + "}"
    offset = selector.offset
    return f"{text} offset {duration(offset.total_seconds())}" if with_offset and offset else text


def _operator(matcher: "promql_parser.Matcher") -> str:
    return {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}[str(matcher.op).rsplit(".", 1)[-1]]


def _refused(expression: str, rule: str) -> ParameterExtractionError:
    return ParameterExtractionError("expression", expression, rule, EXAMPLE)
