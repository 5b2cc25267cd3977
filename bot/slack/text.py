"""Text that came from anywhere, made safe for Slack's mrkdwn.

The law: nothing that a person, a log line or a model wrote can ping, link, format or break out of where it is shown.
`& < >` are escaped as Slack asks (https://docs.slack.dev/messaging/formatting-message-text); Slack has no escape for
`* ~` and backticks, hence they are replaced by characters that look like them; `_` stays inside words, where it
formats nothing, so that metric names can be copied. No limit is ever exceeded, however somebody counts.
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlsplit

ELLIPSIS = "…"
NEWLINE = 2
_LOOK_ALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e0fff]"
)
"""What nobody sees: it could hide words from people that a copy of the text holds, or turn the direction of writing."""
_ANSI = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[@-Z\\^_]")
"""A terminal's colours and titles, whole: without its escape character the rest of a sequence would stand as "[31m".
Source: ECMA-48, 5.3 and 5.4."""
_BLANKS = re.compile(r"\s+")
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_USER = re.compile(r"[UW][A-Z0-9]{2,40}", re.ASCII)
_URL_SAFE = "/:?=&%#@!$'()+,;[]~-._"


def size(text: str) -> int:
    """Length at the most anybody counts it: UTF-16 units, and what JSON writes with a backslash counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 + sum(text.count(each) for each in '"\\\n')


def one_line(text: str) -> str:
    """Without terminal sequences, control characters, invisible marks and half surrogates; every run of blanks is one."""
    return _BLANKS.sub(" ", _UNSEEN.sub("", _ANSI.sub("", text))).strip()


def literal(text: str, limit: int = 600) -> str:
    """Foreign text inside mrkdwn, shown as it is written, at most `limit` units after escaping."""
    # After cutting, for a cut may leave an underscore at the end of a word, where it would format.
    return _LOOSE_UNDERSCORE.sub("ˍ", _escaped(one_line(text).translate(_LOOK_ALIKES), limit))


def code(text: str, limit: int = 300) -> str:
    """Foreign text as inline code, "" for nothing: names, templates and queries, which people copy."""
    inside = _escaped(one_line(text).replace("`", "ˋ"), limit - 2)
    return f"`{inside}`" if inside else ""


def code_block(text: str) -> str:
    """Lines of our own making as a code block; only the names in them are foreign."""
    return f"```\n{_escaped(text.replace('`', 'ˋ'), 2500)}\n```"


def plain(text: str, limit: int) -> str:
    """Foreign text for `plain_text` objects and input fields, where nothing is parsed: only shortened."""
    return shorten(one_line(text), limit)


def shorten(text: str, limit: int) -> str:
    """`text`, or its beginning and an ellipsis, at most `limit` units. Not for text that is escaped already."""
    return text if size(text) <= limit else _beginning(text, limit - 1).rstrip() + ELLIPSIS


def cut(safe: str, limit: int) -> str:
    """Text that is escaped already, shortened to `limit` units without leaving half an entity."""
    if size(safe) <= limit:
        return safe
    return re.sub(r"&[a-z]*$", "", _beginning(safe, limit - 1)).rstrip() + ELLIPSIS


def link(url: str, label: str, limit: int = 700) -> str:
    """A link to `url` under our own label; "" where the address is not plain http(s), or takes more than `limit` units."""
    address = safe_url(url).replace("&", "&amp;")
    shown = f"<{address}|{literal(label, 100)}>"
    return shown if address and size(shown) <= limit else ""


def mention(user_id: str, name: str = "") -> str:
    """Pings that person. Only a real id does; anything else is shown as the text it is."""
    return f"<@{user_id}>" if _USER.fullmatch(user_id) else literal(name or user_id, 60)


def safe_url(url: str) -> str:
    """The address with everything quoted that could end a link early; "" where it is not http(s) or too long."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    address = quote(url.strip().encode("utf-8", "replace"), safe=_URL_SAFE)
    return address if len(address) <= 2000 else ""


def fit(lines: Sequence[str], limit: int, more: str = "") -> str:
    """As many whole lines as fit into `limit` units, then "… +N" and `more`, which says where the rest is.

    Lines are whole so that no entity, link or code span is ever cut in the middle.
    """
    sizes = [size(line) + NEWLINE for line in lines]
    if sum(sizes) - NEWLINE <= limit:
        return "\n".join(lines)
    total = sum(sizes)
    for kept in range(len(lines) - 1, -1, -1):
        total -= sizes[kept]
        rest = f"{ELLIPSIS} +{len(lines) - kept}{f' {more}' if more else ''}"
        if total + size(rest) <= limit:
            return "\n".join([*lines[:kept], rest])
    return ELLIPSIS


def joined(parts: Iterable[str], separator: str = " · ") -> str:
    """The parts that say something, on one line."""
    return separator.join(part for part in parts if part)


def _escaped(text: str, limit: int) -> str:
    whole = "".join(_ENTITIES.get(each, each) for each in text)
    return cut(whole, limit)


def _beginning(text: str, room: int) -> str:
    """The longest beginning that is at most `room` units; no character is more than two."""
    kept = text
    while kept and (excess := size(kept) - room) > 0:
        kept = kept[: -max(1, excess // 2)]
    return kept
