"""The schedule alone, which is pure: whatever is asked of it in whatever order, its laws hold."""

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from orchestrator.engine import OrchestrationPolicy, TaskGraph, TaskSpec
from orchestrator.engine.node import Node
from orchestrator.engine.schedule import Refused, Schedule
from orchestrator.model import ZERO, TaskError, TaskResult, TaskStatus
from orchestrator.retry import BreakerPolicy
from tests.engine.stage import nothing

DOLLARS = st.integers(0, 4).map(Decimal)


class Scheduling(RuleBasedStateMachine):
    """Somebody who takes tasks, and says of those that were taken how they went, in any order."""

    @initialize(
        data=st.data(),
        fairness=st.sampled_from(["round_robin", "shortest_first"]),
        cancellation=st.sampled_from(["cascading", "isolated"]),
        budget=st.one_of(st.none(), st.integers(0, 10).map(Decimal)),
        breaks=st.booleans(),
    )
    def begin(
        self, data: st.DataObject, fairness: str, cancellation: str, budget: Decimal | None, breaks: bool
    ) -> None:
        number = data.draw(st.integers(1, 9))
        tasks = [
            TaskSpec(lambda: nothing, id=f"t{n}", agent=f"a{n % 3}", cost=data.draw(DOLLARS)) for n in range(number)
        ]
        after = {f"t{n}": data.draw(st.lists(st.sampled_from(range(n)), max_size=2)) for n in range(1, number)}
        self.graph = TaskGraph(tasks, {name: [f"t{each}" for each in needed] for name, needed in after.items()})
        self.policy = OrchestrationPolicy(
            fairness=fairness,  # type: ignore[arg-type]
            cancellation=cancellation,  # type: ignore[arg-type]
            cost_budget=budget,
            breaker=BreakerPolicy(failures=2, rest_s=5) if breaks else None,
        )
        self.schedule = Schedule(self.graph, self.policy)
        list(self.schedule.open({}))
        self.now = 0.0
        self.running: list[Node] = []
        self.resting: list[Node] = []
        self.ends: dict[str, TaskStatus] = {}
        self.idle = False

    @rule()
    def take(self) -> None:
        move = self.schedule.next(self.now)
        self.idle = move is None
        if isinstance(move, Refused):
            self._end(move.node, move.status)
        elif move is not None:
            name = move.spec.id
            assert name not in self.ends
            assert move not in self.running
            assert move not in self.resting
            assert all(each in self.ends for each in self.graph.after[name])
            self.running.append(move)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), share=st.sampled_from([0, 1]), how=st.sampled_from(["succeeded", "failed", "again", None]))
    def end(self, data: st.DataObject, share: int, how: str | None) -> None:
        node = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        refused = self.schedule.settle(node, node.spec.cost * share)
        self.schedule.judge(node, self.now, succeeded=None if how is None else how == "succeeded")
        if how == "again":
            self.resting.append(node)
        else:
            self._end(node, TaskStatus(how or "cancelled"))
        for each in refused:
            self._end(each.node, each.status)
        self.idle = False

    @precondition(lambda self: self.resting)
    @rule()
    def rested(self) -> None:
        self.schedule.again(self.resting.pop(0))
        self.idle = False

    @rule(seconds=st.floats(0.1, 20))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    def _end(self, node: Node, status: TaskStatus) -> None:
        todo = [(node, status)]
        while todo:
            node, status = todo.pop(0)
            name = node.spec.id
            assert name not in self.ends, f"{name} ends twice"
            self.ends[name] = status
            result = TaskResult(name, node.agent, status, errors=(TaskError("x", "x"),))
            skipped = self.schedule.ended(node, result)
            for other, _ in skipped:
                other.settled = True
            todo += [(other, TaskStatus.SKIPPED) for other, _ in skipped]

    @invariant()
    def the_budget_is_never_passed(self) -> None:
        purse, budget = self.schedule.purse, self.policy.cost_budget
        assert purse.reserved == sum((node.spec.cost for node in self.running), ZERO)
        assert budget is None or purse.settled + purse.reserved <= budget

    @invariant()
    def it_counts_what_is_left(self) -> None:
        assert self.schedule.unfinished == len(self.graph) - len(self.ends)

    @invariant()
    def when_nothing_can_start_and_nothing_runs_all_has_ended(self) -> None:
        if self.idle and not self.running and not self.resting:
            assert set(self.ends) == set(self.graph.tasks)


Scheduling.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestScheduling = Scheduling.TestCase
