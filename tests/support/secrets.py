"""A secret of every kind, none of them in use: what must never be seen where it was not typed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Planted:
    """`text` is what is planted; `tells` the part of it that may nowhere be found."""

    text: str
    tells: str


def _whole(text: str) -> Planted:
    return Planted(text, text)


KINDS = {
    "slack bot token": _whole("xoxb-" + "7214590368-abcDEFghi"),
    "slack app token": _whole("xapp-" + "1-A07-99-deadbeef42"),
    "slack hook": _whole("https://hooks.slack.com/" + "services/T01/B02/q1w2e3r4t5"),
    "github": _whole("ghp_" + "0123456789abcdefABCDEF"),
    "github fine-grained": _whole("github_pat_" + "11ABCDE0123456789_x"),
    "gitlab": _whole("glpat-" + "Zx9-0123456789abcdef"),
    "openai": _whole("sk-proj-" + "0123456789abcdefQ"),
    "anthropic": _whole("sk-ant-" + "api03-0123456789abcdefQ"),
    "stripe": _whole("sk_live_" + "51H0123456789abcdef"),
    "stripe restricted": _whole("rk_test_" + "51H0123456789abcdef"),
    "amazon": _whole("AKIA" + "IOSFODNN7EXAMPLE"),
    "amazon, for a while": _whole("ASIA" + "IOSFODNN7EXAMPLE"),
    "google": _whole("AIza" + "SyD0123456789abcdefghijklmnopqrstuvw"),
    "azure": _whole("abc8Q~" + "0123456789abcdefghijklmnopqrstuvwx"),
    "azure storage": Planted("AccountKey=" + "Zm9vYmFyYmF6cXV4Zm9v==", "Zm9vYmFyYmF6"),
    "vault": _whole("hvs." + "CAESIJ0123456789abcdef"),
    "npm": _whole("npm_" + "0123456789abcdefghijklmnopqrstuvwxyz"),
    "pypi": _whole("pypi-" + "AgEIcHlwaS5vcmcCJDAx"),
    "jwt": _whole("eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlMQ"),
    "private key": Planted(
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bqk1Q==\n-----END RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA"
    ),
    "login": Planted("postgres://app:" + "hunter2secret@db:5432/orders", "hunter2secret"),
    "bearer": Planted("Bearer " + "q9w8e7r6t5y4u3i2", "q9w8e7r6t5y4u3i2"),
    "password": Planted("password=" + "correct-horse-7", "correct-horse-7"),
    "quoted secret": Planted("client_secret: 'two words 77'", "words 77"),
    "cookie": Planted("Cookie: sid=" + "f00dbabe77; theme=dark", "f00dbabe77"),
    "e-mail": _whole("ana.lopez@example.com"),
    "card": _whole("4111111111111111"),
    "card in groups": _whole("5555 5555 5555 4444"),
    "card with dashes": _whole("3782-822463-10005"),
}


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it, counted as ISO/IEC 7812-1 tells it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10 == 0
