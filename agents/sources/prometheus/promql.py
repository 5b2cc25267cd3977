"""PromQL as templates: what is asked stands in tables, who and how often is filled in.

`{{name|matchers}}` is a selector: matchers of the scope and the services join its own. A matcher that ends in `?` counts only
where the metric has that label. `$by` are the labels that tell services apart, `$rate` the range of a rate and `$step`
that of a gauge. Names outside of the old character set are quoted as Prometheus 3 wants them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

_SELECTOR = re.compile(r"\{\{([^|}]+)(?:\|([^}]*))?\}\}")
_MATCHER = re.compile(r'([\w.]+)\s*((?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*")(\??)')
_PLAIN_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_PLAIN_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Filling:
    """What a template is filled with. `matchers` of one metric are given by `matchers(name)`, its labels by `labels[name]`."""

    by: tuple[str, ...]
    rate: str
    step: str
    matchers: Callable[[str], Sequence[str]]
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)


def names_in(template: str) -> tuple[str, ...]:
    """The metrics that a template selects, each once."""
    return tuple(dict.fromkeys(found.group(1) for found in _SELECTOR.finditer(template)))


def rendered(template: str, filling: Filling) -> str:
    """The query of that template."""

    def selector(found: "re.Match[str]") -> str:
        name = found.group(1)
        own = _own_matchers(found.group(2) or "", filling.labels.get(name))
        return selected(name, (*own, *filling.matchers(name)))

    text = _SELECTOR.sub(selector, template)
    by = ", ".join(label(each) for each in filling.by)
    return text.replace("$by", by).replace("$rate", filling.rate).replace("$step", filling.step)


def _own_matchers(text: str, labels: frozenset[str] | None) -> list[str]:
    return [
        f"{label(name)}{condition}"
        for name, condition, where_known in _MATCHER.findall(text)
        if not where_known or labels is None or name in labels
    ]


def selected(name: str, matchers: Sequence[str] = ()) -> str:
    """A selector."""
    if _PLAIN_METRIC.fullmatch(name):
        return f"{name}{{{', '.join(matchers)}}}" if matchers else name
    return f"{{{', '.join((quoted(name), *matchers))}}}"


def label(name: str) -> str:
    """A label's name as it may stand in a query."""
    return name if _PLAIN_LABEL.fullmatch(name) else quoted(name)


def quoted(text: str) -> str:
    """A string of PromQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def one_of(name: str, values: Sequence[str]) -> str:
    """The matcher for a label that has one of these values."""
    if len(values) == 1:
        return f"{label(name)}={quoted(values[0])}"
    return f"{label(name)}=~{quoted('|'.join(escaped(each) for each in sorted(values)))}"


def escaped(value: str) -> str:
    """A value as a regular expression of RE2 that matches nothing else."""
    return re.sub(r"([.+*?()|\[\]{}^$\\])", r"\\\1", value)


def duration(seconds: float) -> str:
    """A duration of PromQL in its largest whole unit."""
    if seconds != int(seconds):
        return f"{round(seconds * 1000)}ms"
    whole = int(seconds)
    for unit, size in (("h", 3600), ("m", 60)):
        if whole % size == 0 and whole:
            return f"{whole // size}{unit}"
    return f"{whole}s"
