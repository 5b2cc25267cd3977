"""Every error the core raises on purpose, sorted by what to do next.

    OrchestratorError
    ├── ParameterExtractionError   400  something typed cannot be used: names the field, the value, the rule, an example
    ├── BudgetExceededError        409  a call does not fit the money that is left: raise the budget or take what was found
    ├── ConflictError              409  somebody else was first: look at what is recorded
    ├── UnkeepableError            422  what is to be kept is no plain data: names each task or fact and the rule
    ├── AgentNotFoundError         404  no agent of that name: the nearest known names
    ├── InvestigationNotFoundError 404  no such investigation in this workspace
    ├── AgentTimeoutError          504  an agent did not answer in time: the run goes on without it
    ├── AgentExecutionError        503  an agent failed: the run goes on without it
    ├── ContextAssemblyError       503  what an agent needs to know could not be gathered
    ├── SourceUnavailableError     503  a telemetry store did not answer
    ├── ModelUnavailableError      503  no answer came from a language model: the run goes on with plain analysis
    ├── ModelAnswerError           502  what came from it is no answer: the run goes on with plain analysis
    └── ApprovalRequiredError      409  a human has to decide first

The law: `message` and `remedy` are written by us and may be shown to people; they never hold the text of a foreign
exception, which may carry a secret. The foreign exception is kept as `__cause__`, for a debugger only.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import ClassVar

from orchestrator.redaction import SECRET, is_secret_name, redact

MOST_SHOWN = 80
"""So many characters of a refused value are told."""


class OrchestratorError(Exception):
    """The root. `kind` names the sort for machines, `status` is what HTTP answers, `remedy` is the way out for people."""

    kind: ClassVar[str] = "orchestrator_error"
    status: ClassVar[int] = 500
    default_remedy: ClassVar[str] = "Try again; if it happens again, look into the log under the request id."

    def __init__(self, message: str, *, remedy: str = "", details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy or self.default_remedy
        self.details: Mapping[str, str] = dict(details or {})


class ParameterExtractionError(OrchestratorError):
    """A value that cannot be used. Says which field, what was given, which rule it breaks and what would work."""

    kind = "parameter_extraction"
    status = 400

    def __init__(self, field: str, value: str, rule: str, example: str) -> None:
        clean = SECRET if is_secret_name(field) else redact(value)
        shown = clean if len(clean) <= MOST_SHOWN else clean[: MOST_SHOWN - 1] + "…"
        super().__init__(f"{field}: {rule}", remedy=f"For example: {example}", details={"field": field, "value": shown})
        self.field, self.value, self.rule, self.example = field, shown, rule, example


class BudgetExceededError(OrchestratorError):
    """A call that does not fit was not sent, or an agent reports more than there was. Never swallowed."""

    kind = "budget_exceeded"
    status = 409
    default_remedy = "Start again with a larger budget=, or work with what was found."


class ConflictError(OrchestratorError):
    """The same thing was already recorded, or is being done, by somebody else."""

    kind = "conflict"
    status = 409
    default_remedy = "Look at what is recorded; nothing was changed."


class UnkeepableError(OrchestratorError):
    """What is to be kept cannot be. `details` has the rule that it breaks, by the task's id or fact's name."""

    kind = "unkeepable"
    status = 422
    default_remedy = "Return plain data: None, booleans, finite numbers, text, lists, and dicts with text as keys."


class AgentNotFoundError(OrchestratorError):
    """No agent is registered under that name."""

    kind = "agent_not_found"
    status = 404

    @classmethod
    def registered(cls, name: str, known: Iterable[str]) -> "AgentNotFoundError":
        """Nobody is registered under that name. The remedy is the nearest of the known ones, else all of them."""
        names = {each.casefold(): each for each in known}
        near = get_close_matches(name.casefold(), names, n=1)
        remedy = f"Did you mean {names[near[0]]}?" if near else f"Known: {', '.join(names.values()) or 'nobody yet'}."
        return cls(f"No agent is registered as {name}.", remedy=remedy)


class InvestigationNotFoundError(OrchestratorError):
    """The workspace has no such investigation."""

    kind = "investigation_not_found"
    status = 404
    default_remedy = "List them with /investigate history."


class AgentTimeoutError(OrchestratorError):
    """An agent was cancelled at its time limit."""

    kind = "agent_timeout"
    status = 504


class AgentExecutionError(OrchestratorError):
    """An agent raised, or its worker process died."""

    kind = "agent_execution"
    status = 503


class ContextAssemblyError(OrchestratorError):
    """What an agent should be handed could not be put together."""

    kind = "context_assembly"
    status = 503


class SourceUnavailableError(OrchestratorError):
    """A telemetry store did not answer, or its answer cannot be read."""

    kind = "source_unavailable"
    status = 503
    default_remedy = "Check the source with `compass doctor`."


class ModelUnavailableError(OrchestratorError):
    """No answer came: the provider is down, slow, refuses the key or the model, or its price is unknown."""

    kind = "model_unavailable"
    status = 503
    default_remedy = "Check the model with `compass doctor`."


class ModelAnswerError(OrchestratorError):
    """What came cannot be used: no JSON, not of the wanted type, cut off, or a refusal to answer."""

    kind = "model_answer"
    status = 502


class ApprovalRequiredError(OrchestratorError):
    """The step may not be taken before a human has agreed."""

    kind = "approval_required"
    status = 409
