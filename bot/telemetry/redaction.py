"""Redaction: the one place that knows what a secret looks like. Text goes in, the same text without secrets comes out.

Patterns are bounded and a line is cut at 8 KiB before it is searched, so that hostile text costs microseconds, not
seconds. A false alarm hides a word of a log line; a miss publishes a credential: when in doubt, this hides.
"""

import re

MOST = 8 * 1024
"""Characters of a line that are looked at and kept."""

_SECRETS = {
    "private key": r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
    "slack token": r"\b(?:xox[a-z]|xapp|xwfp)(?:\.xox[bp])?-[A-Za-z0-9-]{4,300}",
    "slack address": r"https://hooks\.slack\.com/[^\s\"'<>]{1,300}",
    "token": (
        r"\b(?:gh[opsur]_[A-Za-z0-9]{16,255}|github_pat_\w{16,255}|glpat-[\w-]{16,64}|glsa_\w{16,80}|sk-[\w-]{16,200}"
        r"|AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|AIza[\w-]{30,40}|npm_\w{30,40}|pypi-[\w-]{16,300})"
    ),
    "jwt": r"\beyJ[\w-]{8,4096}\.[\w-]{4,4096}(?:\.[\w-]{0,2048})?",
    "e-mail": r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}",
}
_ANY = re.compile("|".join(f"(?P<s{index}>{pattern})" for index, pattern in enumerate(_SECRETS.values())), re.DOTALL)
_LABELS = tuple(_SECRETS)

_URL_LOGIN = re.compile(r"(?<=://)[^\s/@:]{0,128}:[^\s/@]{1,256}(?=@)")
_SCHEME = re.compile(r"\b(bearer|basic)(\s+)[\w.~+/=-]{6,4096}", re.IGNORECASE)
_NAMED = re.compile(
    r"(?P<name>(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|authorization|cookie|session[_-]?id|credentials?)[\"']?\s{0,4}(?:=|:|%3D)\s{0,4})"
    r"(?P<value>\"[^\"]{1,1024}\"|'[^']{1,1024}'|[^\s,;&\"'<>\])}]{1,1024})",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(
    r"(?:passw(?:or)?d|passphrase|secret|authorization|cookie|credentials?|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|(?:^|_)token)$",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """The text without secrets, at most `MOST` characters of it; each is replaced by its kind in brackets."""
    cut = text if len(text) <= MOST else f"{text[:MOST]}… [{len(text) - MOST} more characters]"
    without = _ANY.sub(lambda match: f"[{_LABELS[int(str(match.lastgroup)[1:])]}]", cut)
    without = _URL_LOGIN.sub("[login]", without)
    without = _SCHEME.sub(r"\1\2[token]", without)
    return _NAMED.sub(_keep_name, without)


def _keep_name(match: re.Match[str]) -> str:
    value = match["value"].strip("\"'")
    already = value.startswith("[") or value.lower() in ("bearer", "basic", "true", "false", "none", "null")
    return match[0] if already else f"{match['name']}[secret]"


def is_secret_name(name: str) -> bool:
    """Whether what is called so is a secret whatever it looks like: `password`, `api_key`, `bot_token`."""
    return bool(_SECRET_NAME.search(name))
