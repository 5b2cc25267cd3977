"""Prometheus, and whatever else speaks its HTTP API."""

from agents.sources.prometheus.answers import Answer, Listed, Meaning, Series
from agents.sources.prometheus.api import ApiLimits, PrometheusApi
from agents.sources.prometheus.histograms import HistogramSeries

__all__ = ["Answer", "ApiLimits", "HistogramSeries", "Listed", "Meaning", "PrometheusApi", "Series"]
