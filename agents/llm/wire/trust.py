"""Whose certificates are trusted: those that the system trusts, read only where TLS is spoken.

To read them takes longer than a question to a server in the house, and stops everything else for that time.
"""

from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from urllib.parse import urlsplit


def trusted(address: str) -> SSLContext | bool:
    """What an HTTP client takes for `verify`, for that address: where it speaks no TLS, nobody is trusted."""
    return SSLContext(PROTOCOL_TLS_CLIENT) if urlsplit(address).scheme == "http" else True
