"""Prometheus, and whatever else speaks its HTTP API."""

from agents.sources.prometheus.answers import Answer, Listed, Meaning, Series
from agents.sources.prometheus.api import ApiLimits, PrometheusApi
from agents.sources.prometheus.budget import LookupLimits
from agents.sources.prometheus.discovery import Discovered, Discovery
from agents.sources.prometheus.histograms import HistogramSeries
from agents.sources.prometheus.queries import PrometheusQueries
from agents.sources.prometheus.source import PrometheusSource

__all__ = [
    "Answer",
    "ApiLimits",
    "Discovered",
    "Discovery",
    "HistogramSeries",
    "Listed",
    "LookupLimits",
    "Meaning",
    "PrometheusApi",
    "PrometheusQueries",
    "PrometheusSource",
    "Series",
]
