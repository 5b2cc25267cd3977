"""Evaluation: the same team, on a folder of recorded cases, with an answer a line for whoever knows the truth.

Its law: it never opens `truth.json`; it knows no case, no service and no score. What it measures is the program people
run: the same service, the same agents, the same limits, with a store in memory.
"""

from bot.evaluation.answers import Answer, answer_of, failure_of
from bot.evaluation.cases import Case, find_cases
from bot.evaluation.examine import Assembled, Examined, Library, examine
from bot.evaluation.runner import Outcome, evaluate

__all__ = [
    "Answer",
    "Assembled",
    "Case",
    "Examined",
    "Library",
    "Outcome",
    "answer_of",
    "evaluate",
    "examine",
    "failure_of",
    "find_cases",
]
