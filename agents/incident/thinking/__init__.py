"""How a specialist reasons with a language model over what plain analysis found.

The law: a model is handed a few lines of evidence and hands back words and ids, and code decides what they are worth. What
cites nothing that was seen is left out and counted; what plain analysis suspects is never lost and stays in its order; no
word of a model makes anybody likelier. Where no answer comes, plain analysis is the answer.
"""

from agents.incident.thinking.brief import Evidence
from agents.incident.thinking.thinker import Thinker, Thought

__all__ = ["Evidence", "Thinker", "Thought"]
