"""Names that are no service's name but where somebody calls: an IP address, a host name, an endpoint called remote.

What is measured at an address is what its callers wait for. What stands behind it (a load balancer, an outside service,
or one that is known by another name) nobody there can tell.
"""

import re
from functools import lru_cache

from agents.analyzers.words import vocabulary, words

_OUTSIDE = vocabulary("remote external outside thirdparty 3rdparty")
_IP = r"(?:\d{1,3}\.){3}\d{1,3}"
_HOST = r"(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|app|cloud|gov|edu|local|internal)"
_ADDRESS = re.compile(rf"(?<![\w.]){_IP}(?![\d.])|(?<![\w.]){_HOST}(?![a-z0-9.-])", re.IGNORECASE)


@lru_cache(maxsize=16384)
def is_address(name: str) -> bool:
    """Whether that names a place that is called rather than a service."""
    return bool(_OUTSIDE.intersection(words(name)) or _ADDRESS.search(name))
