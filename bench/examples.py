"""Write docs/examples.md: what Compass reports on each incident that comes with it, and what was really broken.

    python -m bench.examples            # print it
    python -m bench.examples --write    # write the page

The reports are those of the terminal, wrapped to be read in a browser, without the run's id, its duration and its cost,
which differ from run to run or are $0.00. Only the paragraphs above them read a recording's `truth.json`.
"""

import argparse
import asyncio
import json
import sys
import tarfile
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from agents.sources.snapshot import packaged_recordings
from bot.bootstrap import Compass, assembling
from bot.settings import load_settings
from bot.terminal.entries import Entry
from bot.terminal.report import header, report_entries
from orchestrator.events import InvestigationView
from orchestrator.model import Conclusion, Origin, Person, Report
from orchestrator.parameters import Parameters

PAGE = Path(__file__).resolve().parents[1] / "docs" / "examples.md"
LABEL, WIDTH = 13, 116
LEFT_OUT = frozenset({"Cost", "Assumed", "Understood", "Named by"})
NOTHING = "none"
INTRO = """\
# Examples

What Compass reports, with no model and no key, on each incident that comes with it. They were recorded in
[a small shop](../bench/lab/README.md) of seven services and a database, with one real fault each; Compass knows neither the
shop nor the fault. The paragraph above each report says what was done, which Compass never reads.

Every line below is what `compass investigate INC-123` prints at the end of a run; in Slack the same report is the reply in the
thread. `o1`, `o2`, ... are the facts, each with its query behind the button *Evidence*. Times are UTC. This page is written by
`python -m bench.examples --write` (`make examples`), and a test holds it to what the analysis says today.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write docs/examples.md from the packaged recordings.")
    parser.add_argument("--write", action="store_true", help="write the page instead of printing it")
    options = parser.parse_args(arguments)
    page = asyncio.run(examples())
    if options.write:
        PAGE.write_text(page)
    else:
        print(page, end="")
    return 0


async def examples(recordings: Path | None = None, jobs: int = 2) -> str:
    """The whole page, over the archives of that folder (else the packaged ones), in the order of their ids."""
    archives = sorted((recordings or packaged_recordings()).glob("*.tar.xz"))
    async with assembling(load_settings(), jobs) as assembled:
        sections = await asyncio.gather(*(_section(archive, assembled(archive)) for archive in archives))
    return "\n".join([INTRO, *sections])


async def _section(archive: Path, program: Compass) -> str:
    view, report, titles = await investigated(program)
    incident, truth, changes = view.investigation.incident, read(archive, "truth.json"), read(archive, "changes.json")
    entries = [
        *header(view),
        Entry("", ("",)),
        *report_entries(view, report, lambda agent_id: titles.get(agent_id, agent_id)),
    ]
    paragraph = textwrap.fill(" ".join([really(truth, changes), verdict(truth, report)]), WIDTH + 6)
    shown = "\n".join(wrapped(each for each in entries if each.label not in LEFT_OUT))
    same = shown.replace(view.investigation.investigation_id, "ID")
    return f"## {incident.incident_id}: {incident.title}\n\n{paragraph}\n\n```text\n{same}\n```\n"


async def investigated(program: Compass) -> tuple[InvestigationView, Report, dict[str, str]]:
    """The run over the only incident of the program's library, its report, and the agents' titles."""
    (incident,) = await program.incidents.known()
    async with program.running() as service:
        opened = await service.investigate(
            Parameters(incident_id=incident.incident_id),
            workspace="examples",
            by=Person(user_id="examples"),
            origin=Origin(surface="examples"),
        )
        view = await service.ended("examples", opened.investigation.investigation_id)
        titles = {agent_id: service.title_of(agent_id) for agent_id in view.investigation.agent_ids}
        return view, service.report(view), titles


def read(archive: Path, name: str) -> dict[str, Any]:
    """A JSON file of an archive."""
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if Path(member.name).name == name else None
            if content is not None:
                return dict(json.load(content))
    raise FileNotFoundError(f"{archive.name} has no {name}")


def really(truth: dict[str, Any], changes: dict[str, Any]) -> str:
    """What was done to the shop, and what else was changed around it without harm."""
    guilty = truth.get("root_cause_commit")
    harmless = [f"{each['service']} {each['version']}" for each in changes["deploys"] if each["commit_sha"] != guilty]
    settings = [
        f"{each['flag']} of {each['service']} ({each['change'].replace('->', ' to ')})"
        for each in changes["flags"]
        if truth["fault_type"] != "configuration" or each["service"] != truth["root_cause_service"]
    ]
    link = f"on the link {truth['link'].replace('->', ' → ')}, " if "link" in truth else ""
    deed = f"**Really broken:** {link}{truth['injection']}."
    around = [f"releases of {listed(harmless)}"] if harmless else []
    around += [f"the setting {listed(settings)}"] if settings else []
    return f"{deed} Harmless, around the same time: {' and '.join(around)}." if around else deed


def verdict(truth: dict[str, Any], report: Report) -> str:
    """How near the first hypothesis came."""
    meant = truth["root_cause_service"]
    named = report.conclusion == Conclusion.LIKELY
    if meant == NOTHING:
        return (
            "Compass accuses somebody, which is **wrong**." if named else "Compass accuses nobody, which is **right**."
        )
    if not named:
        return f"Compass names no cause; it should have named {meant}."
    lead = report.groups[0].lead
    if lead.service == meant:
        return f"Compass names {lead.service}, which is **right**."
    also = "acceptable: " if lead.service in truth.get("acceptable_services", ()) else "**wrong**: "
    return f"Compass names {lead.service}, which is {also}{meant} is meant."


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def wrapped(entries: Iterable[Entry]) -> Iterable[str]:
    """The entries as on a screen of that width: labels at the left, lines folded beside them."""
    for each in entries:
        for number, line in enumerate(each.lines):
            label = f"  {each.label if number == 0 else '':<{LABEL}}" if each.label else ""
            folded = textwrap.wrap(line, WIDTH - len(label), break_long_words=False) or [""]
            yield f"{label}{folded[0]}".rstrip()
            yield from (f"{' ' * (len(label) or 2)}{rest}" for rest in folded[1:])


if __name__ == "__main__":
    sys.exit(main())
