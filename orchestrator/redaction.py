"""The one place that knows what must not be shown: secrets, keys, logins, addresses of people, numbers of payment cards.

The law: text goes in, the same text comes out with a mark in place of each of them, and what is marked already stays as
it is. A false alarm hides a word; a miss publishes a credential: when in doubt, this hides. Each kind is searched for only
where the text holds a sign of it, for most lines hold none, and no expression here takes more than a bounded look around
each character, so that hostile text costs what harmless text of its length does.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

SECRET, PRIVATE_KEY, EMAIL, CARD = "<secret>", "<private key>", "<email>", "<card>"
LONGEST_SECRET = 4096
"""So many characters beyond what is kept are looked at, so that no secret is cut where it would not be known any more."""

Found = re.Match[str]

_MARKED = f"{SECRET}|{PRIVATE_KEY}|{EMAIL}|{CARD}"
_ESCAPE = r"(?<=\\[nrt])"
"""A line break as JSON writes it: what stands behind it begins a word."""
_NAMES = (
    r"passw(?:or)?[dt]|passphrase|pwd|pass(?==|[\"']\s?:)|secret|token|credential|authorization|cookie|signature"
    r"|session[_-]?id|(?:api|access|private|account|signing|encryption|shared|master|client)[_ -]?key|otp(?==)|pw(?==)"
    r"|sig(?==[\w%+/-]{16})|k(?<=[?&]k)ey(?==[\w-]{0,80}\d)(?==[\w-]{16})"  # signed addresses
    r"|auth(?=\\?[\"']\s?:\s?\\?[\"'][\w+/=]{12})|response(?==\\?\"[\da-f]{32})"  # registries; Digest
)
_SCHEMES = r"bearer|basic|digest|token|apikey|api-key|ntlm|negotiate|sso-key|hmac[\w-]{0,20}|aws4-hmac-sha256"
_BARE = r"(?:[^\s,;&\"'}\])\\]|\\(?![\"'nrt\\]))+"
_VALUE = (
    r"(?P<value>\\\"(?:(?!\\\")[^\n\"]){1,4096}(?:\\\")?|\"(?:[^\"\\\n]|\\.)+\"?|'(?:[^'\\\n]|\\.)+'?"
    rf"|(?![\[{{])(?:(?:{_SCHEMES})\s+)?{_BARE})"
)
_NAMED = re.compile(
    rf"(?P<name>(?:{_NAMES})(?P<rest>[\w-]{{0,40}})(?P<quote>\\?[\"']?)\s{{0,4}}"
    r"(?:[:!]?={1,3}[>~]?|:(?!:|//)|%3[Dd]|>(?=[^\s<>]{1,400}</))\s{0,4})"
    rf"(?!\\?[\"']?(?:{_MARKED})){_VALUE}",
    re.IGNORECASE,
)
_FLAG = re.compile(
    rf"(?P<name>(?<![\w-])--[\w-]{{0,40}}?(?:{_NAMES})(?P<rest>[\w-]{{0,40}})(?P<quote>)\s+)(?!{_MARKED}|-){_VALUE}",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"(?i:(\bpass(?:word|phrase)\s+(?:is|was)\s+))(?=\S*[\d!@#$%^&*])[^\s\"'\\]+"
    r"|(?i:((?:\b|_)password\s+))(?=\S{0,80}\d)(?=\S{0,80}[A-Za-z])(?!<)[^\s\"'\\<>]{8,}"
    r"|((?i:\b(?:create|alter)\s+(?:user|role)\s[^\n\"\\]{1,160}?\b(?:password|by)\s{1,4})|\b(?:IDENTIFIED BY|PASSWORD) )"
    r"'[^'\n\"\\]{1,200}'"
    r"|((?i:\b(?:requirepass|masterauth)\s+)|\bAUTH PLAIN )(?!<)[^\s\"'\\]{6,}"
)
"""In sentences, in SQL, in the files of Redis, in the words of SMTP."""
_TYPED = re.compile(
    r"(\bmysql(?:dump|admin)?\s{1,4}(?:-[^\n]{0,80}?\s)?-p)(?![\s<])[^\s\"'\\]+"
    r"|(\bcurl\s(?:[^\n]{0,200}?\s)?(?:-u|--user)[\s=]{1,4}[^\s:\"'\\]{1,64}:)(?!//|<)[^\s\"'\\]+"
    r"|(\bjdbc:oracle:\w{1,10}:[^\s/@:\"'\\]{1,64}/)(?!<)[^\s@\"'\\]{1,128}(?=@)"
)
"""What people type: `mysql -p…`, `curl -u name:…`, and Oracle's addresses."""
_HEADER = re.compile(
    r"(?i:(cookie\\?[\"']?\s{0,4}[:=]\s{0,4}[\"']?))(?!<secret>)[^\s;,\"'\\]+(?:;\s?[^\s;,\"'=\\]+(?:=[^\s;,\"'\\]*)?)*"
)
_SCHEME = re.compile(
    r"((?i:(?:\b|(?<=\\n))(?:bearer\s+(?!(?:tokens?|auth\w*|credentials?|scheme|header)\b)))|(?i:\bbasic\s+)(?=[\w.~+/-]{0,400}[\dA-Z=_]))"
    r"[\w.~+/=-]{6,}"
)
_ABOUT = re.compile(
    r"(?:types?|kinds?|names?|counts?|total|length|size|age|ttl|expir\w*|limits?|buckets?|attempts?|errors?|fail\w*|status"
    r"|state|polic\w+|url|uri|endpoint|path|file|mount|-(?:service|svc|server|manager|store|api|cache|proxy|worker|db|gateway)"
    r"|izer|ization|ized|less|valid\w*|rotat\w*|usage|rate|version)$",
    re.IGNORECASE,
)
"""How a name goes on that tells something about a secret, and not the secret: `token_type`, `secret-manager`."""
_NUMBER = re.compile(r"[-+]?[\d.,]{1,20}(?:%|[a-z]{1,2})?")
_PLAIN = re.compile(
    "true|false|none|null|nil|undefined|empty|missing|required|expired|invalid|wrong|incorrect|revoked|rejected|not|unknown"
    "|bearer|basic",
    re.IGNORECASE,
)
"""What programs say in the place of a value: "token: expired" is a cause, and no secret."""
_SECRET_NAME = re.compile(
    r"(?:passw(?:or)?d|passphrase|secret|authorization|cookie|credentials?|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|(?:^|_)token)$",
    re.IGNORECASE,
)
_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[^\"]{0,9000}?-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|[^\"]*)"
    r"|-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
)
_TOKEN = re.compile(
    rf"(?:(?<![A-Za-z0-9])|{_ESCAPE})(?:"
    r"(?:xox[a-z]|xapp|xwfp)(?:\.xox[bp])?-[A-Za-z0-9-]{4,}"  # Slack
    r"|gh[opsur]_[A-Za-z0-9]{10,}|github_pat_\w{10,}"
    r"|gl(?:pat|dt|rt|ptt|cbt|soat)-[\w-]{16,}|GR1348941[\w-]{16,}"  # GitLab
    r"|sk-[\w-]{10,}|[srp]k_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[\w+/=]{16,}"  # OpenAI, Anthropic; Stripe
    r"|AKIA[\w-]{10,}|A(?:SI|BI|CC)A[A-Z0-9]{16}(?![A-Z0-9])"  # Amazon
    r"|AIza[\w-]{30,}|ya29\.[\w-]{16,}|GOCSPX-[\w-]{16,}"  # Google
    r"|[\w.~-]{3}[78]Q~[\w.~-]{30,}"  # Azure
    r"|npm_\w{30,}|pypi-[\w-]{16,}|hf_[A-Za-z0-9]{20,}|glsa_\w{16,}|glc_[\w+/=]{16,}|hv[sb]\.[\w-]{16,}"
    r"|SG\.[\w-]{16,}\.[\w-]{16,}|do[opr]_v1_\w{32,}|NRAK-[A-Z0-9]{20,}|shp[ac][at]_\w{20,}|xai-\w{20,}|gsk_\w{20,}"
    r"|ATATT3[\w=-]{20,}|dapi[0-9a-f]{32}|lin_api_\w{20,}|AGE-SECRET-KEY-1[A-Z0-9]{30,}|SK[0-9a-f]{32}(?![0-9A-Za-z])"
    r"|(?:(?<![\w-])|(?<=\\n))eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*){0,3}"  # JSON web tokens, signed or encrypted
    r"|https://(?:hooks\.slack\.com|discord(?:app)?\.com/api/webhooks|[\w-]{1,60}\.webhook\.office\.com)/[^\s\"'<>\\]+"
    r"|bot\d{8,11}:AA[\w-]{30,})"  # Telegram
)
_LOGIN = re.compile(r"(?<=://)[^\s/:@\"'<>\\]{0,128}:[^\s/\"'<>\\]{1,256}(?=@)")
_ADDRESS = r"[\w.+-]{1,64}(?:@|%40)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}[^\W\d_]{2,24}(?![\w-])"
_EMAIL = re.compile(rf"<{_ADDRESS}>|(?:(?<![\w.+-])(?<!\\(?=[nrt]))|{_ESCAPE}){_ADDRESS}")
_LONG_WORD = re.compile(r"\S{14}")
"""Nothing shorter is taken for a token, and most lines hold no word that is as long."""
_UNGROUPED = {ord(" "): None, ord("-"): None}
_DIGITS = re.compile(r"[2-6][0-9]{3}[ -]?[0-9]{4}")
_CARD = re.compile(
    rf"(?:(?<![0-9A-Za-z.])(?<![0-9]-)|{_ESCAPE})"
    r"(?:[2-6][0-9]{13,18}|[2-6][0-9]{3}(?P<a>[ -])[0-9]{4}(?P=a)[0-9]{4}(?P=a)[0-9]{4}"
    r"|3[0-9]{3}(?P<b>[ -])[0-9]{6}(?P=b)[0-9]{4,5})(?![0-9A-Za-z]|[.-][0-9])"
)
_ISSUERS = re.compile(
    r"4\d{15}|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12}|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}"
)
"""Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay: how their numbers begin, and how long they are.
Source: the issuer identification numbers of ISO/IEC 7812 as the schemes publish them; lengths hardly in use are left out."""


