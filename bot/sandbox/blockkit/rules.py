"""Small rules that combine to a schema; each looks at a value and notes what Slack would refuse.

A rule is a function `(value, pointer, findings)`. Messages are worded as Slack words them.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bot.sandbox.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: where, and what Slack says of it."""

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


@dataclass(slots=True)
class Findings:
    """What was found so far, the ids seen, and the surface the blocks are for (`message`, `modal` or `home`)."""

    surface: str
    found: list[Finding] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)

    def add(self, pointer: str, message: str) -> None:
        """Note a broken rule."""
        self.found.append(Finding(pointer, message))


Rule = Callable[[object, str, Findings], None]


def string(most: int, least: int = 0, pattern: str | None = None) -> Rule:
    """A string of `least` to `most` characters, which matches `pattern` if one is given."""
    shape = re.compile(pattern) if pattern else None

    def check(value: object, pointer: str, findings: Findings) -> None:
        if not isinstance(value, str):
            findings.add(pointer, "must provide a string")
        elif len(value) > most:
            findings.add(pointer, f"must be less than {most + 1} characters")
        elif len(value) < least:
            findings.add(pointer, f"must be more than {least - 1} characters")
        elif shape and not shape.fullmatch(value):
            findings.add(pointer, "must match the pattern: " + shape.pattern)

    return check


def url(most: int = 3000) -> Rule:
    """An absolute URL."""
    return string(most, 1, pattern=r"(?s)[a-zA-Z][a-zA-Z0-9+.\-]*:\S.*")


def flag(value: object, pointer: str, findings: Findings) -> None:
    """True or false."""
    if not isinstance(value, bool):
        findings.add(pointer, "must provide a boolean")


def integer(least: int, most: int) -> Rule:
    """A whole number in a range."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            findings.add(pointer, "must provide an integer")
        elif not least <= value <= most:
            findings.add(pointer, f"must be between {least} and {most}")

    return check


def choice(*values: str) -> Rule:
    """One of these words."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if value not in values:
            findings.add(pointer, f"must be one of: {', '.join(values)}")

    return check


def anything(value: object, pointer: str, findings: Findings) -> None:
    """Whatever: for parts this look-alike stores and does not judge."""


def array(item: Rule, most: int, least: int = 1) -> Rule:
    """A list of `least` to `most` items."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if not isinstance(value, list):
            findings.add(pointer, "must provide an array")
            return
        if len(value) > most:
            findings.add(pointer, f"no more than {most} items allowed")
        if len(value) < least:
            findings.add(pointer, f"no fewer than {least} items allowed")
        for index, each in enumerate(value):
            item(each, f"{pointer}/{index}", findings)

    return check


def record(
    required: Mapping[str, Rule],
    optional: Mapping[str, Rule] | None = None,
    *also: Callable[[JsonObject, str, Findings], None],
) -> Rule:
    """An object with these fields and no others; `also` are rules over the whole of it. `type` is always allowed."""
    known = {**required, **(optional or {})}

    def check(value: object, pointer: str, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.add(pointer, "must provide an object")
            return
        for name in required:
            if value.get(name) is None:
                findings.add(pointer, f"missing required field: {name}")
        for name, part in value.items():
            if name in known and part is not None:
                known[name](part, f"{pointer}/{name}", findings)
            elif name not in known and name != "type":
                findings.add(pointer, f"invalid additional property: {name}")
        for rule in also:
            rule(value, pointer, findings)

    return check


def exactly_one(*names: str) -> Callable[[JsonObject, str, Findings], None]:
    """The object has one of these fields, and only one."""

    def check(value: JsonObject, pointer: str, findings: Findings) -> None:
        given = [name for name in names if value.get(name) is not None]
        if len(given) != 1:
            findings.add(pointer, f"must define exactly one of: {', '.join(names)}")

    return check


def at_least_one(*names: str) -> Callable[[JsonObject, str, Findings], None]:
    """The object has one of these fields, or more."""

    def check(value: JsonObject, pointer: str, findings: Findings) -> None:
        if all(value.get(name) is None for name in names):
            findings.add(pointer, f"must define one of: {', '.join(names)}")

    return check


def by_type(variants: Mapping[str, Rule], allowed: Collection[str] | None = None) -> Rule:
    """An object whose `type` chooses the rule; only the `allowed` types may stand here."""

    def check(value: object, pointer: str, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.add(pointer, "must provide an object")
            return
        kind = value.get("type")
        if kind is None:
            findings.add(pointer, "missing required field: type")
        elif not isinstance(kind, str) or kind not in variants or (allowed is not None and kind not in allowed):
            findings.add(f"{pointer}/type", f"unsupported type: {kind}")
        else:
            variants[kind](value, pointer, findings)

    return check


def unique_action_id(value: JsonObject, pointer: str, findings: Findings) -> None:
    """An `action_id` stands once in a message or view."""
    action_id = value.get("action_id")
    if not isinstance(action_id, str):
        return
    if action_id in findings.action_ids:
        findings.add(f"{pointer}/action_id", f"`action_id` {action_id} already exists")
    findings.action_ids.add(action_id)


def unique_block_id(value: JsonObject, pointer: str, findings: Findings) -> None:
    """A `block_id` stands once in a message or view."""
    block_id = value.get("block_id")
    if not isinstance(block_id, str):
        return
    if block_id in findings.block_ids:
        findings.add(f"{pointer}/block_id", f"`block_id` {block_id} already exists")
    findings.block_ids.add(block_id)
