"""Who a piece of telemetry tells of: one name for a service, whatever store, exporter or convention it comes from.

The law: pure. Labels go in, a canonical service name and a scope come out; what discovery cannot know comes from the
corrections, a file that people write. Every live source asks here, so that logs, spans and metrics of one service meet.
"""

from agents.sources.catalogue.corrections import (
    NO_CORRECTIONS,
    Corrections,
    CorrectionsError,
    MetricCorrection,
    parse_corrections,
)
from agents.sources.catalogue.identity import service_of
from agents.sources.catalogue.names import canonical, host_of
from agents.sources.catalogue.overview import KnownMetric, KnownService, KnownStore, Overview, together
from agents.sources.catalogue.scopes import SCOPE_LABELS, belongs, mixed_environments, scope_of
from agents.sources.catalogue.template import corrections_file

__all__ = [
    "NO_CORRECTIONS",
    "SCOPE_LABELS",
    "Corrections",
    "CorrectionsError",
    "KnownMetric",
    "KnownService",
    "KnownStore",
    "MetricCorrection",
    "Overview",
    "belongs",
    "canonical",
    "corrections_file",
    "host_of",
    "mixed_environments",
    "parse_corrections",
    "scope_of",
    "service_of",
    "together",
]