def redact(text: str, most: int | None = None) -> str:
    """The text with a mark in place of what must not be shown, at most `most` characters of it."""
    if most is not None:
        return redact(text[: most + LONGEST_SECRET])[:most]
    if _LONG_WORD.search(text):
        text = _TOKEN.sub(SECRET, text)
    if _DIGITS.search(text):
        text = _CARD.sub(_card, text)
    lower = text.lower()
    for sign in _FIRST_SIGNS:
        if sign in lower:
            return _without_kinds(text, lower)
    return text


def is_secret_name(name: str) -> bool:
    """Whether what is called so is a secret whatever it looks like: `password`, `api_key`, `bot_token`."""
    return bool(_SECRET_NAME.search(name))


def _without_kinds(text: str, lower: str) -> str:
    for kind in _KINDS:
        if any(sign in lower for sign in kind.signs):
            text = kind.pattern.sub(kind.put, text)
    return text


def _value(found: Found) -> str:
    """The value is hidden and not the words that say what it is: without them nobody knows what the line is about.

    Where the name stands in quotes so does the mark: JSON stays JSON.
    """
    value, rest = found["value"].strip("\\\"'"), found["rest"]
    more = (bool(rest) and not rest.isdigit()) or "session" in found["name"].lower()
    shown = bool(_PLAIN.fullmatch(value)) or (more and (_ABOUT.search(rest) or _NUMBER.fullmatch(value)))
    return found[0] if shown else f"{found['name']}{found['quote']}{SECRET}{found['quote']}"


