"""Tempo as a source of traces, and of who calls whom.

The law: a fair sample. What is compared is the time before with the time of the incident, so both are asked for the same
number of traces, each in slices of the same length, and what did not fit is said.
"""

from agents.sources.tempo.source import TempoSource, TraceLimits

__all__ = ["TempoSource", "TraceLimits"]
