"""What a server's certificate is checked against, and what we show it."""

import ssl

from agents.sources.wire.settings import ServerSettings
from agents.sources.wire.troubles import ServerError, Trouble


def tls_context(settings: ServerSettings) -> ssl.SSLContext:
    """Reads the files that the settings name, so it blocks. Raises ServerError, naming the setting that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ValueError) as error:
        raise _unusable(settings, "ca_file", "a certificate in PEM form") from error
    if settings.cert_file is not None:
        try:
            context.load_cert_chain(settings.cert_file, settings.key_file, password=lambda: "")
        except (OSError, ValueError) as error:
            raise _unusable(
                settings, "cert_file", "a certificate and its key without a passphrase, in PEM form"
            ) from error
    if not settings.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _unusable(settings: ServerSettings, field: str, wanted: str) -> ServerError:
    variable = settings.variable(field)
    return ServerError(
        Trouble.CERTIFICATE,
        f"{settings.name} was not asked: what {variable} names cannot be read.",
        remedy=f"Set {variable} to a readable file with {wanted}.",
        server=settings.name,
    )
