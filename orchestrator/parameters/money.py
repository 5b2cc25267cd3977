"""What a run may cost, as it is said: spend at most $5, budget is ten bucks, $6 max, don't go over $9. Pure.

The law: an amount is the budget only where words say that it limits what is spent here. What was lost, what a coupon is
worth, and limits of other things are no budget; an amount in another currency is refused.
"""

import re
from decimal import Decimal

from orchestrator.errors import ParameterExtractionError
from orchestrator.parameters.canvas import Canvas
from orchestrator.parameters.claims import Claims
from orchestrator.parameters.extraction import MOST_BUDGET
from orchestrator.parameters.numbers import SPOKEN, number

EXAMPLE = "budget=10"
_NUMBER = rf"(?P<number>-?[0-9]+(?:[.,][0-9]+)*|{SPOKEN})(?P<thousand>k(?![a-z]))?"
_CURRENCY = r"(?:\$|us\s?dollars?|usd|us\$|dollars?|bucks?|cents?|¢|€|euros?|eur|£|pounds?|gbp)"
_AMOUNT = (
    rf"(?P<before>{_CURRENCY}\s?)?{_NUMBER}(?P<after>[ -]?{_CURRENCY}(?![\w$]))?"
    rf"(?:(?:(?<=dollars)|(?<=bucks)) (?:and )?(?P<cents>[0-9]{{1,2}}|{SPOKEN})(?: cents)?)?"
)
_END = (
    r"(?=\s*(?:$|[,;.!?)\n\x00\x01—–]|(?:please|pls|plz|total|in total|max(?:imum)?|tops|at most|or less|thanks"
    r"|and|on|for|so|but|only|then|per run|this time|today|because|since|if|unless|or|as)(?!\w)))(?!\.\d)"
)
_MOST = (
    r"(?:at (?:the )?most|no more than|not more than|up to|max(?:imum|imal)?(?: of)?|maximally|only|less than|under|below|"
    r"within|more than|over|beyond|above)"
)
_WHO = re.compile(
    r"\b(?:users?|customers?|people|they|clients?|shoppers?|who|buyers?|everyone|guests?|visitors?)\b[^,;.!?\n]{0,25}$",
    re.IGNORECASE,
)
_THIS = r"(?:it|this|the cost|costs|spending)"
_OBJECT = r"(?:me|us|it|money|anything|whatever(?: you (?:need|want))?)"
_SPENDS = re.compile(r"(?:please )?(?:do not |don'?t |never )?spend", re.IGNORECASE)
_SPEND = re.compile(
    r"\b(?:please )?(?:do not |don'?t |never )?(?:spend(?:ing)?|use|pay|burn|cost|invest|go|exceed|stay|capped"
    rf"|(?:keep|cap|limit) {_THIS})(?: {_OBJECT})? ?(?:{_MOST} |at |to )*{_AMOUNT}{_END}",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"(?:^|[,;:.!?(\n\x00—–]\s*|\b(?:and|but|please|you (?:can|may)|only|just) )$", re.IGNORECASE)
"""Where an order begins: "we spend $40 a minute" is none."""
_LIMITING = re.compile(
    r"\b(?:at (?:the )?most|no more|not (?:spend )?more|up to|max|only|under|below|within|less|cap|capped|limit|exceed"
    r"|don'?t|not|never)\b",
    re.IGNORECASE,
)
_BUDGET = re.compile(
    rf"(?<!error )(?<!latency )(?<!time )(?<!our )(?<!\w)(?:(?:with )?(?:a |the |my )?(?:max(?:imum)? )?budget"
    rf"|(?<!rate )(?:cost |spending |spend )limit|max(?:imum)? (?:spend(?:ing)?|cost))(?:\s?:|,)? ?"
    rf"(?:(?:of|is|to|at|was set to|set to|should be|will be|up to|at most|max) )*{_AMOUNT}{_END}",
    re.IGNORECASE,
)
_LIMIT = re.compile(rf"(?<![\w-])(?:limit|cap|max|maximum)(?:\s?:| of| is)? ?{_AMOUNT}{_END}", re.IGNORECASE)
_GIVEN = re.compile(
    rf"\byou(?:'ve got|'ve| have got| have| got| get) (?:(?:{_MOST}|a budget of) )?{_AMOUNT}{_END}", re.IGNORECASE
)
_CORRECTED = re.compile(
    rf"(?:^|(?<=[\s,;.!?(\x00—–]))(?:(?:no|wait|sorry|actually|rather|or|make (?:it|that))[ ,]+)+{_AMOUNT}{_END}",
    re.IGNORECASE,
)
"""Behind a budget, another one: budget $5, no, $10."""
_AMOUNT_BUDGET = re.compile(rf"(?<![\w$.,-]){_AMOUNT} budget(?!\w)", re.IGNORECASE)
_ALONE = re.compile(
    r"(?:^|(?<=[,;:.!?(\n\x00—–])|(?<=\band )|(?<=\bbut ))\s*(?:but |and |for |with |please )*"
    rf"(?:{_MOST} )?{_AMOUNT}(?:\s(?:max(?:imum)?|tops|at (?:the )?most|or less|limit|cap))?"
    r"(?:\s(?:please|pls|total|in total|thanks))?(?=\s*(?:$|[,;.!?)\n\x00—–]))(?!\.\d)",
    re.IGNORECASE,
)
_BOUNDED = re.compile(rf"{_MOST}(?!\w)|\b(?:max|maximum|tops|or less|limit|cap)\b", re.IGNORECASE)
_TYPED = re.compile(
    r"(-?)\$?\s*([0-9]{1,12}(?:\.[0-9]{1,9})?|[0-9]{1,3}(?:,[0-9]{3}){1,3}(?:\.[0-9]{1,9})?)"
    r"\s*(?:\$|usd|dollars?|bucks?)?",
    re.ASCII | re.IGNORECASE,
)
_OURS = re.compile(r"\$|us|dollar|buck|cent|¢", re.IGNORECASE)


