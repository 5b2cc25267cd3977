"""The read-only tools of a question, as a model is offered them: so many in all, each within a time, all of it data.

What is wrong with a wish is told to the model in our words, so that it may wish better; only money goes up at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from agents.llm.outgoing import Passage
from agents.llm.wire.asking import Asking
from orchestrator.clock import Clock, within
from orchestrator.errors import BudgetExceededError, OrchestratorError
from orchestrator.ports import Tool

if TYPE_CHECKING:
    from pydantic_ai import RunContext
    from pydantic_ai import Tool as OfferedTool
    from pydantic_ai.tools import ToolDefinition

ENOUGH = "Nothing more can be looked up. Answer with what you have."


@dataclass
class Lookups:
    """The tools of one question. Each may take `limit_s` seconds; `left` more are allowed."""

    tools: Sequence[Tool]
    left: int
    limit_s: float
    clock: Clock
    question: Asking
    way: Passage
    offered: "list[OfferedTool[None]]" = field(init=False)

    def __post_init__(self) -> None:
        self.offered = [self._offered(each) for each in self.tools]

    def _offered(self, tool: Tool) -> "OfferedTool[None]":
        from pydantic_ai import Tool as OfferedTool

        async def run(**wish: Any) -> str:
            return await self._run(tool, wish)

        offered: OfferedTool[None] = OfferedTool.from_schema(
            run, tool.name, tool.description, tool.arguments.model_json_schema()
        )
        offered.prepare = self._while_any_are_left
        return offered

    async def _while_any_are_left(self, _: "RunContext[None]", definition: "ToolDefinition") -> "ToolDefinition | None":
        return definition if self.left > 0 else None

    async def _run(self, tool: Tool, wish: dict[str, Any]) -> str:
        if self.left <= 0:
            return ENOUGH
        self.left -= 1
        try:
            arguments = tool.arguments.model_validate(self.way.wish(wish))
            return self.way.out(await within(self.clock, self.limit_s, tool.run(arguments)))
        except BudgetExceededError as error:
            self.question.failure = error
            raise
        except ValidationError as error:
            wrong = sorted({".".join(map(str, each["loc"])) or "all of it" for each in error.errors()})
            return f"These arguments cannot be used: {', '.join(wrong)}."
        except OrchestratorError as error:
            return self.way.out(f"{error.message} {error.remedy}")
        except TimeoutError:
            return f"That took longer than {self.limit_s:g} seconds. Ask for less."
