"""What language models were asked, in dicts, which keep the order in which something was first kept."""

from collections import defaultdict
from collections.abc import Sequence

from orchestrator.events import InvestigationView
from orchestrator.model import WORDS, AgentContext, ModelCall, Prompt
from orchestrator.ports import MOST_UNOWNED, MOST_WORDS_READ, WordsRead
from storage import codec, rules
from storage.memory_hub import Key, MemoryHub


class MemoryCalls(MemoryHub):
    """Implements `orchestrator.ports.CallJournal` and `ContextStore` and `WordsStore` beside what goes through the hubs."""

    def __init__(self) -> None:
        super().__init__()
        self._views: dict[Key, InvestigationView] = {}
        self._calls: defaultdict[Key, dict[str, ModelCall]] = defaultdict(dict)
        self._prompts: dict[Key, Prompt] = {}
        self._contexts: defaultdict[Key, dict[Key, AgentContext]] = defaultdict(dict)
        self._words_read: dict[Key, WordsRead] = {}

    async def keep_call(self, workspace: str, investigation_id: str, call: ModelCall) -> None:
        """See `CallJournal.keep_call`."""
        self._check_open()
        self._calls[workspace, investigation_id][call.call_id] = codec.kept(rules.within_bounds(call))
        if call.agent_id == WORDS:
            self._forget_unowned(workspace)

    def _forget_unowned(self, workspace: str) -> None:
        """All calls for words of which no run came, but the newest."""
        unowned = [
            (call.at, key, call_id)
            for key, calls in self._calls.items()
            if key[0] == workspace and key not in self._views
            for call_id, call in calls.items()
            if call.agent_id == WORDS
        ]
        for _, key, call_id in sorted(unowned, key=lambda each: each[0])[:-MOST_UNOWNED]:
            del self._calls[key][call_id]

    async def calls_of(self, workspace: str, investigation_id: str) -> Sequence[ModelCall]:
        """See `CallJournal.calls_of`."""
        self._check_open()
        return list(self._calls.get((workspace, investigation_id), {}).values())

    async def keep_prompt(self, workspace: str, prompt: Prompt) -> None:
        """See `CallJournal.keep_prompt`."""
        self._check_open()
        self._prompts.setdefault((workspace, prompt.digest), prompt)

    async def find_prompt(self, workspace: str, digest: str) -> Prompt | None:
        """See `CallJournal.find_prompt`."""
        self._check_open()
        return self._prompts.get((workspace, digest))

    async def keep_context(self, workspace: str, investigation_id: str, asked: str, context: AgentContext) -> None:
        """See `ContextStore.keep_context`."""
        self._check_open()
        self._contexts[workspace, investigation_id].setdefault((context.agent_id, asked), codec.kept(context))

    async def find_context(
        self, workspace: str, investigation_id: str, agent_id: str, asked: str
    ) -> AgentContext | None:
        """See `ContextStore.find_context`."""
        self._check_open()
        return self._contexts.get((workspace, investigation_id), {}).get((agent_id, asked))

    async def keep_words(self, workspace: str, investigation_id: str, read: WordsRead) -> None:
        """See `WordsStore.keep_words`."""
        self._check_open()
        self._words_read.setdefault((workspace, investigation_id), codec.kept(read))
        here = sorted(
            (each for each in self._words_read if each[0] == workspace), key=lambda key: self._words_read[key].at
        )
        for key in here[:-MOST_WORDS_READ]:
            del self._words_read[key]

    async def find_words(self, workspace: str, investigation_id: str) -> WordsRead | None:
        """See `WordsStore.find_words`."""
        self._check_open()
        return self._words_read.get((workspace, investigation_id))
