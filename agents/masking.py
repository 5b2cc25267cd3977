"""What must not be shown of anything that people or programs wrote: secrets, keys, logins and addresses of people.

The one implementation for sources and analyzers: what a source hands over is masked where it is read, and a log line once
more where it becomes a template. Text is capped, because one hostile line of 200 kB would cost seconds.
"""

import re

LONGEST = 2000

_SECRET_SIGNS = (
    *("passw", "pwd", "secret", "token", "authorization", "bearer", "basic ", "credential"),
    *("eyj", "xox", "sk-", "akia", "asia"),
)
# Most lines hold neither of these, and are not searched for each of what begins or ends with it.
_KEY_SIGNS = tuple(f"{name}{mark}key" for name in ("api", "access") for mark in ("_", "-", "")) + tuple(
    f"private{mark}key" for mark in (" ", "_", "-", "")
)
_GITHUB_SIGNS = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")
_KEY = "password|passwd|pwd|secret|token|(?:api|access|private)[_-]?key|authorization|credential"
_SECRET = re.compile(
    rf"(?i:(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/=-]{{6,}}"
    rf"|(?P<key>(?<![\w-])[\w-]{{0,40}}(?:{_KEY})[\w-]{{0,40}}(?:\\?[\"'])?\s*[:=]\s*)"
    r"(?:\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|(?:\\?[\"'])?(?:bearer\s+|basic\s+)?[^\s,;\"'}\])]+))"
    r"|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|\b(?:xox[a-z]-|gh[pousr]_|sk-|AKIA|ASIA(?=[A-Z0-9]{16}\b))[A-Za-z0-9_-]{10,}"
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"
    r"(?:[\s\S]{0,2000}?-----END [A-Z ]{0,40}PRIVATE KEY-----|(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{20,})*)"
    r"|-----END [A-Z ]{0,40}PRIVATE KEY-----"
)
_LOGIN = re.compile(r"(?<=://)[^\s/@:]{0,64}:[^\s/@]{1,128}(?=@)")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")


def without_secrets(text: str) -> str:
    """What people wrote, with everything masked that must not be shown: secrets, keys and addresses of people.

    Numbers, versions and paths stay: in the title of a change they are what it says.
    """
    text = text[:LONGEST]
    if "://" in text:
        text = _LOGIN.sub("<secret>", text)
    return mask_secrets(text).replace("<<email>>", "<email>")


def mask_secrets(line: str) -> str:
    """The line with secrets and addresses masked, and nothing cut."""
    if _may_hold_a_secret(line.lower()):
        line = _SECRET.sub(_hidden, _PRIVATE_KEY.sub("<private key>", line))
    return _EMAIL.sub("<email>", line) if "@" in line else line


def _may_hold_a_secret(lower: str) -> bool:
    return (
        any(sign in lower for sign in _SECRET_SIGNS)
        or ("key" in lower and any(sign in lower for sign in _KEY_SIGNS))
        or ("gh" in lower and any(sign in lower for sign in _GITHUB_SIGNS))
    )


def _hidden(found: "re.Match[str]") -> str:
    """The value is hidden and not the words that say what it is: without them nobody knows what the line is about."""
    return f"{found['scheme'] or found['key'] or ''}<secret>"
