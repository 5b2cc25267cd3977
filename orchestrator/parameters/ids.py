"""Which incident: INC-123, #ops-4711. Pure.

The law: letters, a dash and digits name an incident, unless they are known to name something else: a severity, a standard
(UTF-8, SHA-256), a zone, a host or a service. A run looks at one incident: two are a question.
"""

import re

from orchestrator.naming.index import parts_of
from orchestrator.parameters.canvas import Canvas
from orchestrator.parameters.claims import Claims
from orchestrator.parameters.extraction import Source
from orchestrator.parameters.known import Known

_ID = re.compile(r"(?<![\w/.=-])#?([A-Za-z][A-Za-z0-9]{0,19}-[0-9]{1,12})(?![\w/-]|\.\w|=)", re.ASCII)
_STANDARDS = frozenset((
    "sev", "p", "prio", "utf", "sha", "iso", "rfc", "http", "https", "tls", "ssl", "aes", "md", "ipv", "utc", "gmt",
    "crc", "base", "cve", "rsa", "ed", "x86", "gpt", "sse", "arm", "usb", "h", "step", "top", "phase", "covid",
    "cet", "est",
))  # fmt: skip
_MACHINES = frozenset((
    "node", "worker", "pod", "host", "server", "db", "web", "eu", "us", "ap", "sa", "af", "me", "zone", "region",
    "replica", "shard", "broker", "vm", "instance", "box", "rack", "disk", "az", "port", "cluster", "partition",
    "v", "version", "build", "thread", "core", "cpu", "gpu", "slot", "page", "chapter", "day", "week", "month", "q",
    "level", "tier", "layer",
))  # fmt: skip


def read_ids(canvas: Canvas, claims: Claims, known: Known) -> None:
    """The ids. Where some stand in capitals, those in small letters are other things."""
    parts = {part for each in known.services for part in parts_of(each)}
    found = [each for each in _ID.finditer(canvas.open) if _may_be(each[1], parts)]
    capital = [each for each in found if each[1].split("-")[0].isupper()]
    for each in capital or found:
        words = canvas.strike(each.start(), each.end())
        claims.add("incident", each[1].upper(), words, Source.TYPED)


def _may_be(text: str, parts: set[str]) -> bool:
    prefix = text.split("-")[0].lower()
    return prefix not in _STANDARDS and prefix not in _MACHINES and prefix not in parts
