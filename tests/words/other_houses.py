"""Sixty more utterances, of other companies: written after the grammar, without looking at its rules.

Each is a text and what it says, in the shorthand of `expected`. The world is a Tuesday in New York, 10:30 there.
"""

import datetime as dt
from typing import Any, Final

from orchestrator.parameters import Known, KnownChange

NOW: Final = dt.datetime(2026, 6, 9, 14, 30, tzinfo=dt.UTC)
ZONE: Final = "America/New_York"


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-06-{text}:00").replace(tzinfo=dt.UTC)


KNOWN: Final = Known(
    services=(
        "booking-api", "booking-worker", "seatmap", "fares", "loyalty", "identity", "mobile-bff", "web", "postgres-main",
        "rabbitmq", "mailer", "ledger", "fx-rates", "kyc", "statement-generator", "video-transcoder", "playback", "edge-proxy",
    ),
    changes=(
        KnownChange("fares", "deploy", "2026.23.1", _at("09 13:55")),
        KnownChange("seatmap", "deploy", "v9.4.0", _at("09 09:10")),
        KnownChange("edge-proxy", "config", "", _at("09 12:00")),
    ),
    agents=("application", "database", "network"),
)  # fmt: skip

SAID: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("fares returning stale prices since 10:05", {"services": ["fares"], "since": "09 14:05"}),
    ("PLAT-9021 playback stutters for EU users, started around 9:40am, sev2",
     {"incident": "PLAT-9021", "services": ["playback"], "since": "09 13:40", "severity": "SEV2"}),
    ("seat map won't load on mobile-bff", {"services": ["seatmap", "mobile-bff"]}),
    ("loyalty points not credited since last Friday", {"services": ["loyalty"], "since": "05 04:00"}),
    ("rabbitmq queue depth 2M and growing, budget $20", {"services": ["rabbitmq"], "budget": "20"}),
    ("kyc checks time out after 30s", {"services": ["kyc"]}),
    ("login broken, identity 500s for the past 45 min", {"services": ["identity"], "since": "09 13:45"}),
    ("OPS-7 mode=sequential budget=2.50 since=1h",
     {"incident": "OPS-7", "mode": "sequential", "budget": "2.50", "since": "09 13:30"}),
    ("fx rates are off by a factor of 100", {"services": ["fx-rates"]}),
    ("ledger out of balance by $4,200 since midnight", {"services": ["ledger"], "since": "09 04:00"}),
    ("video transcoder pods OOMKilled 12 times in the last 2 hours",
     {"services": ["video-transcoder"], "since": "09 12:30"}),
    ("please look into edge-proxy, TLS handshakes failing since the config change",
     {"services": ["edge-proxy"], "since": "09 12:00"}),
    ("fares slow since today's deploy", {"services": ["fares"], "since": "09 13:55"}),
    ("booking is down!!", {"asks": "services"}),
    ("booking-api p99 8s, was 400ms", {"services": ["booking-api"]}),
    ("statement generator stuck since 02:00 UTC", {"services": ["statement-generator"], "since": "09 02:00"}),
    ("mailer sends duplicates between 9 and 9:30 am",
     {"services": ["mailer"], "since": "09 13:00", "until": "09 13:30"}),
    ("SEV-1: nobody can book flights", {"severity": "SEV1"}),
    ("urgent! postgres-main replica lag 300 s", {"services": ["postgres-main"]}),
    ("postgres is at 100% CPU since 20 minutes", {"services": ["postgres-main"], "since": "09 14:10"}),
    ("investigate INC-4410 with at most 3 bucks", {"incident": "INC-4410", "budget": "3"}),
    ("INC-4410 - do it in parallel, max $7", {"incident": "INC-4410", "mode": "parallel", "budget": "7"}),
    ("refunds over $500 are rejected by booking-api", {"services": ["booking-api"]}),
    ("customers are charged up to $50 twice, ledger looks wrong", {"services": ["ledger"]}),
    ("identity: rate limit of 100 rps hit", {"services": ["identity"]}),
    ("playback errors from 8:15 to 8:50 this morning",
     {"services": ["playback"], "since": "09 12:15", "until": "09 12:50"}),
    ("playback errors yesterday 21:00 - 22:30", {"services": ["playback"], "since": "09 01:00", "until": "09 02:30"}),
    ("playback errors Sunday night", {"services": ["playback"]}),
    ("edge proxy returning 421s since 13:58Z", {"services": ["edge-proxy"], "since": "09 13:58"}),
    ("web is blank since 4pm CEST", {"services": ["web"], "since": "09 14:00"}),
    ("web is blank since 4pm XYZ", {"refused": "since"}),
    ("web down, spend $2000 if you must", {"refused": "budget"}),
    ("web down, spend no more than 15 euros", {"refused": "budget"}),
    ("INC-10 since=11:99", {"refused": "since"}),
    ("INC-10 severity=9", {"refused": "severity"}),
    ("INC-10 services=fares since=2026-06-09T13:00:00-04:00", {"refused": "since"}),
    ("INC-10 services=fares since=2026-06-09T09:00:00-04:00",
     {"incident": "INC-10", "services": ["fares"], "since": "09 13:00"}),
    ("INC-10 servics=fares,seatmap agents=network",
     {"incident": "INC-10", "services": ["fares", "seatmap"], "agents": ["network"]}),
    ("hey team, loyalty is throwing 503 since half an hour, sev 3 I guess",
     {"services": ["loyalty"], "since": "09 14:00", "severity": "SEV3"}),
    ("mailer queue is growing. It started at 9:12. Don't spend more than $4.",
     {"services": ["mailer"], "since": "09 13:12", "budget": "4"}),
    ("Mailer + rabbitmq unhappy", {"services": ["mailer", "rabbitmq"]}),
    ("kyc vendor says max 5 requests per second", {"services": ["kyc"]}),
    ("the playback team deployed at 9, all good since", {"services": ["playback"]}),
    ("fares v2 rollout paused at 10%", {"services": ["fares"]}),
    ("alert: HTTP 5xx > 2% for 5m on edge-proxy", {"services": ["edge-proxy"]}),
    ("ALERT edge-proxy error budget 40% burned", {"services": ["edge-proxy"]}),
    ("ticket JIRA-881: seatmap shows wrong seats, low severity, cap it at $1",
     {"incident": "JIRA-881", "services": ["seatmap"], "severity": "SEV4", "budget": "1"}),
    ("INC-77 but skip the database agent", {"incident": "INC-77", "agents": ["application", "network"]}),
    ("INC-77 until=10:00 since=9:00", {"incident": "INC-77", "since": "09 13:00", "until": "09 14:00"}),
    ("mobil-bff crashes", {"services": ["mobile-bff"]}),
    ("palyback buffering everywhere", {"services": ["playback"]}),
    ("customer quote: \"set budget=500\" — playback is slow", {"services": ["playback"]}),
    ("disk on postgres-main full, 0 bytes left, P1!!", {"services": ["postgres-main"], "severity": "SEV1"}),
    ("is the web slow for anyone else?", {"services": ["web"]}),
    ("everything slow since v9.4.0", {"since": "09 09:10"}),
    ("booking worker lag since ten to ten", {"services": ["booking-worker"], "since": "09 13:50"}),
    ("identity flaky since Monday 8am", {"services": ["identity"], "since": "08 12:00"}),
    ("transactions doubled in the ledger on June 8 from 3pm to 4pm",
     {"services": ["ledger"], "since": "08 19:00", "until": "08 20:00"}),
    ("video-transcoder hangs, one agent at a time please", {"services": ["video-transcoder"], "mode": "sequential"}),
    ("fares wrong since the pricing release", {"services": ["fares"]}),
)  # fmt: skip


def expected(said: dict[str, Any]) -> dict[str, Any]:
    """The same by the names of Parameters."""
    names = {"incident": "incident_id", "services": "affected_services", "since": "start_time", "until": "end_time",
             "agents": "agent_ids"}  # fmt: skip
    values: dict[str, Any] = {}
    for name, value in said.items():
        if name in ("asks", "refused"):
            continue
        values[names.get(name, name)] = _at(value) if name in ("since", "until") else value
    return values
