"""What agents hand back, at the border. Agents are written by others: an answer comes in only if it is what was asked for,
and without secrets, e-mail addresses and the like in any of its texts.

A wrong answer is that agent's failure, told as such; it is never taken for "found nothing", which would be a finding.
"""

from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from typing import TypeVar

from orchestrator.budget import MOST_MONEY
from orchestrator.errors import AgentExecutionError
from orchestrator.model import Hypothesis, Observation, redacted, whole_nano
from orchestrator.ports import Agent, Remarking
from orchestrator.redaction import redact

MOST_REMARKS, LONGEST_REMARK = 10, 300

Finding = TypeVar("Finding", Observation, Hypothesis)


def findings(answer: object, sort: type[Finding]) -> tuple[Finding, ...]:
    """The answer as a tuple of `sort`: any number of them, one alone, or None for none.

    Raises AgentExecutionError for anything else, also where only a part is something else.
    """
    if answer is None:
        return ()
    if isinstance(answer, sort):
        return (redacted(answer),)
    wanted = "observations" if sort is Observation else "hypotheses"
    if not isinstance(answer, Iterable):
        raise AgentExecutionError(f"its answer is no list of {wanted}")
    found = tuple(answer)
    if not all(isinstance(each, sort) for each in found):
        raise AgentExecutionError(f"its answer holds something other than {wanted}")
    return redacted(found)


def told_cost(agent: Agent) -> Decimal:
    """What the agent says that it has spent in all, in dollars. Raises AgentExecutionError where that is no amount."""
    try:
        told = Decimal(str(agent.total_cost))
    except Exception as failure:  # a property of foreign code, which may raise anything
        raise AgentExecutionError("what it has spent cannot be read") from failure
    if not told.is_finite() or not 0 <= told <= MOST_MONEY:
        raise AgentExecutionError("what it says it has spent is no amount of dollars")
    return whole_nano(told)


def remarks_of(agent: Agent) -> tuple[str, ...]:
    """What the agent has to say of its turn beside what it found; nothing where that cannot be read: no result hangs on it."""
    if not isinstance(agent, Remarking):
        return ()
    with suppress(Exception):  # foreign code, which may raise anything
        return tuple(redact(str(each), LONGEST_REMARK) for each in agent.take_remarks())[:MOST_REMARKS]
    return ()
