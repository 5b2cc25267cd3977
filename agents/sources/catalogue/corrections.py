"""What people know better than discovery: a TOML file that renames, merges, ignores and explains.

    [discovery]
    service_labels = ["team_service"]      # labels to believe before all others
    ignore_services = ["prometheus"]       # names, or patterns with * and ?
    ignore_metrics = ["go_*"]

    [scope]                                # what is meant where nobody says otherwise
    environment = "prod"

    [rename]                               # two names for one service become one
    orders-svc = "orders"

    [metrics.acme_basket_wait]             # a metric, or a pattern in quotes
    aspect = "latency"
    unit = "s"
    service_label = "shop"

What the file cannot mean is refused as a whole, with every place that is wrong: half a correction would be a wrong map.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cached_property

from pydantic import Field, ValidationError

from agents.sources.catalogue.names import canonical
from orchestrator.errors import OrchestratorError
from orchestrator.model import Aspect, Frozen, Name, Scope

_EXAMPLES: Mapping[str, str] = {
    "discovery": '[discovery]\nservice_labels = ["team_service"]',
    "scope": '[scope]\nenvironment = "prod"',
    "rename": '[rename]\norders-svc = "orders"',
    "metrics": '[metrics.acme_basket_wait]\naspect = "latency"\nunit = "s"',
}
_LARGEST = 1_000_000
_PART = re.compile(r"_(?:bucket|count|sum)$")


class CorrectionsError(OrchestratorError):
    """The file of corrections cannot be used. Says every place, the rule it breaks, and an example that works."""

    kind = "corrections"
    status = 500


class MetricCorrection(Frozen):
    """What one metric, or all of a pattern, means. `service` says whose it is, `service_label` which label says it."""

    aspect: Aspect | None = None
    unit: str | None = Field(default=None, max_length=20)
    service: str = Field(default="", max_length=200)
    service_label: str = Field(default="", max_length=200)
    ignore: bool = False


class _Discovery(Frozen):
    service_labels: tuple[Name, ...] = ()
    ignore_services: tuple[Name, ...] = ()
    ignore_metrics: tuple[Name, ...] = ()


class _File(Frozen):
    discovery: _Discovery = _Discovery()
    scope: Scope = Scope()
    rename: dict[Name, Name] = Field(default_factory=dict)
    metrics: dict[Name, MetricCorrection] = Field(default_factory=dict)


_SECTIONS: Mapping[str, type[Frozen]] = {"discovery": _Discovery, "scope": Scope}


@dataclass(frozen=True)
class Corrections:
    """The corrections of one file. Names of services are canonical; patterns are those of a shell (`*`, `?`)."""

    service_labels: tuple[str, ...] = ()
    ignore_services: tuple[str, ...] = ()
    ignore_metrics: tuple[str, ...] = ()
    scope: Scope = Scope()  # noqa: RUF009 -- frozen
    rename: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, MetricCorrection] = field(default_factory=dict)

    def service(self, name: str) -> str:
        """What a canonical name is to be called; empty for one to ignore."""
        renamed = self.rename.get(name, name)
        ignored = any(fnmatchcase(each, pattern) for pattern in self.ignore_services for each in (name, renamed))
        return "" if ignored else renamed

    def metric(self, name: str) -> MetricCorrection | None:
        """What was said of that metric; its own name goes before patterns, and those in the order of the file.

        The parts of a histogram are known by the histogram's name too.
        """
        names = (name, _PART.sub("", name))
        found = next((self.metrics[each] for each in names if each in self.metrics), None)
        if found is not None:
            return found
        return next(
            (self.metrics[each] for each in self._patterns if any(fnmatchcase(one, each) for one in names)), None
        )

    def meant(self, scope: Scope) -> Scope:
        """The scope, with what it does not say filled in by what is meant where nobody says otherwise."""
        said = {part: value for part, value in scope.model_dump().items() if value}
        return self.scope.model_copy(update=said)

    def ignores_metric(self, name: str) -> bool:
        """Whether nothing is to be asked of that metric."""
        known = self.metric(name)
        return bool(known and known.ignore) or any(fnmatchcase(name, pattern) for pattern in self.ignore_metrics)

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        return tuple(each for each in self.metrics if "*" in each or "?" in each)


NO_CORRECTIONS = Corrections()


def parse_corrections(text: str, file: str = "compass.toml") -> Corrections:
    """The corrections in a file's text. Raises CorrectionsError; `file` is what its message calls it."""
    if len(text) > _LARGEST:
        raise CorrectionsError(f"{file} is larger than {_LARGEST:,} characters.", remedy="Keep only what differs.")
    try:
        read = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(error))
        where = f" at {at.group(1)}" if at else ""
        raise CorrectionsError(f"{file} is no TOML{where}.", remedy=f"For example:\n{_EXAMPLES['rename']}") from error
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        told = [_told(tuple(str(part) for part in each["loc"]), each["type"], each["msg"], text) for each in problems]
        sections = dict.fromkeys(_nearest_section(str(each["loc"][0])) for each in problems)
        raise CorrectionsError(
            "\n".join(f"{file}{line}" for line in told),
            remedy="For example:\n" + "\n".join(_EXAMPLES[section] for section in sections),
        ) from error
    return _corrections(read)


def _corrections(read: _File) -> Corrections:
    return Corrections(
        service_labels=read.discovery.service_labels,
        ignore_services=tuple(each.lower() for each in read.discovery.ignore_services),
        ignore_metrics=read.discovery.ignore_metrics,
        scope=read.scope,
        rename={canonical(old): canonical(new) for old, new in read.rename.items()},
        metrics=read.metrics,
    )


def _told(place: tuple[str, ...], kind: str, message: str, text: str) -> str:
    """Where, what is wrong, and the nearest name where a name is unknown."""
    where = f"{_line_of(place, text)}: {'.'.join(place)}"
    if kind != "extra_forbidden":
        return f"{where}: {message.removeprefix('Input ')}"
    known = _known_beside(place)
    near = get_close_matches(place[-1], known, n=1)
    return f"{where}: unknown; " + (f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}")


def _known_beside(place: tuple[str, ...]) -> tuple[str, ...]:
    """The names that may stand where an unknown one stands."""
    model: type[Frozen] = _File
    if len(place) > 1:
        model = _SECTIONS.get(place[0], MetricCorrection)
    return tuple(model.model_fields)


def _nearest_section(name: str) -> str:
    return next(iter(get_close_matches(name, _EXAMPLES, n=1)), "rename")


def _line_of(place: tuple[str, ...], text: str) -> str:
    """ ", line 7": where the last named part stands, each looked for from where the one before it stands."""
    lines, at = text.splitlines(), 0
    for part in (each for each in place if not each.isdigit()):
        whole = re.compile(rf"(?<![\w*?-]){re.escape(part)}(?![\w*?-])")
        found = next((number for number, line in enumerate(lines[at:], at) if whole.search(line)), None)
        if found is None:
            break
        at = found
    return f", line {at + 1}"
