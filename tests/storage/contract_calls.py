"""What every store must keep of the calls to language models, and of what agents were handed before they made one."""

import pytest

from orchestrator.model import AgentContext, Baseline, CatalogueEntry, Change, ModelCall, Prompt, Window
from orchestrator.ports import MOST_REQUEST, MOST_RESPONSE, MOST_UNOWNED, MOST_WORDS_READ, Store
from storage.errors import StorageClosedError
from tests.storage import builders as a
from tests.support.builders import past_incident
from tests.support.clock import NOON


def long_call(request: str, response: str) -> ModelCall:
    return a.call("c1").model_copy(update={"request": request, "response": response})


def handed(agent_id: str, *, usual: float = 6.5) -> AgentContext:
    """A context with something of each sort."""
    return AgentContext(
        agent_id=agent_id,
        incident_id="INC-1",
        window=Window(start=NOON, end=a.later(60)),
        baseline_window=Window(start=a.later(-3600), end=NOON),
        baselines=(Baseline(service="orders", metric="pool", usual=usual, low=6.0, high=7.0, points=60),),
        catalogue=(CatalogueEntry(service="orders", calls=("orders-db",), affected=True),),
        changes=(Change("v412", NOON, "deploy", "orders", "v412: «пул»", files=("a.py",)),),
        similar=(past_incident(),),
        missing=("Changes: no answer",),
    )


