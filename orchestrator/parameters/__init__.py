"""From words to validated parameters. Deterministic: the same words at the same moment always mean the same.

A refusal names the field, what was given, the rule and an example that would work. Nothing is guessed and nothing dropped:
what fits several is a question, and what is nothing else is the title.
"""

from orchestrator.parameters.extraction import (
    MOST_BUDGET,
    Choice,
    Extraction,
    Parameters,
    Question,
    Reading,
    Source,
)
from orchestrator.parameters.grammar import read_words
from orchestrator.parameters.known import NOTHING_KNOWN, Known, KnownChange
from orchestrator.parameters.money import parse_budget
from orchestrator.parameters.options import parse_names
from orchestrator.parameters.points import parse_since, parse_until
from orchestrator.parameters.reading import extract_parameters
from orchestrator.parameters.severities import parse_severity

__all__ = [
    "MOST_BUDGET",
    "NOTHING_KNOWN",
    "Choice",
    "Extraction",
    "Known",
    "KnownChange",
    "Parameters",
    "Question",
    "Reading",
    "Source",
    "extract_parameters",
    "parse_budget",
    "parse_names",
    "parse_severity",
    "parse_since",
    "parse_until",
    "read_words",
]
