"""The plot of the comparison: a panel a figure, a bar an engine."""

from __future__ import annotations

from collections.abc import Mapping

from indexer.exporting.targets import draw_svg

PANELS = ("passages/s", "search p50, ms", "cold question, s", "memory, MB", "recall@10")


def draw_bars(figures: Mapping[str, Mapping[str, float]]) -> str:
    """An SVG of the figures by engine."""
    panels = [
        {
            "title": panel,
            "width": 130,
            "height": 110,
            "data": {"values": [{"engine": e, "value": f[panel]} for e, f in figures.items() if panel in f]},
            "mark": "bar",
            "encoding": {
                "x": {"field": "value", "type": "quantitative", "title": None, "axis": {"tickCount": 3}},
                "y": {"field": "engine", "type": "nominal", "title": None, "sort": None},
                "color": {"condition": {"test": "datum.engine === 'Plancite'", "value": "#1f6f50"}, "value": "#b8c4bf"},
            },
        }
        for panel in PANELS
    ]
    return draw_svg({"hconcat": panels})
