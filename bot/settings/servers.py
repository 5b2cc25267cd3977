"""What can be set of a telemetry server: the same for each, so that who has set up one can set up all."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


def web_address(value: str) -> str:
    """An address with one slash at its end. Raises ValueError for anything else than http:// or https://."""
    if not value.startswith(("http://", "https://")) or len(value.split("//", 1)[1]) == 0:
        raise ValueError("must be an http:// or https:// address")
    return value.rstrip("/") + "/"


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


Secret = Annotated[SecretStr, BeforeValidator(_stripped)]
Url = Annotated[str, AfterValidator(web_address)]


class ServerAccess(BaseModel):
    """How to reach one telemetry server. Without a `url` there is none. `timeout` in seconds, `rate` in questions a second.

    `datasource` is what Grafana knows the server by, for links to what was asked.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    url: Url | None = None
    token: Secret | None = None
    user: str = ""
    password: Secret | None = None
    tenant: str = ""
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    verify: bool = True
    timeout: float = Field(20.0, gt=0, le=3600, allow_inf_nan=False)
    rate: float = Field(10.0, gt=0, le=1000, allow_inf_nan=False)
    datasource: str = Field("", max_length=100)

    examples: ClassVar[dict[str, str]] = {
        "url": "http://{server}:9090",
        "token": "a bearer token",
        "user": "compass",
        "password": "the user's password",
        "tenant": "team-a",
        "ca_file": "/etc/ssl/our-authority.pem",
        "cert_file": "/etc/compass/client.pem",
        "key_file": "/etc/compass/client.key",
        "verify": "true",
        "timeout": "20",
        "rate": "10",
        "datasource": "the uid of the data source in Grafana",
    }
