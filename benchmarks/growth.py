"""The plot of `scale.py`: how each figure grows with the passages, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.exporting.targets import draw_svg

#: The figures of each panel, and what its axis says.
PANELS = {
    "milliseconds, p95": ("embed p95, ms", "vectors p95, ms", "words p95, ms", "fetch p95, ms", "search p95, ms"),
    "seconds": ("open, s", "add a plan, s", "remove a plan, s"),
    "megabytes": ("memory while serving, MB", "database, MB", "words, MB", "vectors, MB"),
}


def draw_growth(figures: Mapping[int, Mapping[str, float]]) -> str:
    """An SVG of the figures by number of passages."""
    panels = [_panel(axis, names, figures) for axis, names in PANELS.items()]
    return draw_svg({"hconcat": panels, "resolve": {"scale": {"color": "independent"}}})


def _panel(axis: str, names: tuple[str, ...], figures: Mapping[int, Mapping[str, float]]) -> dict[str, Any]:
    rows = [
        {"passages": n, "value": found[name], "figure": name.rpartition(",")[0].removesuffix(" p95")}
        for n, found in figures.items()
        for name in names
    ]
    order = [name.rpartition(",")[0].removesuffix(" p95") for name in names]
    return {
        "data": {"values": rows},
        "width": 220,
        "height": 240,
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "passages", "type": "quantitative", "scale": {"type": "log"},
                  "axis": {"format": "~s", "values": sorted(figures)}},
            "y": {"field": "value", "type": "quantitative", "scale": {"type": "log"}, "title": axis},
            "color": {"field": "figure", "type": "nominal", "sort": order,
                      "legend": {"title": None, "orient": "bottom", "columns": 2}},
        },
    }  # fmt: skip
