"""The file of corrections to begin with: what was discovered, as comments in which people change what is wrong.

As it is written it corrects nothing, and `parse_corrections` reads it; every line that begins with `#:` works once that
sign is taken away.
"""

import json
import re
from collections.abc import Iterable, Iterator

from agents.sources.catalogue.overview import KnownMetric, Overview
from orchestrator.model import Aspect

MOST_METRICS = 200
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_HEAD = """\
# Corrections to what Compass discovers. Made by `compass map --write`; obeyed where COMPASS_MAP names it.
# Take away the `#:` in front of a line to make it count, then look at the result: compass map
# The whole format, and what each key means, is in docs/sources.md.

[discovery]
# Labels to believe before all others when a service is to be named:
#: service_labels = ["team_service"]
# Services and metrics to pass over (patterns with * and ?):
#: ignore_services = ["kube-*"]
#: ignore_metrics = ["go_*"]

# Which part of the world is meant, as labels say it, where nobody says otherwise:
[scope]
#: environment = "prod"

"""
_RENAME = """\
# Services as they are called now. Change a name to rename one; give two the same name to make them one.
[rename]
"""
_UNPLACED = """
# Metrics whose labels name no service: say whose they are, or which label does.
"""
_METRICS = f"""
# Metrics that a general rule reads: say what they are about where that is wrong. Aspects are
# {", ".join(Aspect)}.
"""


def corrections_file(overview: Overview) -> str:
    """The text of the file."""
    return "".join((_HEAD, *_services(overview), *_unplaced(overview), *_metrics(overview)))


def _services(overview: Overview) -> Iterator[str]:
    yield _RENAME
    for each in overview.services:
        yield f"#: {_key(each.name)} = {_text(each.name)}\n"


def _unplaced(overview: Overview) -> Iterator[str]:
    if overview.unplaced:
        yield _UNPLACED
    for name in overview.unplaced[:MOST_METRICS]:
        yield f'#: [metrics.{_key(name)}]\n#: service = "whose"\n'


def _metrics(overview: Overview) -> Iterator[str]:
    found = _by_rule(metric for each in overview.services for metric in each.metrics)
    if found:
        yield _METRICS
    for metric in found[:MOST_METRICS]:
        yield f"#: [metrics.{_key(metric.of)}]\n"
        yield f"#: aspect = {_text(metric.aspect)}\n#: unit = {_text(metric.unit)}\n"
    if len(found) > MOST_METRICS:
        yield f"# and {len(found) - MOST_METRICS} more\n"


def _by_rule(metrics: Iterable[KnownMetric]) -> list[KnownMetric]:
    """Each metric once, those first of which nobody knows what they are about."""
    once = {metric.of: metric for metric in metrics if metric.by_rule}
    return sorted(once.values(), key=lambda each: (each.aspect is not Aspect.OTHER, each.of))


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    return json.dumps(str(value), ensure_ascii=False)
