"""Links to Grafana: where a person sees what was asked, over the same window.

Format: https://grafana.com/docs/grafana/latest/explore/get-started-with-explore/ ("Generate Explore URLs").
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from orchestrator.model import Window

_QUERY_KEY: Mapping[str, str] = {"prometheus": "expr", "loki": "expr", "tempo": "query"}
_MORE: Mapping[str, Mapping[str, str]] = {"tempo": {"queryType": "traceql"}}


@dataclass(frozen=True, slots=True)
class Grafana:
    """Makes links for one data source. `base_url` empty means that there is no Grafana; then links are empty too.

    `store` is prometheus, loki or tempo; `datasource` the uid that Grafana knows it by. Without one Grafana takes the
    data source that it takes by default.
    """

    base_url: str = ""
    store: str = "prometheus"
    datasource: str = ""

    def link(self, query: str, window: Window) -> str:
        """Where that query is shown over that window."""
        if not self.base_url:
            return ""
        source = {"type": self.store, **({"uid": self.datasource} if self.datasource else {})}
        asked = {"refId": "A", "datasource": source, _QUERY_KEY[self.store]: query, **_MORE.get(self.store, {})}
        moments = {"from": _millis(window.start.timestamp()), "to": _millis(window.end.timestamp())}
        pane = {"queries": [asked], "range": moments, **({"datasource": self.datasource} if self.datasource else {})}
        panes = json.dumps({"compass": pane}, separators=(",", ":"), ensure_ascii=False)
        return f"{self.base_url.rstrip('/')}/explore?{urlencode({'schemaVersion': '1', 'panes': panes})}"


def _millis(seconds: float) -> str:
    return str(round(seconds * 1000))


NO_GRAFANA = Grafana()
