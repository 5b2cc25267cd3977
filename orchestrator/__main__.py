"""The engine from a shell: `python -m orchestrator run --tasks tasks.json --max-concurrency 4 --timeout 300`.

Ends with 0 when every task succeeded, 1 when one did not, 2 when what was asked cannot be run, and 130 or 143 when it was
interrupted or told to end: then every task is cancelled and awaited, and what finished is printed all the same.
Progress goes to standard error, the result to standard output.
"""

import argparse
import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orchestrator.clock import SystemClock, put_down
from orchestrator.engine import Cancellation, Fairness, OrchestrationPolicy, OrchestrationResult, Running, TaskGraph
from orchestrator.engine.finding import graph_of
from orchestrator.engine.showing import Progress, as_json, as_text
from orchestrator.engine.taskfile import TaskFileError, read_tasks
from orchestrator.model import TaskStatus
from orchestrator.retry import RetryPolicy

CODES = "Ends with 0: every task succeeded; 1: one did not; 2: this cannot be run; 130, 143: interrupted, told to end."
FINE, NOT_ALL, UNUSABLE, BY_SIGNAL = 0, 1, 2, 128


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked, and give back the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        graph = graph_of(read_tasks(*_text_of(asked.tasks)))
        policy = _policy(asked)
    except ValueError as refused:
        sys.stderr.write(f"{refused}\n")
        return UNUSABLE
    return asyncio.run(_run(graph, policy, as_json if asked.json else as_text))


async def _run(graph: TaskGraph, policy: OrchestrationPolicy, told: Callable[[OrchestrationResult], str]) -> int:
    """The exit code. A first signal ends the tasks, a second one of its kind the program.

    The result is printed here, while the event loop lives: closing it would wait for ever for what was given up. Hence with
    such work the program ends at once.
    """
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else 0
    running = Running(graph, policy, listeners=[Progress(_show, width)])
    stopped: list[int] = []
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        stopped.append(number)
        loop.remove_signal_handler(number)
        running.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    result = await running.result()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)
    sys.stdout.write(told(result))
    sys.stdout.flush()
    code = FINE if all(each.status is TaskStatus.SUCCEEDED for each in result.tasks.values()) else NOT_ALL
    code = BY_SIGNAL + stopped[0] if stopped else code
    if not await _nothing_goes_on():
        os._exit(code)
    return code


async def _nothing_goes_on() -> bool:
    """What agents have left behind is cancelled; whether it has ended then."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*(put_down(SystemClock(), each) for each in left))
    return all(each.done() for each in left)


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _text_of(tasks: str) -> tuple[str, str]:
    """The tasks that are meant, and what to call them."""
    if tasks.lstrip().startswith(("[", "{")):
        return tasks, "--tasks"
    try:
        return Path(tasks).read_text(encoding="utf-8-sig"), tasks
    except UnicodeDecodeError:
        raise TaskFileError(f"{tasks}: this is no text in UTF-8.") from None
    except (OSError, ValueError) as failure:
        raise TaskFileError(f"{tasks}: the file cannot be read ({type(failure).__name__}).") from None


def _policy(asked: argparse.Namespace) -> OrchestrationPolicy:
    return OrchestrationPolicy(
        max_concurrency=asked.max_concurrency,
        retry=RetryPolicy(max_attempts=asked.retries + 1),
        timeout_s=asked.timeout,
        total_timeout_s=asked.total_timeout,
        cost_budget=asked.budget,
        fairness=asked.fairness,
        cancellation=asked.cancellation,
        seed=asked.seed,
    )


def _dollars(text: str) -> Decimal:
    try:
        return Decimal(text.removeprefix("$"))
    except InvalidOperation:
        raise argparse.ArgumentTypeError("an amount of dollars, such as 2.50") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m orchestrator", description="Run tasks on the engine.")
    commands = parser.add_subparsers(required=True, metavar="run")
    run = commands.add_parser("run", help="run a set or a graph of tasks", epilog=CODES)
    run.add_argument("--tasks", required=True, metavar="FILE|JSON", help="a file of tasks, or the JSON itself: '[...]'")
    run.add_argument("--max-concurrency", type=int, default=4, metavar="N", help="so many at once (4)")
    run.add_argument(
        "--timeout", type=float, default=300.0, metavar="S", help="seconds for a task, with its retries (300)"
    )
    run.add_argument("--total-timeout", type=float, metavar="S", help="seconds for all of it (no limit)")
    run.add_argument("--budget", type=_dollars, metavar="$", help="dollars that are not passed (no limit)")
    run.add_argument("--fairness", choices=list(map(str, Fairness)), default=str(Fairness.ROUND_ROBIN))
    run.add_argument("--cancellation", choices=list(map(str, Cancellation)), default=str(Cancellation.CASCADING))
    run.add_argument("--retries", type=int, default=0, metavar="N", help="further attempts after a failure (0)")
    run.add_argument("--seed", type=int, default=0, metavar="N", help="what the waits before retries follow from (0)")
    run.add_argument("--json", action="store_true", help="print the result as JSON, with what the tasks made")
    return parser


if __name__ == "__main__":
    sys.exit(main())
