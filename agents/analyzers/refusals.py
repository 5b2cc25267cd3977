"""What callers say where nobody listens at all: the connection is refused, at once, by the machine of the callee.

A network that is bad loses, delays or resets what is sent. A refusal is an answer: the way is good, and the process at its
end is gone, is just starting, or listens elsewhere (RFC 9293, 3.5.3: a reset in answer to a SYN).
"""

_SAID = (
    "connection refused",
    "econnrefused",
    "connect call failed",
    "actively refused",
    "no healthy upstream",
    "no endpoints available",
    "no available server",
    "no servers available",
)


def nobody_listens(template: str) -> bool:
    """Whether that line says so."""
    said = template.casefold()
    return any(each in said for each in _SAID)
