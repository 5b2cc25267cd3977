"""Heavy work runs in processes that can be killed; what goes wrong there stays there, and nothing is left behind."""

import asyncio
import gc
import io
import os
import pickle
import sys
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchestrator.engine import ProcessPool
from orchestrator.engine import processes as processes_module
from orchestrator.engine.worker import LENGTH, answer, read_frame, serve
from orchestrator.errors import AgentExecutionError, ParameterExtractionError, SourceUnavailableError
from orchestrator.ports import Compute
from tests.orchestrator import calls


@pytest.fixture
async def pool() -> AsyncIterator[ProcessPool]:
    made = ProcessPool(2)
    yield made
    await made.aclose()


async def inside(pool: ProcessPool, tmp_path: Path) -> "tuple[asyncio.Task[None], int]":
    """A call that never ends, and the process in which it has begun."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    call = asyncio.create_task(pool.run(calls.tell_and_hang, str(pipe)))
    number = int(await asyncio.to_thread(pipe.read_text))
    pipe.unlink()
    return call, number


def lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_result_comes_back_from_another_process(pool: ProcessPool) -> None:
    compute: Compute = pool
    assert await compute.run(calls.add, 3, 4) == 7
    assert await compute.run(calls.process_id) != os.getpid()


async def test_a_process_is_used_again(pool: ProcessPool) -> None:
    assert await pool.run(calls.process_id) == await pool.run(calls.process_id)


async def test_garbage_is_collected_between_calls_and_not_during_one(pool: ProcessPool) -> None:
    assert await pool.run(calls.leave_a_circle) is False
    assert await pool.run(calls.circles_left) == 0


async def test_our_own_error_crosses_the_border_whole(pool: ProcessPool) -> None:
    with pytest.raises(SourceUnavailableError) as raised:
        await pool.run(calls.refuse)
    error = raised.value
    assert (error.message, error.remedy, error.details) == ("The folder is empty.", "Fill it.", {"folder": "cases"})
    assert str(error) == "The folder is empty."
    with pytest.raises(ParameterExtractionError) as refused:
        await pool.run(calls.refuse_a_value)
    assert (refused.value.field, refused.value.example) == ("budget", "budget=10")


async def test_of_a_foreign_error_only_the_type_crosses(pool: ProcessPool) -> None:
    with pytest.raises(AgentExecutionError) as raised:
        await pool.run(calls.fail)
    assert raised.value.message == "The analysis failed (ValueError)."
    assert "hunter2" not in repr(raised.value.__dict__)


async def test_cancelling_a_call_kills_its_process_and_the_next_gets_another(pool: ProcessPool, tmp_path: Path) -> None:
    call, number = await inside(pool, tmp_path)
    assert lives(number)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not lives(number)
    assert await pool.run(calls.process_id) != number


async def test_a_call_that_waits_for_a_process_can_be_cancelled_too(tmp_path: Path) -> None:
    pool = ProcessPool(1)
    call, number = await inside(pool, tmp_path)
    waiting = asyncio.create_task(pool.run(calls.add, 1, 1))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert lives(number)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert await pool.run(calls.add, 1, 1) == 2
    await pool.aclose()


@pytest.mark.parametrize("function", [calls.die, calls.leave])
async def test_a_worker_that_dies_is_an_error_and_the_pool_goes_on(pool: ProcessPool, function: "type[None]") -> None:
    with pytest.raises(AgentExecutionError, match="ended before it answered"):
        await pool.run(function)
    assert await pool.run(calls.add, 1, 2) == 3


async def test_a_process_that_died_while_it_rested_is_not_used(pool: ProcessPool) -> None:
    number = await pool.run(calls.process_id)
    (resting,) = pool._idle
    resting.kill()
    await resting.wait()
    assert await pool.run(calls.process_id) != number


async def test_more_calls_than_processes_wait_for_their_turn(pool: ProcessPool) -> None:
    answers = await asyncio.gather(*(pool.run(calls.process_id) for _ in range(9)))
    assert 1 <= len(set(answers)) <= 2


async def test_a_call_cancelled_while_a_large_answer_arrives_leaves_no_process(pool: ProcessPool) -> None:
    call = asyncio.create_task(pool.run(bytes, 50_000_000))
    while not (pool._busy and len(next(iter(pool._busy)).stdout._buffer) > 1_000_000):  # type: ignore[union-attr]
        await asyncio.sleep(0)
    [process] = pool._busy

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(call, timeout=20)

    assert process.returncode is not None


async def test_what_a_library_prints_does_not_get_between_the_answers(pool: ProcessPool) -> None:
    assert await pool.run(calls.chatter) == "answer"
    assert await pool.run(calls.add, 1, 1) == 2


async def test_who_reads_standard_input_finds_it_empty_and_steals_no_call(pool: ProcessPool) -> None:
    assert await pool.run(calls.read_input) == ""
    assert await pool.run(calls.add, 1, 1) == 2


async def test_twenty_megabytes_go_there_and_back(pool: ProcessPool) -> None:
    data = os.urandom(1024) * 20_480
    assert await pool.run(calls.length, data) == len(data)
    assert await pool.run(calls.echo, data) == data


async def test_a_call_cancelled_while_a_large_argument_is_sent_leaves_no_process(pool: ProcessPool) -> None:
    sending = asyncio.create_task(pool.run(calls.length, bytes(50_000_000)))
    while not pool._busy:
        await asyncio.sleep(0)
    (process,) = pool._busy
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert not lives(process.pid)
    assert not pool._busy


@pytest.mark.parametrize("function", [lambda: None, calls.unpicklable, calls.treacherous])
async def test_what_cannot_cross_the_border_is_an_error_of_ours(pool: ProcessPool, function: "type[None]") -> None:
    with pytest.raises(AgentExecutionError) as raised:
        await pool.run(function)
    assert "hunter2" not in raised.value.message
    assert await pool.run(calls.add, 1, 1) == 2


async def test_open_starts_every_process_and_imports_what_will_be_needed() -> None:
    pool = ProcessPool(2, preload=("tests.orchestrator.calls", "wave"))
    await pool.open()
    assert len(pool._idle) == 2
    assert await pool.run(calls.modules, "wave", "chunk_that_is_not_there") == [True, False]
    await pool.aclose()


async def test_a_preload_that_cannot_be_imported_is_told_at_the_first_call() -> None:
    pool = ProcessPool(1, preload=("no_such_module",))
    await pool.open()
    with pytest.raises(AgentExecutionError):
        await pool.run(calls.add, 1, 1)
    await pool.aclose()


async def test_closing_ends_calls_that_are_under_way_and_those_that_wait(tmp_path: Path) -> None:
    pool = ProcessPool(1)
    call, number = await inside(pool, tmp_path)
    waiting = asyncio.create_task(pool.run(calls.add, 1, 1))
    await asyncio.sleep(0)
    await pool.aclose()
    for each in (call, waiting):
        with pytest.raises(AgentExecutionError):
            await each
    assert not lives(number)
    with pytest.raises(AgentExecutionError, match="closed"):
        await pool.run(calls.add, 1, 1)
    assert (pool._idle, pool._busy) == ([], set())


async def test_a_process_that_starts_while_the_pool_is_closed_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, begun, started = ProcessPool(1), asyncio.Event(), []
    start = pool._start

    async def slow_start() -> asyncio.subprocess.Process:
        process = await start()
        started.append(process)
        begun.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return process

    monkeypatch.setattr(pool, "_start", slow_start)
    call = asyncio.create_task(pool.run(calls.add, 1, 1))
    await begun.wait()
    await pool.aclose()
    with pytest.raises(AgentExecutionError, match="closed"):
        await call
    assert not lives(started[0].pid)


async def test_a_closed_pool_can_be_opened_again() -> None:
    pool = ProcessPool(1)
    await pool.open()
    await pool.aclose()
    await pool.aclose()
    await pool.open()
    assert [process.returncode for process in pool._idle] == [None]
    assert await pool.run(calls.add, 1, 1) == 2
    await pool.aclose()


async def test_a_process_that_cannot_be_started_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = ProcessPool(1)
    monkeypatch.setattr(processes_module.sys, "executable", "no such interpreter")
    with pytest.raises(AgentExecutionError, match="could not be started"):
        await pool.run(calls.add, 1, 1)


async def test_workers_step_back_for_others(pool: ProcessPool) -> None:
    assert await pool.run(calls.politeness) >= min(19, os.nice(0) + 5)


async def test_nothing_is_left_behind_for_the_garbage_collector() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pool = ProcessPool(2)
        await pool.open()
        numbers = [process.pid for process in pool._idle]
        assert await pool.run(calls.add, 1, 1) == 2
        await pool.aclose()
        del pool
        gc.collect()
    assert [str(each.message) for each in caught] == []
    assert not any(lives(each) for each in numbers)


# ── the other side ───────────────────────────────────────────────────────────────────────────────────────────────────


def frame(content: object) -> bytes:
    body = pickle.dumps(content)
    return LENGTH.pack(len(body)) + body


def test_a_frame_is_a_length_and_so_many_bytes() -> None:
    stream = io.BytesIO(LENGTH.pack(3) + b"abc" + LENGTH.pack(0) + LENGTH.pack(9) + b"cut")
    assert [read_frame(stream) for _ in range(4)] == [b"abc", b"", None, None]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ((calls.add, (1, 2)), ("done", 3)),
        ((calls.fail, ()), ("failed", "ValueError")),
        ((calls.unpicklable, ()), ("failed", "AttributeError")),
        ((calls.add, (1,)), ("failed", "TypeError")),
    ],
)
def test_an_answer_says_how_it_went(call: object, expected: object) -> None:
    sort, content = pickle.loads(answer(pickle.dumps(call)))
    assert (sort, content) == expected or (sort, "PicklingError") == (expected[0], content)  # type: ignore[index]


def test_our_own_error_is_answered_with_all_it_knows() -> None:
    sort, (kind, state) = pickle.loads(answer(pickle.dumps((calls.refuse, ()))))
    assert (sort, kind, state["remedy"]) == ("error", SourceUnavailableError, "Fill it.")


def test_calls_are_answered_in_order_until_the_input_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    path = list(sys.path)
    asked = frame((path, ["wave"])) + frame((calls.add, (1, 2))) + frame((calls.fail, ())) + LENGTH.pack(50) + b"cut"
    answers = io.BytesIO()
    serve(io.BytesIO(asked), answers)
    answers.seek(0)
    assert [pickle.loads(read_frame(answers) or b"") for _ in range(2)] == [("done", 3), ("failed", "ValueError")]
    assert read_frame(answers) is None
    assert sys.path == path


def test_a_worker_that_is_not_greeted_ends() -> None:
    answers = io.BytesIO()
    serve(io.BytesIO(b""), answers)
    assert answers.getvalue() == b""