def _after(found: Found) -> str:
    """What stands before the secret stays."""
    return f"{next(each for each in found.groups() if each)}{SECRET}"


def _card(found: Found) -> str:
    """Numbers of orders and requests have as many digits: a card's begin as its issuer's do, and its check digit is right."""
    digits = found[0].translate(_UNGROUPED)
    return CARD if _ISSUERS.fullmatch(digits) and _has_check_digit(digits) else found[0]


def _has_check_digit(digits: str) -> bool:
    """Luhn's formula, ISO/IEC 7812-1 annex B."""
    doubled = (2 * int(each) for each in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(each - 9 if each > 9 else each for each in doubled)) % 10 == 0


class _Kind(NamedTuple):
    signs: tuple[str, ...]
    pattern: re.Pattern[str]
    put: str | Callable[[Found], str]


_KINDS = (
    _Kind(("private key",), _KEY_BLOCK, PRIVATE_KEY),
    _Kind(("://",), _LOGIN, SECRET),
    _Kind(("bearer", "basic"), _SCHEME, rf"\1{SECRET}"),
    _Kind(("cookie",), _HEADER, rf"\1{SECRET}"),
    _Kind(
        (
            *("pass", "pwd", "secret", "token", "credential", "authoriz", "cookie", "signature", "key"),
            *("sessionid", "session_id", "session-id", "sig=", "otp=", "pw=", "response=", 'auth"', "auth'", 'auth\\"'),
        ),
        _NAMED,
        _value,
    ),
    _Kind(("--",), _FLAG, _value),
    _Kind(("pass", "identified", "masterauth", "auth plain"), _TOLD, _after),
    _Kind(("mysql", "curl", "jdbc:oracle"), _TYPED, _after),
    _Kind(("@", "%40"), _EMAIL, EMAIL),
)
"""In the order in which they are looked for. Where a text holds none of its signs, in lower case, a kind is not in it."""

_FIRST_SIGNS = (
    *(":", "=", "@", "%", ">", "--", "bearer", "basic", "password", "passphrase"),
    *("identified", "requirepass", "masterauth", "auth plain", "mysql"),
)
"""Without any of these no text holds one of those kinds; most lines hold none."""
