"""Where a telemetry server is and how to log in to it. A value that may be a secret is in no `repr`, message or log line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from yarl import URL

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

TENANT_HEADER = "X-Scope-OrgID"
"""How Mimir, Cortex, Loki and Tempo are told whose data is asked for."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """One server. `name` is what people call it ("Prometheus") and what its settings are called after.

    Either `token` (a bearer token) or `user` with `password` (HTTP basic), or neither. `ca_file` is the certificate of
    the authority that the server's own is checked against, in place of the system's; `cert_file` and `key_file` are what
    we show the server. `timeout_s` is the time for one attempt. Raises ValueError, which names no value, where the
    settings contradict themselves. Nothing is read from disk here.
    """

    name: str
    base_url: str
    token: SecretStr | None = None
    user: str = ""
    password: SecretStr | None = None
    tenant: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    verify: bool = True
    timeout_s: float = 20.0

    def __post_init__(self) -> None:
        self._check_url()
        if self.token is not None and (self.user or self.password is not None):
            raise ValueError(f"set {self.variable('token')}, or a user and a password, not both")
        if (self.password is None) != (not self.user):
            raise ValueError(f"{self.variable('user')} and {self.variable('password')} belong together")
        if ":" in self.user:
            raise ValueError(f"{self.variable('user')} must not hold a colon (RFC 7617)")
        if self.key_file is not None and self.cert_file is None:
            raise ValueError(f"{self.variable('key_file')} belongs to a {self.variable('cert_file')}")
        if not 0 < self.timeout_s <= 3600:
            raise ValueError(f"{self.variable('timeout')} is a number of seconds, more than 0 and at most 3600")
        if not all(_HEADER_NAME.fullmatch(each) for each in self.headers):
            raise ValueError(f"{self.variable('headers')}: a header's name holds what it must not (RFC 9110, 5.1)")
        if not all(each.isprintable() for each in (*self.headers.values(), self.tenant, self._secret())):
            raise ValueError(f"{self.name}: a header, tenant or token holds a line break or another control character")

    def variable(self, setting: str) -> str:
        """What people set: `variable("url")` is COMPASS_PROMETHEUS_URL for the server named Prometheus."""
        return f"COMPASS_{self.name.upper().replace(' ', '_')}_{setting.upper()}"

    @property
    def url(self) -> URL:
        """The base, with a path that ends in a slash."""
        return URL(self.base_url.rstrip("/") + "/")

    @property
    def has_login(self) -> bool:
        """Whether we say who we are."""
        return self.token is not None or bool(self.user)

    def _secret(self) -> str:
        return self.token.get_secret_value() if self.token is not None else ""

    def _check_url(self) -> None:
        url, variable = _parsed(self.base_url), self.variable("url")
        if url is None or url.scheme not in ("http", "https") or not url.host:
            raise ValueError(f"{variable} must be an http:// or https:// address")
        if url.user is not None or url.password is not None:
            raise ValueError(
                f"{variable} must not hold a login: use {self.variable('user')} and {self.variable('password')}"
            )
        if url.query_string or url.fragment:
            raise ValueError(f"{variable} must end with a path: no ? and no #")


def _parsed(address: str) -> URL | None:
    """None where it is no address; what yarl says of it would quote it."""
    try:
        return URL(address)
    except ValueError:
        return None
