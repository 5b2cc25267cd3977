"""Money beyond one run: what reading people's words may cost, what runs like one have cost, what is left of today.

The law: nothing here spends. Whoever asks a model before there is an investigation does so through `words_account`, so that no
cent is spent beyond an allowance, and hands its entries to `Investigations.investigate`, so that the run counts them too.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from orchestrator.budget import AgentAccount, Budget, Tills
from orchestrator.model import WORDS, Allowance, Estimate, Investigation, Origin, Person
from orchestrator.ports import InvestigationSummary, Store

LIKE_IT = 50
LOOKED_THROUGH = 300
MOST_SUMMED = 1000
DAYS = timedelta(days=30)


class Money:
    """`words` is the most, in dollars, that reading what one person typed may cost."""

    def __init__(self, store: Store, tills: Tills, words: Decimal) -> None:
        self._store, self._tills, self._words = store, tills, words

    def words_account(self, *, workspace: str, by: Person, origin: Origin, most: Decimal | None = None) -> AgentAccount:
        """An account for what a model reads before there is an investigation. One for each thing that somebody types.

        Its calls are put aside under the allowances of the day, the channel and the person, as a run's are, and within
        COMPASS_BUDGET_WORDS; `most` is less than that where a smaller budget was typed. What does not fit raises
        BudgetExceededError: then do without a model. Hand the account to `LanguageModel.ask`, and afterwards
        `investigate(..., paid=account.entries)`, which counts what was spent against the run that it opens. Where no
        run comes of it, or one is joined that goes on already, the money counts against the allowances alone.
        """
        limit = self._words if most is None else min(self._words, most)
        till = self._tills.of(workspace, origin, by)
        return Budget(limit, [WORDS], till=till).account(WORDS)

    async def estimate(self, wanted: Investigation) -> Estimate | None:
        """What the newest ended runs of its workspace, team and mode that asked a model have cost; None for too few."""
        runs = await self._store.recent(wanted.workspace, limit=LOOKED_THROUGH)
        like_it = [each for each in runs if each.ended and (each.team, each.mode) == (wanted.team, wanted.mode)]
        return Estimate.of([each.spent for each in like_it if each.calls or each.spent][:LIKE_IT])

    async def last_days(self, workspace: str) -> Sequence[InvestigationSummary]:
        """The runs of the last 30 days, newest first. Of a private channel's nothing may be told elsewhere, nor summed up."""
        runs = await self._store.recent(workspace, limit=MOST_SUMMED)
        since = self._tills.clock.now() - DAYS
        return [each for each in runs if each.requested_at > since]

    async def today(self, workspace: str, origin: Origin, by: Person) -> Sequence[tuple[Allowance, Decimal]]:
        """What each allowance that binds them is, and what was drawn from it today, in dollars."""
        return await self._tills.of(workspace, origin, by).today()
