"""LogQL that somebody else wrote: the part of it that is understood, and that all else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.loki.guard import LONGEST, checked
from orchestrator.errors import ParameterExtractionError
from orchestrator.model import Scope

SHOP = Scope(namespace="shop")


@pytest.mark.parametrize(
    "expression",
    [
        '{app="checkout"}',
        ' { app = "checkout" , level=~"err.*", } ',
        '{app="checkout"} |= "timeout" != `health{}` |~ "a|b" !~ "c"',
        '{app="checkout"} | json | status >= 500 | duration > 1.5s | method="GET"',
        '{app="check\\"out"} | logfmt | size > 5MiB',
        '{app="}"} |= "}" | json',
        '{app="checkout"}|="x"|json|a!=""',
        '{app="checkout", namespace="Shop"}',
    ],
)
def test_a_query_for_lines_may_be_asked(expression: str) -> None:
    sent = checked(expression, SHOP).with_matchers('env="prod"')
    assert 'env="prod"}' in sent
    assert checked(sent, SHOP).with_matchers().replace(" ", "") == sent.replace(" ", "")


@pytest.mark.parametrize(
    ("expression", "rule"),
    [
        ('rate({app="a"}[5m])', "begins with a stream selector"),
        ("", "begins with a stream selector"),
        ("{}", "no label held to one value"),
        ('{app=~".+"}', "no label held to one value"),
        ('{app=""}', "no label held to one value"),
        ('{app="a"', "not understood"),
        ('{app="a" env="b"}', "not understood"),
        ("{" + ", ".join(f'l{at}="v"' for at in range(9)) + "}", "more than 8 matchers"),
        ('{app="\\x61"}', "escape"),
        ('{app="a"} |= "x" or "y"', "stage that is not allowed"),
        ('{app="a"} | line_format "{{.x}}"', "stage that is not allowed"),
        ('{app="a"} | json x="y"', "stage that is not allowed"),
        ('{app="a"} | json | a="b" or c="d"', "stage that is not allowed"),
        ('{app="a"} | unwrap x', "stage that is not allowed"),
        ('{app="a"} [5m]', "stage that is not allowed"),
        ('{app="a"} offset 5m', "stage that is not allowed"),
        ('{app="a"} # comment', "stage that is not allowed"),
        ('{app="a"}' + ' |= "x"' * 9, "more than 8 stages"),
        ('{app="a"} |= "' + "x" * LONGEST + '"', "is longer"),
        ('{app="a", namespace="billing"}', "asks of another namespace"),
        ('{app="a", namespace!="shop"}', "asks of another namespace"),
    ],
)
def test_what_may_not_be_asked_is_refused_with_the_rule_and_an_example(expression: str, rule: str) -> None:
    with pytest.raises(ParameterExtractionError, match=rule) as refused:
        checked(expression, SHOP)
    assert checked(refused.value.example, SHOP), "the example would work"


@given(st.text(alphabet='{}ab="~!|,5ms json`\\ \n', max_size=40))
def test_whatever_is_written_is_checked_or_refused_and_nothing_else(text: str) -> None:
    try:
        wanted = checked(text, SHOP)
    except ParameterExtractionError:
        return
    assert checked(wanted.with_matchers('z="1"'), SHOP)
