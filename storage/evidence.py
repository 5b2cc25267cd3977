"""What agents did and found: the steps, their observations, and hypotheses as they were formed and as they were ranked.

`listed_in` says where a hypothesis stands: in a step ("hypothesise:database"), or in the ranking of the whole run. Both
are kept, for a ranking that is made again replaces only the ranking.
"""

from typing import Any

from sqlite_utils import Database

from orchestrator.events import HypothesesRanked, Recorded, StepEnded, StepStarted
from orchestrator.model import Hypothesis, Observation, Step
from storage import codec

RANKING = "ranking"

_BEGUN = """
SELECT started_seq, started_at FROM steps
WHERE workspace = :workspace AND investigation_id = :investigation_id AND step = :step
"""

_FORGET_STEP = """
DELETE FROM steps WHERE workspace = :workspace AND investigation_id = :investigation_id AND step = :step
"""

_OF_THE_MISSED = """
FROM steps WHERE workspace = :workspace AND investigation_id = :investigation_id
    AND outcome IN ('over_budget', 'not_run')
"""

_MISSED = f"SELECT step {_OF_THE_MISSED}"

_PAID = f"""
INSERT INTO taken_again (workspace, investigation_id, started_seq, agent_id, cost_nano)
SELECT workspace, investigation_id, started_seq, agent_id, cost_nano {_OF_THE_MISSED} AND cost_nano > 0
"""

_FORGET_LIST = """
DELETE FROM hypotheses
WHERE workspace = :workspace AND investigation_id = :investigation_id AND listed_in = :listed_in
"""


def step_started(db: Database, recorded: Recorded, event: StepStarted) -> None:
    """The step begins, or begins anew: what an interrupted turn had left is forgotten."""
    _forget(db, recorded, str(event.step))
    _begin(db, recorded, event.step)


def step_ended(db: Database, recorded: Recorded, event: StepEnded) -> None:
    """The step's outcome and all it found, in place of what an earlier end of it had found."""
    begun = db.execute(_BEGUN, {**codec.key(recorded), "step": str(event.step)}).fetchone()
    _forget(db, recorded, str(event.step))
    seq, at = begun or (recorded.seq, codec.moment(recorded.at))
    row = {
        **_step(recorded, event.step),
        "started_seq": seq,
        "started_at": at,
        "outcome": event.outcome.value,
        "duration_s": event.duration_s,
        "cost_nano": codec.nano(event.cost),
        "note": event.note,
        "remarks": codec.texts(event.remarks),
        "allowance": event.allowance.value if event.allowance else "",
        **event.use.model_dump(),
    }
    db.table("steps").insert(row)
    db.table("observations").insert_all(
        [
            {**codec.key(recorded), "step": str(event.step), "position": position, **_observation(one)}
            for position, one in enumerate(event.observations, 1)
        ]
    )
    _list(db, recorded, str(event.step), event.hypotheses)


def missed_again(db: Database, recorded: Recorded) -> None:
    """Humans let the run go on: turns missed for want of it are forgotten, but for their cost, and taken once more."""
    db.execute(_PAID, codec.key(recorded))
    for (step,) in db.execute(_MISSED, codec.key(recorded)).fetchall():
        _forget(db, recorded, step)


def ranked(db: Database, recorded: Recorded, event: HypothesesRanked) -> None:
    """The ranking, in place of an earlier one."""
    db.execute(_FORGET_LIST, {**codec.key(recorded), "listed_in": RANKING})
    _list(db, recorded, RANKING, event.hypotheses)


def _forget(db: Database, recorded: Recorded, step: str) -> None:
    db.execute(_FORGET_STEP, {**codec.key(recorded), "step": step})
    db.execute(_FORGET_LIST, {**codec.key(recorded), "listed_in": step})


def _begin(db: Database, recorded: Recorded, step: Step) -> None:
    row = {
        **_step(recorded, step),
        "started_seq": recorded.seq,
        "started_at": codec.moment(recorded.at),
        "duration_s": 0.0,
        "cost_nano": 0,
        "note": "",
        "remarks": codec.texts(()),
    }
    db.table("steps").insert(row)


def _list(db: Database, recorded: Recorded, listed_in: str, hypotheses: tuple[Hypothesis, ...]) -> None:
    db.table("hypotheses").insert_all(
        [
            {**codec.key(recorded), "listed_in": listed_in, "position": position, **_hypothesis(one)}
            for position, one in enumerate(hypotheses, 1)
        ]
    )


def _step(recorded: Recorded, step: Step) -> dict[str, Any]:
    return {**codec.key(recorded), "step": str(step), "phase": step.phase.value, "agent_id": step.agent_id}


def _observation(one: Observation) -> dict[str, Any]:
    return {
        "observation_id": one.observation_id,
        "agent_id": one.agent_id,
        "summary": one.summary,
        "standing": one.standing.value,
        "signal": one.signal.value,
        "aspect": one.aspect.value,
        "service": one.service,
        "peer": one.peer,
        "signal_name": one.signal_name,
        "score": one.score,
        "onset": codec.maybe(one.onset),
        "value": one.value,
        "usual": one.usual,
        "unit": one.unit,
        "window_start": codec.maybe(one.window.start if one.window else None),
        "window_end": codec.maybe(one.window.end if one.window else None),
        "source": one.source,
        "query": one.query,
        "link": one.link,
        "latest": codec.maybe(one.latest),
        "sketch": one.sketch.model_dump_json() if one.sketch else None,
        "calls": codec.texts(one.calls),
    }


def _hypothesis(one: Hypothesis) -> dict[str, Any]:
    return {
        "hypothesis_id": one.hypothesis_id,
        "agent_id": one.agent_id,
        "statement": one.statement,
        "initial_confidence": one.initial_confidence,
        "service": one.service,
        "peer": one.peer,
        "fault_kind": one.fault_kind.value,
        "supporting": codec.texts(one.supporting),
        "refuting": codec.texts(one.refuting),
        "verify": codec.texts(one.verify),
        "disprove": codec.texts(one.disprove),
        "do_first": one.do_first,
        "change_id": one.change_id,
    }
