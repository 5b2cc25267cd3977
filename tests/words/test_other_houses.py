"""What people of other companies type, over other services and in another zone."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orchestrator.errors import ParameterExtractionError
from orchestrator.parameters import read_words
from tests.words.other_houses import KNOWN, NOW, SAID, ZONE, expected


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, (tuple, list)) else value


@pytest.mark.parametrize(("text", "said"), SAID, ids=[text[:40] for text, _ in SAID])
def test_it_is_understood_as_a_colleague_there_would(text: str, said: dict[str, Any]) -> None:
    if "refused" in said:
        with pytest.raises(ParameterExtractionError) as refused:
            read_words(text, now=NOW, zone=ZoneInfo(ZONE), known=KNOWN)
        assert refused.value.field == said["refused"]
        return
    reading = read_words(text, now=NOW, zone=ZoneInfo(ZONE), known=KNOWN)
    values = reading.parameters.model_dump(mode="python", exclude_defaults=True)
    values.pop("title", None)
    shown = {name: str(value) if name in ("budget", "severity") else _plain(value) for name, value in values.items()}
    assert shown == {name: _plain(value) for name, value in expected(said).items()}
    assert [each.field for each in reading.questions] == [said[name] for name in ("asks",) if name in said]
