"""A file of tasks is read whole or refused with the line, the task, the field and the rule."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.engine import GraphError, Place
from orchestrator.engine.finding import find, graph_of
from orchestrator.engine.taskfile import FIELDS, TaskFileError, read_tasks
from tests.engine import hands

HANDS = "tests.engine.hands"


def read(*tasks: object) -> Any:
    return read_tasks(json.dumps(tasks), "tasks.json")


def test_everything_that_may_be_said_of_a_task_is_read() -> None:
    [entry] = read(
        {
            "id": "a",
            "agent": "checks.disk:Look",
            "prompt": "why",
            "params": {"host": "db-1"},
            "after": ["b"],
            "cost": 0.1,
            "estimate_s": 5,
            "timeout_s": 9,
            "place": "process",
        }
    )
    assert (entry.id, entry.agent, entry.prompt, entry.params) == ("a", "checks.disk:Look", "why", {"host": "db-1"})
    assert (entry.after, entry.cost, entry.estimate_s, entry.timeout_s) == (("b",), Decimal("0.1"), 5.0, 9.0)
    assert entry.place is Place.PROCESS
    assert entry.where == "tasks.json, line 1, task 1 ('a')"


def test_what_is_not_said_is_as_in_a_task_spec() -> None:
    [entry] = read({"agent": "checks:disk"})
    assert (entry.id, entry.prompt, entry.params, entry.after, entry.cost) == ("", "", {}, (), Decimal(0))
    assert (entry.estimate_s, entry.timeout_s, entry.place) == (0.0, None, Place.AUTO)
    assert read({"agent": "checks:disk", "timeout_s": None, "cost": "1.25"})[0].cost == Decimal("1.25")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[\n  {"agent": "a:b"},\n  {"agent" "a:b"}\n]',
            "tasks.json, line 3, column 12: this is not JSON (Expecting ':'",
        ),
        ("", "tasks.json, line 1, column 1: this is not JSON (Expecting value)."),
        ('[{"agent": "a:b"}] x', "line 1, column 20: this is not JSON (Extra data)."),
        ('{"agent": "a:b"}', "tasks.json: the tasks are a list, [{...}, {...}], not an object."),
        ('[{"cost": NaN}]', "tasks.json: NaN is no JSON; a number is written with digits."),
        ('[{"id": "a", "id": "b"}]', "an object has the key 'id' twice; every key stands for one value."),
        ("[" * 100_000, "tasks.json: it is nested too deeply."),
        (
            '[\n\n "a:b"]',
            'tasks.json, line 3, task 1: a task is an object, {"agent": "module:function"}, not this text.',
        ),
        ("[{}]", "task 1: 'agent' is missing; it says what does the task, as \"module:function\"."),
        (
            '[\n{"agent": "a:b"},\n{"id": "x", "agent": "a:b", "promt": ""}]',
            "tasks.json, line 3, task 2 ('x'): there is no field 'promt'. Did you mean 'prompt'?",
        ),
        ('[{"agent": "a:b", "zzz": 1}]', "there is no field 'zzz'. Known are: id, agent, prompt, params, after, cost"),
    ],
)
def test_what_is_broken_is_refused_where_it_stands(text: str, message: str) -> None:
    with pytest.raises(TaskFileError) as refused:
        read_tasks(text, "tasks.json")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("id", "", "a text that is not empty, not this text"),
        ("id", 5, "a text that is not empty, not this number"),
        ("agent", "no-colon", 'a text of the form "module:function", not this text'),
        ("agent", ["a:b"], 'a text of the form "module:function", not this list'),
        ("prompt", None, "a text, not null"),
        ("params", [], "an object, not this list"),
        ("after", "a", "a list of ids, not this text"),
        ("after", [1], "a list of ids, not this list"),
        ("cost", -1, 'an amount of dollars, 0 or more, such as 0.25 or "0.25", not this number'),
        ("cost", "cheap", "an amount of dollars"),
        ("cost", True, 'an amount of dollars, 0 or more, such as 0.25 or "0.25", not true or false'),
        ("estimate_s", -0.5, "a number of seconds, 0 or more, not this number"),
        ("timeout_s", 0, "a number of seconds above 0, not this number"),
        ("timeout_s", "5", "a number of seconds above 0, not this text"),
        ("place", "moon", "one of 'auto', 'process', not this text"),
        ("place", {}, "one of 'auto', 'process', not an object"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_task_field_and_rule(field: str, value: object, rule: str) -> None:
    with pytest.raises(TaskFileError) as refused:
        read({"agent": "a:b"}, {"agent": "a:b", field: value})
    assert str(refused.value).startswith("tasks.json, line 1, task 2")
    assert f": {field!r} is {rule}" in str(refused.value)


ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
TASKS = st.lists(st.dictionaries(st.sampled_from([*FIELDS, "other"]), ANY, max_size=4) | ANY, max_size=3)


def refusal(text: str) -> str:
    """What is said against it, or nothing."""
    try:
        read_tasks(text, "tasks.json")
    except TaskFileError as refused:
        return str(refused)
    return ""


@given(tasks=TASKS | ANY)
def test_whatever_is_written_is_read_or_refused_in_words(tasks: object) -> None:
    told = refusal(json.dumps(tasks))
    assert not told or told.startswith("tasks.json")


@given(text=st.text(max_size=40))
def test_whatever_is_no_json_is_refused_in_words(text: str) -> None:
    told = refusal(f"[{text}")
    assert not told or told.startswith("tasks.json")


@given(number=st.integers(1, 5), gaps=st.lists(st.sampled_from(["", " ", "\n", "\r\n", "\t"]), min_size=5, max_size=5))
def test_the_line_that_is_told_is_that_on_which_the_task_begins(number: int, gaps: list[str]) -> None:
    text = "[" + ",".join(f'{gap}{{"agent":\n"a:b"}}' for gap in gaps[:number]) + "]"
    lines = [text.count("\n", 0, n) + 1 for n, letter in enumerate(text) if letter == "{"]
    assert [each.where for each in read_tasks(text, "x")] == [
        f"x, line {line}, task {n}" for n, line in enumerate(lines, 1)
    ]


def test_a_graph_is_made_of_what_is_found() -> None:
    graph = graph_of(read({"agent": f"{HANDS}:Greeter"}, {"id": "b", "agent": f"{HANDS}:greet", "after": ["task-1"]}))
    assert graph.after == {"task-1": (), "b": ("task-1",)}
    assert graph.tasks["b"].agent == f"{HANDS}:greet"


def test_a_circle_or_an_unknown_task_is_refused_as_in_any_graph() -> None:
    with pytest.raises(GraphError, match="Did you mean 'collect'"):
        graph_of(read({"id": "collect", "agent": f"{HANDS}:greet"}, {"agent": f"{HANDS}:greet", "after": ["colect"]}))


def test_a_class_a_maker_and_the_function_itself_can_be_named() -> None:
    assert find(f"{HANDS}:Greeter", "x") is hands.Greeter
    assert find(f"{HANDS}:greeter", "x") is hands.greeter
    assert find(f"{HANDS}:greet", "x")() is hands.greet
    assert find("builtins:iter", "x") is iter
    assert find(f"{HANDS}:Cabinet.make", "x")() is hands.greet


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (f"{HANDS}:Greetr", f"x: the module '{HANDS}' has no 'Greetr'. Did you mean 'Greeter'?"),
        (f"{HANDS}:zzz", f"x: the module '{HANDS}' has no 'zzz'."),
        (f"{HANDS}:not_callable", f"x: '{HANDS}:not_callable' is neither a class nor a function."),
        ("no.such:thing", "x: there is no module 'no.such' in the current folder or among what is installed."),
        ("tests.engine.nowhere:thing", "x: there is no module 'tests.engine.nowhere' in the current folder"),
    ],
)
def test_what_cannot_be_found_is_told_with_the_nearest_name(reference: str, message: str) -> None:
    with pytest.raises(TaskFileError) as refused:
        find(reference, "x")
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("raise ValueError('password=hunter2')", "cannot be imported (ValueError)."),
        ("raise SystemExit('password=hunter2')", "cannot be imported (SystemExit)."),
        ("def broken(: password=hunter2", "cannot be imported (SyntaxError)."),
        ("import hunter_of_nothing", "needs 'hunter_of_nothing', which is not there."),
    ],
)
def test_an_import_that_fails_says_which_module_and_no_foreign_text(
    source: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "troubled_module.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TaskFileError) as refused:
        find("troubled_module:x", "task 1")
    assert str(refused.value) == f"task 1: the module 'troubled_module' {told}"
    assert refused.value.__cause__ is None
