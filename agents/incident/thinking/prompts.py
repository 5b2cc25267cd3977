"""The instructions that go to a model, as they stand in `agents/incident/prompts`, with their version."""

from functools import lru_cache
from importlib.resources import files

from orchestrator.model import Prompt

HYPOTHESES, REFUTE = "hypotheses", "refute"


@lru_cache(maxsize=2)
def prompt(name: str) -> Prompt:
    """The prompt in the file of that name; read when it is first needed."""
    text = files("agents.incident").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")
    return Prompt(f"incident/{name}", text)
