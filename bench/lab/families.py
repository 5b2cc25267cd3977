"""Metric families as text: the format that Prometheus scrapes, and OpenMetrics with times for `promtool`.

Sources: prometheus.io/docs/instrumenting/exposition_formats (0.0.4) and the OpenMetrics specification 1.0. Both print a
family whole, under one `# TYPE` line; OpenMetrics wants the samples of a series side by side and ascending, and `# EOF`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Kind = Literal["counter", "gauge", "unknown"]
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True)
class Sample:
    """One value of one series; `at` in epoch seconds where it is not of this moment."""

    labels: Mapping[str, str]
    value: float
    at: float | None = None


@dataclass
class Family:
    """All series of one name. A counter's name is printed as it stands: exporters do not all end it in `_total`."""

    name: str
    kind: Kind
    samples: list[Sample] = field(default_factory=list)


def scrape_text(families: Iterable[Family]) -> str:
    """The answer to a scrape."""
    return "".join(f"{line}\n" for family in families for line in _lines(family, family.name))


def openmetrics_lines(families: Iterable[Family]) -> Iterator[str]:
    """The lines of an OpenMetrics file, without line ends. There a counter's family is named without its `_total`."""
    for family in families:
        yield from _lines(family, family.name.removesuffix("_total") if family.kind == "counter" else family.name)
    yield "# EOF"


def _lines(family: Family, typed: str) -> Iterator[str]:
    yield f"# TYPE {typed} {family.kind}"
    for sample in family.samples:
        labels = ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in sample.labels.items())
        moment = "" if sample.at is None else f" {sample.at:.3f}"
        yield f"{family.name}{{{labels}}} {float(sample.value)!r}{moment}"