def parse_budget(text: str) -> Decimal:
    """Dollars: `10`, `$2.50`, `$1,000`. More than 0 and at most MOST_BUDGET. Raises ParameterExtractionError."""
    found = _TYPED.fullmatch(text.strip())
    if not found:
        raise ParameterExtractionError("budget", text, "must be an amount of dollars", EXAMPLE)
    amount = Decimal(found[2].replace(",", ""))
    return within_bounds(-amount if found[1] else amount, text)


def within_bounds(amount: Decimal, said: str) -> Decimal:
    """The amount, if a run may cost that. Raises ParameterExtractionError."""
    if amount.is_signed() or amount <= 0:
        raise ParameterExtractionError("budget", said, "must be more than $0", EXAMPLE)
    if amount > MOST_BUDGET:
        raise ParameterExtractionError("budget", said, f"must be at most ${MOST_BUDGET}", EXAMPLE)
    return amount


def read_money(canvas: Canvas, claims: Claims) -> None:
    """Every budget that is said. Raises ParameterExtractionError for one that cannot be."""
    for pattern in (_BUDGET, _SPEND, _GIVEN, _AMOUNT_BUDGET, _LIMIT, _ALONE, _CORRECTED):
        at = 0
        while found := pattern.search(canvas.open, at):
            at = max(found.end(), found.start() + 1)
            if pattern is _CORRECTED and not claims.of("budget"):
                continue
            if _limits(pattern, found, canvas.open):
                start = _beginning(found)
                claims.add("budget", _amount(found), canvas.strike(start, found.end()))


def _beginning(found: re.Match[str]) -> int:
    return found.start() + len(found[0]) - len(found[0].lstrip(" \n"))


def _limits(pattern: re.Pattern[str], found: re.Match[str], text: str) -> bool:
    """Whether these words limit what is spent here, and not something else."""
    in_money = bool(found["before"] or found["after"])
    if pattern is _BUDGET:
        return True
    if pattern in (_AMOUNT_BUDGET, _GIVEN, _CORRECTED):
        return in_money
    if pattern is _SPEND:
        spend = bool(_SPENDS.match(found[0]))
        limited = bool(_LIMITING.search(found[0])) or (spend and bool(_BEGINS.search(text[: found.start()])))
        return (in_money or spend) and limited and not _WHO.search(text[: found.start()])
    return in_money and (pattern is _LIMIT or bool(_BOUNDED.search(found[0])))


def _amount(found: re.Match[str]) -> Decimal:
    said, digits = found[0].strip(" ,;\n"), found["number"]
    currency = (found["before"] or found["after"] or "").strip(" -")
    if currency and not _OURS.match(currency):
        raise ParameterExtractionError("budget", said, "must be an amount of dollars", EXAMPLE)
    if digits[:1] in "-0123456789":
        amount = parse_budget(digits) if not found["thousand"] else within_bounds(Decimal(digits) * 1000, said)
    else:
        amount = number(digits)
    amount += number(found["cents"]) / 100 if found["cents"] else 0
    return within_bounds(amount / 100 if currency.lower().startswith(("cent", "¢")) else amount, said)
