"""From words to parameters, with all that is known here: services, recent changes, recorded incidents, and a model's reading.

Nobody is held up: stores that do not answer in time leave the words to be read without them. Stores are asked only where
something is said that they could tell more of, and a model only where the grammar left words that may matter. What was made of
words about which something is asked is kept beside the question: an answer is read as of then, and no model is asked again.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from orchestrator.clock import Clock, within
from orchestrator.errors import ModelUnavailableError, OrchestratorError
from orchestrator.investigation.money import Money
from orchestrator.investigation.names import PATIENCE_S, Names
from orchestrator.investigation.opening import LOOK_BACK, new_investigation_id
from orchestrator.model import Change, Incident, LedgerEntry, Mode, Origin, Person
from orchestrator.parameters import Extraction, Known, KnownChange, extract_parameters, read_words
from orchestrator.ports import (
    ChangeSource,
    IncidentSource,
    Lookup,
    TeamSpec,
    WordReader,
    WordReaders,
    WordsAnswer,
    WordsQuestion,
    WordsRead,
    WordsStore,
    WordValue,
)
from orchestrator.redaction import redact

MOST_CHANGES = 200
DEPLOYS = ("deploy", "deployment", "release", "rollout")
CONFIGURATIONS = ("config", "configuration", "flag")
_CHANGED = re.compile(r"deploy|release|roll-?out|ship|config|change|version|v\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood, and what a model's reading cost: for `Investigations.investigate(paid=..., run_id=...)`.

    `run_id` is the id for the run that comes of it: a model's calls are kept under it already.
    """

    extraction: Extraction
    run_id: str = ""
    paid: tuple[LedgerEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Words that somebody typed, where and when. `answers` are options by which questions were answered before.

    `run_id` is the id that they were given for their run. `named` is the incident, where it is known otherwise.
    """

    text: str
    zone: tzinfo
    workspace: str
    by: Person
    origin: Origin
    answers: tuple[str, ...] = ()
    run_id: str = ""
    named: Incident | None = None


@dataclass
class Noting:
    """Asks `reader`, and notes what it found. Implements WordReader."""

    reader: WordReader
    found: tuple[WordValue, ...] = ()

    async def read(self, question: WordsQuestion) -> WordsAnswer:
        """See the port."""
        answer = await self.reader.read(question)
        self.found = answer.found
        return answer


@dataclass(frozen=True, slots=True)
class Recalling:
    """Says again what was found before. Implements WordReader."""

    before: WordsRead

    async def read(self, question: WordsQuestion) -> WordsAnswer:  # noqa: ARG002 - the answer is there
        """See the port."""
        if self.before.unread:
            raise ModelUnavailableError(self.before.unread)
        return WordsAnswer(found=self.before.found)


@dataclass(frozen=True, slots=True)
class Understanding:
    """Reads words. `readers`: who reads what the grammar left; None: nobody. `budget`: the default, in dollars."""

    incidents: IncidentSource
    team: TeamSpec
    names: Names
    changes: ChangeSource | None
    money: Money
    readers: WordReaders | None
    clock: Clock
    budget: Decimal
    kept: WordsStore

    async def of(self, asked: Asked) -> Understood:
        """What the words say. Raises ParameterExtractionError."""
        before = await self.kept.find_words(asked.workspace, asked.run_id) if asked.run_id else None
        now, named = before.at if before else self.clock.now(), asked.named is not None
        plainly = read_words(asked.text, now=now, zone=asked.zone, named=named, answers=asked.answers)
        known = await self._known(asked, plainly, now)
        run_id = asked.run_id or new_investigation_id()
        account = self.money.words_account(workspace=asked.workspace, by=asked.by, origin=asked.origin)
        plain = self.readers.reader_for(asked.workspace, run_id, account) if self.readers and not before else None
        noting = Noting(plain) if plain else None
        extraction = await extract_parameters(
            asked.text,
            now=now,
            zone=asked.zone,
            known=known,
            reader=Recalling(before) if before else noting,
            named=named,
            answers=asked.answers,
        )
        if before:
            return Understood(extraction, run_id, before.paid)
        paid = tuple(account.entries)
        if extraction.questions:
            found = tuple(_redacted(each) for each in noting.found) if noting else ()
            read = WordsRead(at=now, found=found, unread=redact(extraction.unread), paid=paid)
            await self.kept.keep_words(asked.workspace, run_id, read)
        return Understood(extraction, run_id, paid)

    async def _known(self, asked: Asked, plainly: Extraction, now: datetime) -> Known:
        """What there is to hold the words against; services only where a name may stand, changes where one is meant."""
        said = plainly.parameters
        agents = tuple(each.agent_id for each in self.team.agents)
        modes = tuple(each.value for each in Mode)
        if not said.title and not said.affected_services:
            return Known(agents=agents, modes=modes, budget=self.budget)
        incident = asked.named or await self._incident(said.incident_id, now)
        changed = bool(_CHANGED.search(asked.text))
        services, changes = await asyncio.gather(
            self.names.known(incident, now), self._changes(incident, now) if changed else _none()
        )
        return Known(tuple(sorted({*services, *incident.affected_services})), changes, agents, modes, self.budget)

    async def _incident(self, incident_id: str | None, now: datetime) -> Incident:
        """The incident of that id, or one of the last minutes, to ask the stores by."""
        found = await self.incidents.find(incident_id) if incident_id else None
        return found or Incident(incident_id=incident_id or "words", title="words", start_time=now - LOOK_BACK)

    async def _changes(self, incident: Incident, now: datetime) -> tuple[KnownChange, ...]:
        """What was changed of late; in a recording, on the clock of the day in which it is looked at, as times are typed."""
        if self.changes is None:
            return ()
        try:
            found = await within(self.clock, PATIENCE_S, self.changes.read_changes(Lookup.of_changes(incident, now)))
        except (TimeoutError, OrchestratorError):
            return ()
        latest = max((each.at for each in found.changes), default=now)
        shift = timedelta(days=(now - latest).days) if incident.recorded else timedelta(0)
        return tuple(_known_changes(found.changes, shift))


def _redacted(value: WordValue) -> WordValue:
    return value.model_copy(update={"value": redact(value.value, 200), "words": redact(value.words, 300)})


def _known_changes(changes: Sequence[Change], shift: timedelta) -> Sequence[KnownChange]:
    kinds = {**dict.fromkeys(DEPLOYS, "deploy"), **dict.fromkeys(CONFIGURATIONS, "config")}
    return [
        KnownChange(each.service, kinds[each.kind], each.change_id, each.at + shift)
        for each in changes[-MOST_CHANGES:]
        if each.service and each.kind in kinds
    ]


async def _none() -> tuple[KnownChange, ...]:
    return ()
