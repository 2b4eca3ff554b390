"""A chart in the Vega-Lite grammar -> PNG or SVG, made here without a browser and without a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: For screens and paper: twice the size in CSS pixels, some 190 dots an inch at the size of a page.
_SCALE = 2.0
#: Fonts that hold both scripts, on Linux, Windows and macOS; vl-convert brings Liberation Sans for the rest.
_FONTS = "Liberation Sans, Arial, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
_CONFIG = {"font": _FONTS, "background": "white", "view": {"stroke": None}}


def draw_png(chart: Mapping[str, Any]) -> bytes:
    """The chart, a Vega-Lite object with its data in it, as a PNG image. Nothing is fetched."""
    import vl_convert  # imported late: it brings a whole JavaScript engine

    return bytes(vl_convert.vegalite_to_png(dict(chart), scale=_SCALE, config=_CONFIG, allowed_base_urls=[]))


def draw_svg(chart: Mapping[str, Any]) -> str:
    """The chart as an SVG document, its words as text. Nothing is fetched."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(dict(chart), config=_CONFIG, allowed_base_urls=[]))
