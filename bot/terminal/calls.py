"""What language models were asked in a run, for people: a line a call, and the bodies of one."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot.terminal.lists import columns
from bot.terminal.safe import safe
from orchestrator.model import CallStatus, LedgerEntry, ModelCall, Prompt

HEADS = ("no", "agent", "purpose", "prompt", "model", "tokens", "price", "status", "seconds")
FINE = Decimal("0.000001")
SHORT = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """The calls of one run, what the ledger says of them, and the prompts that they name."""

    calls: Sequence[ModelCall]
    ledger: Sequence[LedgerEntry]
    prompts: Sequence[Prompt]


def calls_lines(asked: Asked) -> list[str]:
    """A table with one line a call, in the order in which they were sent; empty where there was none."""
    paid = {each.call_id: each for each in asked.ledger}
    rows = [(str(number), *_row(each, paid.get(each.call_id))) for number, each in enumerate(asked.calls, start=1)]
    return columns([HEADS, *rows]) if rows else []


def body_lines(call: ModelCall) -> list[str]:
    """What was sent and what came back, as it was kept: redacted."""
    return [
        f"Request{_size(call.request, cut=call.request_cut)}",
        *_told(call.request),
        "",
        f"Response: {_status(call)}{_size(call.response, cut=call.response_cut)}",
        *_told(call.response),
    ]


def prompt_lines(prompt: Prompt) -> list[str]:
    """Its text under its name and version."""
    return [safe(f"{prompt.name}@{prompt.digest}"), "", *(safe(each) for each in prompt.text.splitlines())]


def version(name: str, digest: str) -> str:
    """A prompt by its name and the beginning of its hash."""
    return f"{name}@{digest[:SHORT]}" if digest else name


def _row(call: ModelCall, entry: LedgerEntry | None) -> tuple[str, ...]:
    tokens = f"{entry.tokens_in} in, {entry.tokens_out} out" if entry and entry.tokens_in + entry.tokens_out else ""
    return (
        call.agent_id,
        call.purpose,
        version(call.prompt, call.prompt_digest),
        call.model,
        tokens,
        _price(entry),
        _status(call),
        f"{call.duration_s:.2f}",
    )


def _price(entry: LedgerEntry | None) -> str:
    if entry is None or not entry.priced:
        return "unknown"
    if entry.status is CallStatus.RELEASED:
        return "$0"
    amount = f"${entry.amount.quantize(FINE, rounding=ROUND_HALF_UP)}"
    return f"{amount} at most" if entry.status is CallStatus.RESERVED else amount


def _status(call: ModelCall) -> str:
    return (str(call.status) if call.status else "no answer") + (", cut" if call.response_cut else "")


def _size(body: str, *, cut: bool) -> str:
    size = len(body.encode(errors="replace"))
    return f", the first {size:,} bytes:" if cut else f", {size:,} bytes:"


def _told(body: str) -> Iterable[str]:
    """JSON over several lines, what is none as it stands."""
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body
    return [safe(each) for each in text.splitlines()]