class CallContract:
    async def test_calls_come_back_as_they_were_kept_in_the_order_of_arrival(self, store: Store) -> None:
        calls = [a.call("database-2"), a.call("application-1", status=0, response=""), a.call("database-1")]
        for each in calls:
            await store.keep_call("T1", "r1", each)
        assert list(await store.calls_of("T1", "r1")) == calls

    async def test_a_call_kept_again_is_one_call_at_its_first_place(self, store: Store) -> None:
        for each in (a.call("c1", status=0), a.call("c2"), a.call("c1", response="{«да»}")):
            await store.keep_call("T1", "r1", each)
        assert list(await store.calls_of("T1", "r1")) == [a.call("c1", response="{«да»}"), a.call("c2")]

    async def test_each_run_of_each_workspace_has_calls_of_its_own(self, store: Store) -> None:
        await store.keep_call("T1", "r1", a.call("c1"))
        await store.keep_call("T1", "r2", a.call("c1", status=500))
        await store.keep_call("T2", "r1", a.call("c1", status=429))
        assert [each.status for each in await store.calls_of("T1", "r1")] == [200]
        assert [each.status for each in await store.calls_of("T1", "r2")] == [500]
        assert [each.status for each in await store.calls_of("T2", "r1")] == [429]
        assert list(await store.calls_of("T2", "r2")) == []

    async def test_of_calls_for_words_of_which_no_run_came_the_newest_are_kept(self, store: Store) -> None:
        await store.append("T1", "r1", a.opened(), NOON)
        for number in range(-1, MOST_UNOWNED + 1):
            for run in ("r1",) if number < 0 else (f"r-{number}",):
                words = a.call("words-1", agent_id="words").model_copy(update={"at": a.later(number)})
                await store.keep_call("T1", run, words)
        await store.keep_call("T1", "r-other", a.call("c1"))
        await store.keep_call("T2", "r-0", a.call("words-1", agent_id="words"))
        kept = [len(await store.calls_of("T1", run)) for run in ("r1", "r-0", "r-1", f"r-{MOST_UNOWNED}", "r-other")]
        assert kept == [1, 0, 1, 1, 1]
        assert len(await store.calls_of("T2", "r-0")) == 1

    async def test_bodies_of_just_the_bound_are_kept_whole(self, store: Store) -> None:
        kept = long_call("q" * MOST_REQUEST, "a" * MOST_RESPONSE)
        await store.keep_call("T1", "r1", kept)
        assert list(await store.calls_of("T1", "r1")) == [kept]
        assert kept.answered

    async def test_an_answer_that_is_too_long_is_cut_between_characters_and_answers_nothing(self, store: Store) -> None:
        await store.keep_call("T1", "r1", long_call("q", "я" * (MOST_RESPONSE // 2) + "я"))
        await store.keep_call("T1", "r2", long_call("q", "a" + "я" * (MOST_RESPONSE // 2)))
        (even,), (odd,) = await store.calls_of("T1", "r1"), await store.calls_of("T1", "r2")
        assert even.response == "я" * (MOST_RESPONSE // 2)
        assert odd.response == "a" + "я" * (MOST_RESPONSE // 2 - 1)
        assert [each.response_cut for each in (even, odd)] == [True, True]
        assert [each.answered for each in (even, odd)] == [False, False]

    async def test_a_question_that_is_too_long_is_cut_and_its_answer_stays_good(self, store: Store) -> None:
        await store.keep_call("T1", "r1", long_call("q" * (MOST_REQUEST + 1), "a"))
        (kept,) = await store.calls_of("T1", "r1")
        assert (len(kept.request), kept.request_cut, kept.response_cut) == (MOST_REQUEST, True, False)
        assert kept.answered

    async def test_what_was_cut_before_it_came_stays_marked(self, store: Store) -> None:
        await store.keep_call("T1", "r1", a.call("c1").model_copy(update={"response_cut": True}))
        assert not (await store.calls_of("T1", "r1"))[0].answered

    async def test_a_call_that_cannot_be_read_back_is_refused(self, store: Store) -> None:
        with pytest.raises(ValueError, match="surrogates"):
            await store.keep_call("T1", "r1", a.call("c1", response="\ud800"))
        assert list(await store.calls_of("T1", "r1")) == []

    async def test_a_prompt_is_kept_once_under_its_first_name_and_found_by_its_digest(self, store: Store) -> None:
        for name in ("hypotheses.md", "renamed.md"):
            await store.keep_prompt("T1", Prompt(name, "Say what you think.\n"))
        await store.keep_prompt("T1", Prompt("hypotheses.md", "Say less."))
        found = await store.find_prompt("T1", Prompt("", "Say what you think.\n").digest)
        assert found == Prompt("hypotheses.md", "Say what you think.\n")
        assert await store.find_prompt("T1", Prompt("", "Say less.").digest) == Prompt("hypotheses.md", "Say less.")

    async def test_a_prompt_is_not_found_elsewhere(self, store: Store) -> None:
        await store.keep_prompt("T1", a.PROMPT)
        assert await store.find_prompt("T2", a.PROMPT.digest) is None
        assert await store.find_prompt("T1", "0" * 16) is None

    async def test_what_an_agent_was_handed_first_is_what_it_is_handed_again(self, store: Store) -> None:
        await store.keep_context("T1", "r1", "q1", handed("database"))
        await store.keep_context("T1", "r1", "q1", handed("database", usual=7.0))
        await store.keep_context("T1", "r1", "q2", handed("database", usual=8.0))
        assert await store.find_context("T1", "r1", "database", "q1") == handed("database")
        assert await store.find_context("T1", "r1", "database", "q2") == handed("database", usual=8.0)
        for elsewhere in (("T2", "r1", "database"), ("T1", "r2", "database"), ("T1", "r1", "network")):
            assert await store.find_context(*elsewhere, "q1") is None

    async def test_a_context_that_cannot_be_read_back_is_refused(self, store: Store) -> None:
        with pytest.raises(ValueError, match="usual"):
            await store.keep_context("T1", "r1", "q1", handed("database", usual=float("inf")))
        assert await store.find_context("T1", "r1", "database", "q1") is None

    async def test_what_was_made_of_words_first_is_what_an_answer_starts_from(self, store: Store) -> None:
        await store.keep_words("T1", "r1", a.words_read())
        await store.keep_words("T1", "r1", a.words_read(value="9"))
        await store.keep_words("T2", "r1", a.words_read(value="7"))
        assert await store.find_words("T1", "r1") == a.words_read()
        assert await store.find_words("T2", "r1") == a.words_read(value="7")
        assert await store.find_words("T1", "r2") is None

    async def test_of_questions_about_words_the_newest_are_kept(self, store: Store) -> None:
        await store.keep_words("T2", "r-0", a.words_read())
        for number in range(MOST_WORDS_READ + 1):
            await store.keep_words("T1", f"r-{number}", a.words_read(number))
        assert await store.find_words("T1", "r-0") is None
        assert await store.find_words("T1", "r-1") == a.words_read(1)
        assert await store.find_words("T2", "r-0") == a.words_read()

    async def test_calls_and_prompts_outlive_a_restart(self, store: Store) -> None:
        await store.keep_call("T1", "r1", a.call("c1"))
        await store.keep_prompt("T1", a.PROMPT)
        await store.aclose()
        await store.open()
        assert list(await store.calls_of("T1", "r1")) == [a.call("c1")]
        assert await store.find_prompt("T1", a.PROMPT.digest) == a.PROMPT

    async def test_no_call_is_told_to_a_store_that_is_closed(self, store: Store) -> None:
        await store.aclose()
        for question in (
            store.keep_call("T1", "r1", a.call("c1")),
            store.calls_of("T1", "r1"),
            store.keep_prompt("T1", a.PROMPT),
            store.find_prompt("T1", a.PROMPT.digest),
            store.keep_context("T1", "r1", "q1", handed("database")),
            store.find_context("T1", "r1", "database", "q1"),
            store.keep_words("T1", "r1", a.words_read()),
            store.find_words("T1", "r1"),
        ):
            with pytest.raises(StorageClosedError):
                await question
