"""Asks a model twice at most: what explains the evidence, and what speaks against the leading explanation.

The law: what fails at the model costs the run nothing but a remark; only money that is not there is passed on. The leading
explanation is put to the test by the agent that asserts it, and only where it is worth a headline.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.incident.thinking.accepting import Sifted, sifted
from agents.incident.thinking.answers import Doubt, Explanations
from agents.incident.thinking.brief import Brief, Evidence, brief
from agents.incident.thinking.forming import formed_with, leads
from agents.incident.thinking.known import known_names, named_in_data
from agents.incident.thinking.prompts import HYPOTHESES, REFUTE, prompt
from agents.incident.thinking.refuting import Refutation, lowered, refutation
from agents.incident.thinking.settling import Settling
from orchestrator.errors import ModelAnswerError, ModelUnavailableError
from orchestrator.model import THE_BAR, Hypothesis
from orchestrator.ports import Account, LanguageModel, Request, Tool

TOKENS_OF_HYPOTHESES, TOKENS_OF_DOUBT = 400, 150


@dataclass(frozen=True, slots=True)
class Thought:
    """What came of it: the hypotheses, likeliest first, and what there is to say of the model's part."""

    hypotheses: tuple[Hypothesis, ...]
    remarks: tuple[str, ...] = ()


class Thinker:
    """A model for one agent of one run, with the account that pays for it."""

    def __init__(self, model: LanguageModel, account: Account, tools: Sequence[Tool] = ()) -> None:
        self._model, self._account, self._tools = model, account, tuple(tools)

    async def think(self, evidence: Evidence, plain: Sequence[Hypothesis]) -> Thought:
        """What the model makes of the evidence, over what plain analysis says. Raises BudgetExceededError only.

        Nobody is asked where nothing wants an explanation, or where this agent has seen nothing.
        """
        if not evidence.wants_thought:
            return Thought(tuple(plain))
        settling = Settling(evidence.observations)
        try:
            answer = await self._explanations(evidence, brief(evidence))
        except (ModelUnavailableError, ModelAnswerError) as failure:
            return Thought(tuple(plain), (f"{_failed(failure)}: this is what plain analysis found. {failure.remedy}",))
        facts = {each.observation_id: each for each in evidence.observations}
        formed = formed_with(plain, answer.accepted, settling, facts, evidence.agent_id)
        if not leads(plain, settling.ranked, evidence.agent_id) or formed[0].initial_confidence < THE_BAR:
            return Thought(tuple(formed), tuple(answer.remarks))
        tested, remarks = await self._put_to_the_test(evidence, formed[0], settling.least_of_the_first())
        rest = sorted([tested, *formed[1:]], key=lambda each: -each.initial_confidence)
        return Thought(tuple(rest), (*answer.remarks, *remarks))

    async def _explanations(self, evidence: Evidence, asked: Brief) -> Sifted:
        known = known_names(evidence.observations, evidence.context)
        request = Request(
            purpose=HYPOTHESES,
            prompt=prompt(HYPOTHESES),
            data=asked.text,
            answer=Explanations,
            most_tokens=TOKENS_OF_HYPOTHESES,
            names=named_in_data(known, evidence.context, evidence.incident),
            tools=self._tools,
        )
        answer = await self._model.ask(request, self._account)
        return sifted(answer.explanations, asked.shown.keys(), known)

    async def _put_to_the_test(
        self, evidence: Evidence, leading: Hypothesis, floor: float
    ) -> tuple[Hypothesis, Sequence[str]]:
        """The leading explanation after the attempt to refute it."""
        asked = refutation(evidence, leading)
        if asked is None:
            return leading, ()
        try:
            doubt = await self._model.ask(self._doubt(evidence, asked), self._account)
        except (ModelUnavailableError, ModelAnswerError) as failure:
            return leading, (f"{_failed(failure)} when the leading explanation was to be refuted.",)
        return (tested := lowered(leading, doubt, asked.shown, floor)), _doubted(leading, tested)

    def _doubt(self, evidence: Evidence, asked: Refutation) -> Request[Doubt]:
        known = known_names(evidence.observations, evidence.context)
        return Request(
            purpose=REFUTE,
            prompt=prompt(REFUTE),
            data=asked.text,
            answer=Doubt,
            most_tokens=TOKENS_OF_DOUBT,
            names=named_in_data(known, evidence.context, evidence.incident),
        )


def _failed(failure: ModelUnavailableError | ModelAnswerError) -> str:
    """What went wrong, as the beginning of a sentence."""
    what = "did not answer" if isinstance(failure, ModelUnavailableError) else "gave no usable answer"
    return f"The model {what} ({failure.message.rstrip('.')[:160]})"


def _doubted(before: Hypothesis, after: Hypothesis) -> Sequence[str]:
    if after.initial_confidence == before.initial_confidence:
        return ()
    new = [each for each in after.refuting if each not in before.refuting] or after.refuting
    sure = f"{after.initial_confidence:.2f} instead of {before.initial_confidence:.2f}"
    return (f"The model holds {', '.join(new)} against {after.service}: confidence {sure}.",)
