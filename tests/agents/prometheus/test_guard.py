"""PromQL that somebody else wrote: what may be asked, what is refused and why, and that the scope holds for every selector."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.prometheus.guard import LONGEST, checked, scoped
from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Scope

SHOP = Scope(namespace="shop")
NOWHERE = Scope()
HOUR = 3600.0


@pytest.mark.parametrize(
    ("expression", "reach"),
    [
        ("up", 0),
        ('sum by (service) (rate(http_requests_total{service="checkout"}[5m]))', 300),
        ("max_over_time(rate(x[5m])[10m:1m])", 900),
        ("rate(x[5m] offset 10m) / rate(x[5m])", 900),
        ("histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))", 300),
        ('{job="checkout"}', 0),
        ("quantile(scalar(rate(y[3m])), x)", 180),
    ],
)
def test_an_expression_may_be_asked_and_it_is_known_how_far_back_it_reads(expression: str, reach: float) -> None:
    assert checked(expression, HOUR, SHOP).reach_s == reach


@pytest.mark.parametrize(
    ("expression", "rule"),
    [
        ("sum(", "is no PromQL"),
        ("", "is no PromQL"),
        ("x{}{}", "is no PromQL"),
        ("; DROP TABLE x", "is no PromQL"),
        ("1 + 1", "has 0 selectors"),
        ("a + b + c + d + e", "has 5 selectors"),
        ('{job=~".+"}', "names a metric"),
        ('{job!=""}', "names a metric"),
        ('{__name__=~".+"}', "names a metric"),
        ('x{a="1" or b="2"}', "has `or`"),
        ("x @ 1700000000", "a moment of its own"),
        ("x @ start()", "a moment of its own"),
        ("max_over_time(x[10m:1m] @ end())", "a moment of its own"),
        ("x offset -5m", "negative offset"),
        ("rate(x[2h])", "reads 2h back"),
        ("x offset 1h", "reads 1h back"),
        ("max_over_time(rate(x[30m])[30m:1m])", "reads 1h back"),
        ("max_over_time(x[30m:])", "without a step"),
        ("max_over_time(x[30m:1s])", "more than 240 steps"),
        ("max_over_time(max_over_time(x[5m:1m])[5m:1m])", "has 2 subqueries"),
        ("x" * (LONGEST + 1), "is longer"),
        ('x{namespace="billing"}', "asks of another namespace"),
        ('sum(x) + sum(y{exported_namespace="billing"})', "asks of another namespace"),
        ('x{namespace!="shop"}', "asks of another namespace"),
    ],
)
def test_what_may_not_be_asked_is_refused_with_the_rule_and_an_example(expression: str, rule: str) -> None:
    with pytest.raises(ParameterExtractionError, match=rule) as refused:
        checked(expression, HOUR, SHOP)
    example = refused.value.example
    assert checked(example, HOUR, SHOP), "the example would work"


def test_without_a_scope_any_namespace_may_be_asked_for() -> None:
    assert checked('x{namespace="billing"}', HOUR, NOWHERE).selectors == ('x{namespace="billing"}',)


def test_the_scope_holds_for_every_selector_by_the_most_telling_of_its_labels() -> None:
    wanted = checked("sum(rate(a[5m])) / on () max_over_time(b[10m:1m]) + c offset 5m", HOUR, SHOP)
    labels = {
        "a": frozenset({"namespace", "exported_namespace"}),
        "b": frozenset({"namespace"}),
        "c": frozenset({"job"}),
    }
    sent = " ".join(scoped(wanted, labels, SHOP).split())
    assert 'rate(a{exported_namespace=~"(?i:shop)|"}[5m])' in sent
    assert 'max_over_time(b{namespace=~"(?i:shop)|"}[10m:1m])' in sent
    assert sent.endswith("c offset 5m"), "what series do not say keeps them in"


def test_values_keep_their_meaning_where_a_selector_is_written_anew() -> None:
    wanted = checked(r'rate(x{a="b\"}c\\",d=~"\\d+"}[5m])', HOUR, NOWHERE)
    sent = scoped(wanted, dict.fromkeys(wanted.selectors, frozenset({"env"})), Scope(environment='p"r.od'))
    assert r'a="b\"}c\\"' in sent
    assert r'd=~"\\d+"' in sent
    assert r'env=~"(?i:p\"r\\.od)|"' in sent
    assert checked(sent, HOUR, NOWHERE)


@given(st.text(alphabet='x{}()[]="~!@:,5ms offset|`\\+-/', max_size=40))
def test_whatever_is_written_is_checked_or_refused_and_nothing_else(text: str) -> None:
    try:
        wanted = checked(text, HOUR, SHOP)
    except ParameterExtractionError:
        return
    assert wanted.reach_s < HOUR
    again = checked(wanted.expression, HOUR, SHOP)
    assert (again.reach_s, again.selectors) == (wanted.reach_s, wanted.selectors)
