"""What a server notes beside an answer, or instead of one, put into words of ours.

Its own words are searched for what we know and then dropped: they quote queries, label values and the addresses of stores
behind a proxy. What we do not know is counted, not shown.
"""

import re
from typing import Any

_MISSING = (
    (re.compile(r"truncated|limit", re.IGNORECASE), "what is beyond the server's own limit"),
    (
        re.compile(r"store|partial|remote|querier|replica|shard|sidecar|receiv|fetch", re.IGNORECASE),
        "what some of the server's own stores hold: they did not answer",
    ),
    (
        re.compile(r"mix|both histograms and|incompatible|custom and exponential", re.IGNORECASE),
        "points where histograms and numbers, or histograms of different kinds, met",
    ),
    (
        re.compile(r"bucket label|malformed|\ble\b.*missing", re.IGNORECASE),
        "histogram buckets without a readable bound",
    ),
    (re.compile(r"invalid|out of range|unknown", re.IGNORECASE), "values that a function of the query does not take"),
)
_REMARKS = (
    (re.compile(r"might not be a counter", re.IGNORECASE), "rate() of something that may not be a counter"),
    (
        re.compile(r"monotonic", re.IGNORECASE),
        "histogram buckets that had to be mended before a quantile could be estimated",
    ),
    (re.compile(r"quantile value should be", re.IGNORECASE), "a quantile that is not between 0 and 1"),
)
OTHER = "something about the query that Compass does not know"

_REASONS = (
    (
        re.compile(r"exceeded maximum resolution", re.IGNORECASE),
        "it asks for more points per series than the server gives",
    ),
    (re.compile(r"too many samples", re.IGNORECASE), "it would load more samples than the server allows"),
    (re.compile(r"timed out|timeout", re.IGNORECASE), "it takes longer than the server allows"),
    (re.compile(r"parse error", re.IGNORECASE), "it cannot be parsed"),
    (
        re.compile(r"many-to-many|one-to-one|duplicate series|must be unique", re.IGNORECASE),
        "series on its two sides do not pair up",
    ),
    (re.compile(r"limit", re.IGNORECASE), "it passes a limit of the server's"),
)
_ERROR_TYPES = {
    "bad_data": "the server calls it invalid",
    "execution": "the server could not carry it out",
    "canceled": "the server cancelled it",
    "timeout": "it takes longer than the server allows",
    "unavailable": "the server is not ready",
    "internal": "the server failed inside",
}


def told(body: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """From an answer's `warnings` and `infos`: what is missing, and other remarks; each once."""
    missing: dict[str, None] = {}
    remarks: dict[str, None] = {}
    for key in ("warnings", "infos"):
        for text in _texts(body.get(key)):
            remark = _first(_REMARKS, text)
            lost = "" if remark or key == "infos" else _first(_MISSING, text)
            if lost:
                missing[lost] = None
            else:
                remarks[remark or OTHER] = None
    return tuple(missing), tuple(remarks)


def explain(status: int, body: Any) -> str:  # noqa: ARG001 -- one signature for all sources
    """Why the server refused a query, as far as we can say it; "" where we cannot."""
    if not isinstance(body, dict):
        return ""
    return _first(_REASONS, str(body.get("error", ""))[:2000]) or _ERROR_TYPES.get(str(body.get("errorType", "")), "")


def _texts(found: Any) -> list[str]:
    return [str(each)[:2000] for each in found] if isinstance(found, list) else []


def _first(table: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str:
    return next((words for pattern, words in table if pattern.search(text)), "")
