"""What sort a metric is: by what the server's metadata says, and where it says nothing (remote write, backfilled blocks),
by the suffixes that the exposition formats prescribe (OpenMetrics 1.0, "Suffixes")."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from agents.sources.prometheus.answers import Meaning

NOT_MEASURED = ("_created", "_info")


class Kind(StrEnum):
    """How a metric is to be asked for."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    NATIVE = "native histogram"
    SUMMARY = "summary"


NOTHING_SAID = Meaning("")


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: histograms and summaries under their base name, the others as they are called."""

    name: str
    kind: Kind
    unit: str = ""
    help: str = ""

    @property
    def asked_as(self) -> str:
        """The name of the series that tells where the metric is found, and that counts what happened."""
        return f"{self.name}_count" if self.kind in (Kind.HISTOGRAM, Kind.SUMMARY) else self.name


def metrics_of(names: Iterable[str], described: Mapping[str, Meaning]) -> tuple[Metric, ...]:
    """The metrics that series of these names belong to, by name. What measures nothing (`_info`, `_created`) is no metric."""
    known = frozenset(names)
    composed = {base: kind for name in sorted(known) for base, kind in _composed(name, known)}
    parts = {f"{base}{suffix}" for base in composed for suffix in ("", "_bucket", "_count", "_sum")}
    single = {name: kind for name in known - parts if (kind := _single(name, described)) is not None}
    return tuple(_metric(name, kind, described) for name, kind in sorted({**composed, **single}.items()))


def _composed(name: str, known: frozenset[str]) -> Iterable[tuple[str, Kind]]:
    """The histogram or summary that a series belongs to. A `_bucket` needs its `_count`: gauges are called buckets too."""
    if name.endswith("_count") and (base := name.removesuffix("_count")):
        if f"{base}_bucket" in known:
            yield base, Kind.HISTOGRAM
        elif f"{base}_sum" in known:
            yield base, Kind.SUMMARY


def _single(name: str, described: Mapping[str, Meaning]) -> Kind | None:
    said = _said(name, described).kind
    if name.endswith(NOT_MEASURED) or said in ("info", "stateset"):
        return None
    if said in ("histogram", "gaugehistogram"):
        return Kind.NATIVE
    if said == "counter" or (said != "gauge" and name.endswith("_total")):
        return Kind.COUNTER
    return Kind.GAUGE


def _metric(name: str, kind: Kind, described: Mapping[str, Meaning]) -> Metric:
    said = _said(name, described)
    return Metric(name, kind, said.unit or _unit(name), said.help)


def _said(name: str, described: Mapping[str, Meaning]) -> Meaning:
    """OpenMetrics describes a counter without its `_total`."""
    return described.get(name) or described.get(name.removesuffix("_total")) or NOTHING_SAID


_UNITS = {"seconds": "s", "milliseconds": "ms", "ms": "ms", "bytes": "B", "ratio": "", "percent": "%"}


def _unit(name: str) -> str:
    """The base unit that the name ends in, as the naming habits of Prometheus have it."""
    return _UNITS.get(name.removesuffix("_total").rsplit("_", 1)[-1], "")
