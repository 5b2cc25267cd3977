"""Tasks written down as JSON: a list of objects, one for each task. Pure: text in, entries or one refusal out.

The law: what cannot be used is refused with the line, the task, the field and the rule it breaks, before anything is imported
or run. Nothing that is not known is skipped.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, NoReturn

from orchestrator.engine.tasks import Place, is_amount

REFERENCE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


class TaskFileError(ValueError):
    """The tasks cannot be used. The message is ours and says where and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One task as it is written: `where` it stands, for messages; `agent` as `module:name`; see TaskSpec for the others."""

    where: str
    agent: str
    id: str = ""
    prompt: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    cost: Decimal = Decimal(0)
    estimate_s: float = 0.0
    timeout_s: float | None = None
    place: Place = Place.AUTO


def read_tasks(text: str, name: str) -> list[Entry]:
    """The tasks in `text`; `name` is what it is called in messages. Raises TaskFileError."""
    items = _parsed(text, name)
    if not isinstance(items, list):
        raise TaskFileError(f"{name}: the tasks are a list, [{{...}}, {{...}}], not {_sort(items)}.")
    return [
        _entry(item, f"{name}, line {line}, task {number}")
        for number, (item, line) in enumerate(zip(items, _lines(text, len(items)), strict=True), start=1)
    ]


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"{name}, line {error.lineno}, column {error.colno}"
        raise TaskFileError(f"{where}: this is not JSON ({error.msg}).") from None
    except RecursionError:
        raise TaskFileError(f"{name}: it is nested too deeply.") from None
    except _RefusedError as refused:
        raise TaskFileError(f"{name}: {refused}") from None


class _RefusedError(ValueError):
    """JSON by its grammar, but of no use here."""


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        raise _RefusedError(f"an object has the key {double!r} twice; every key stands for one value.")
    return made


def _no_constant(name: str) -> NoReturn:
    raise _RefusedError(f"{name} is no JSON; a number is written with digits.")


def _lines(text: str, number: int) -> Iterator[int]:
    """On which line each task of a list begins that is known to be JSON."""
    decoder, at = json.JSONDecoder(), text.index("[") + 1
    for _ in range(number):
        while text[at] in " \t\r\n,":
            at += 1
        yield text.count("\n", 0, at) + 1
        _, at = decoder.raw_decode(text, at)


def _entry(item: Any, where: str) -> Entry:
    if not isinstance(item, dict):
        raise TaskFileError(f'{where}: a task is an object, {{"agent": "module:function"}}, not {_sort(item)}.')
    if isinstance(item.get("id"), str) and item["id"]:
        where += f" ({item['id']!r})"
    for key in item:
        if key not in FIELDS:
            raise TaskFileError(f"{where}: there is no field {key!r}.{_nearest(key)}")
    if "agent" not in item:
        raise TaskFileError(f"{where}: 'agent' is missing; it says what does the task, as \"module:function\".")
    return Entry(where, **{key: _value(key, value, where) for key, value in item.items()})


def _nearest(key: str) -> str:
    near = get_close_matches(key, FIELDS, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else f" Known are: {', '.join(FIELDS)}."


def _value(key: str, value: Any, where: str) -> Any:
    read, rule = FIELDS[key]
    try:
        return read(value)
    except _RefusedError:
        raise TaskFileError(f"{where}: {key!r} is {rule}, not {_sort(value)}.") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _RefusedError
    return value


def _name(value: Any) -> str:
    if not _text(value).strip():
        raise _RefusedError
    return _text(value)


def _reference(value: Any) -> str:
    if not REFERENCE.fullmatch(_text(value)):
        raise _RefusedError
    return _text(value)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _RefusedError
    return value


def _ids(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _RefusedError
    return tuple(_text(each) for each in value)


def _dollars(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _RefusedError
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise _RefusedError from None
    if not is_amount(amount):
        raise _RefusedError
    return amount


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise _RefusedError
    return float(value)


def _limit(value: Any) -> float | None:
    if value is None:
        return None
    return _seconds(value) or _refuse()


def _place(value: Any) -> Place:
    return Place(value) if value in list(Place) else _refuse()


def _refuse() -> NoReturn:
    raise _RefusedError


FIELDS: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "id": (_name, "a text that is not empty"),
    "agent": (_reference, 'a text of the form "module:function"'),
    "prompt": (_text, "a text"),
    "params": (_object, "an object"),
    "after": (_ids, "a list of ids"),
    "cost": (_dollars, 'an amount of dollars, 0 or more, such as 0.25 or "0.25"'),
    "estimate_s": (_seconds, "a number of seconds, 0 or more"),
    "timeout_s": (_limit, "a number of seconds above 0"),
    "place": (_place, f"one of {', '.join(map(repr, map(str, Place)))}"),
}
"""How each field is read, and the rule that is told where it cannot be."""


def _sort(value: Any) -> str:
    """What it is instead, without its content: that may be long, or a secret."""
    sorts = {bool: "true or false", str: "this text", dict: "an object", list: "this list", type(None): "null"}
    return sorts.get(type(value), "this number")
