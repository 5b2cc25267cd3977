"""Tempo as a source of traces, and of who calls whom.

The law: an even sample. What is compared is the time before with the time of the incident, so both are asked in slices of
the same length for the same number of traces, and what did not fit is said.
"""

from agents.sources.tempo.source import TempoSource, TraceLimits

__all__ = ["TempoSource", "TraceLimits"]
