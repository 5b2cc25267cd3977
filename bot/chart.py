"""The chart of one signal as a PNG: the series, the healthy time before it shaded, and a line where trouble began.

Pure: the same drawing gives the same bytes. matplotlib is an optional extra (`charts`); without it there is no picture and
`draw` says so with None. Drawing takes hundreds of milliseconds of CPU: call it through the Compute port, never on the
event loop. No pyplot: it keeps every figure alive and picks a window system.
"""

import importlib.util
import math
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from orchestrator.model import Incident, Observation

INCHES = (9.0, 3.6)
DPI = 100
MOST_TICKS = 8
STEPS = (1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400)
INK, LINE, HEALTHY, TROUBLE = "#1d1c1d", "#1264a3", "#dfe9f2", "#d4351c"


@dataclass(frozen=True, slots=True)
class Drawing:
    """What to draw. Times in epoch seconds (UTC); a value of None is a gap. `healthy` is the baseline, (start, end)."""

    title: str
    unit: str
    times: tuple[float, ...]
    values: tuple[float | None, ...]
    healthy: tuple[float, float] | None = None
    onset: float | None = None
    footnote: str = ""


def drawing_of(observation: Observation, incident: Incident) -> Drawing | None:
    """The drawing of an observation's sketch; None where there is nothing to draw a line through."""
    sketch = observation.sketch
    if sketch is None or sum(value is not None for value in sketch.values) < 2:
        return None
    baseline = incident.baseline()
    return Drawing(
        title=sketch.label or observation.signal_name,
        unit=sketch.unit or observation.unit,
        times=sketch.times,
        values=sketch.values,
        healthy=(baseline.start.timestamp(), baseline.end.timestamp()),
        onset=observation.onset.timestamp() if observation.onset else None,
        footnote="RECORDED DATA" if incident.recorded else "",
    )


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def draw(drawing: Drawing) -> bytes | None:
    """The picture as a PNG of 900 × 360; None where matplotlib is not installed."""
    if not can_draw():
        return None
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=INCHES, dpi=DPI, layout="tight")
    canvas: Any = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _shade(axes, drawing)
    _plot(axes, drawing)
    _dress(axes, drawing)
    if drawing.footnote:
        figure.text(0.995, 0.01, drawing.footnote, ha="right", va="bottom", fontsize=8, color=TROUBLE, weight="bold")
    out = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name in a script that its font lacks is drawn as boxes, not refused
        # No metadata: matplotlib would write its version, and the same drawing would differ from machine to machine.
        canvas.print_png(out, metadata={"Software": None})
    return out.getvalue()


def _shade(axes: Any, drawing: Drawing) -> None:
    first, last = drawing.times[0], drawing.times[-1]
    if drawing.healthy:
        start, end = (min(max(each, first), last) for each in drawing.healthy)
        if end > start:
            axes.axvspan(start, end, color=HEALTHY, linewidth=0, label="before (baseline)")
    if drawing.onset is not None and first <= drawing.onset <= last:
        label = f"since {_clock(drawing.onset, seconds=True)}"
        axes.axvline(drawing.onset, color=TROUBLE, linewidth=1.5, linestyle="--", label=label)


def _plot(axes: Any, drawing: Drawing) -> None:
    values = [float("nan") if value is None else value for value in drawing.values]
    axes.plot(drawing.times, values, color=LINE, linewidth=1.6)
    axes.set_xlim(drawing.times[0], max(drawing.times[-1], drawing.times[0] + 1))


def _dress(axes: Any, drawing: Drawing) -> None:
    axes.set_title(_plain(drawing.title, 75), fontsize=11, color=INK, loc="left")
    axes.set_ylabel(_plain(drawing.unit, 30), fontsize=9, color=INK)
    axes.set_xlabel("UTC", fontsize=9, color=INK)
    axes.set_xticks(_full_times(drawing.times[0], drawing.times[-1]))
    short = drawing.times[-1] - drawing.times[0] < MOST_TICKS * 60
    axes.xaxis.set_major_formatter(lambda value, _: _clock(value, seconds=short))
    axes.tick_params(labelsize=8, colors=INK)
    axes.grid(visible=True, axis="y", color="#e8e8e8", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=8, frameon=False, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)


def _full_times(first: float, last: float) -> list[float]:
    """Full minutes, quarters or hours between the two, at most eight of them."""
    step = next((each for each in STEPS if (last - first) / each <= MOST_TICKS), STEPS[-1])
    start = math.ceil(first / step) * step
    return [start + n * step for n in range(MOST_TICKS + 1) if start + n * step <= last]


def _clock(at: float, *, seconds: bool = False) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"


def _plain(text: str, limit: int) -> str:
    """No math mode and nothing its fonts cannot show: a `$` in a name would be read as TeX."""
    shown = "".join(each if each.isprintable() else " " for each in text).replace("$", r"\$")
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
