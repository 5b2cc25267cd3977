"""The breakdown, aligned to the character."""

from bot.slack.views.cost import cost
from tests.slack.pictures import finished, paid
from tests.slack.reading import as_read

AS_DESIGNED = """\
Application: $1.2500
Database:    $2.3500
Network:     $0.8500
─────────────────────
Total:       $4.4500 / $10.00
Utilization: 44.5%"""


def test_the_message_says_the_sum_in_its_text() -> None:
    shown = as_read(cost(finished(paid("application", "1.25"), paid("database", "2.35"), paid("network", "0.85"))))
    assert shown.startswith("INC-123: cost $4.45 of $10.00 · RECORDED DATA\n")
    assert AS_DESIGNED in shown
