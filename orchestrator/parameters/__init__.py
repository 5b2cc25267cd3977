"""From words to validated parameters. Deterministic: the same words at the same moment always mean the same.

A refusal names the field, what was given, the rule and an example that would work. Nothing is guessed and nothing dropped:
what is neither an option nor an id is the title.
"""

from orchestrator.parameters.extract import Parameters, extract_parameters
from orchestrator.parameters.values import (
    MOST_BUDGET,
    parse_budget,
    parse_names,
    parse_severity,
    parse_since,
    parse_until,
)

__all__ = [
    "MOST_BUDGET",
    "Parameters",
    "extract_parameters",
    "parse_budget",
    "parse_names",
    "parse_severity",
    "parse_since",
    "parse_until",
]
