"""Loki, and whatever else speaks its HTTP API."""

from agents.sources.loki.plan import LokiLimits
from agents.sources.loki.queries import LokiQueries
from agents.sources.loki.source import LokiSource

__all__ = ["LokiLimits", "LokiQueries", "LokiSource"]
