"""Which specialists were asked what, and what they said: a row a question, so that summaries count them without the journal."""

from sqlite_utils import Database

from orchestrator.events import Consulted, Recorded
from storage import codec


def consulted(db: Database, recorded: Recorded, event: Consulted) -> None:
    """Keep the question and its answer. What it cost is in the ledger of who asked, too, and is counted there."""
    told = event.consultation
    question, advice = told.question, told.advice
    db.table("consultations").insert(
        {
            **codec.key(recorded),
            "consulted_seq": recorded.seq,
            "asker": told.asker,
            "specialist": told.specialist,
            "question": question.text,
            "service": question.service,
            "peer": question.peer,
            "aspect": question.aspect.value if question.aspect else None,
            "moment": codec.maybe(question.at),
            "outcome": told.outcome.value,
            "advice": advice.text,
            "known": advice.known,
            "supports": advice.supports,
            "cites": codec.texts(advice.cites),
            "duration_s": told.duration_s,
            "cost_nano": codec.nano(told.cost),
            "depth": told.depth,
        }
    )
