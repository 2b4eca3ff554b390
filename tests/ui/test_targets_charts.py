"""Charts of targets taken away as files: the plotted values and words are in them, and nothing is fetched."""

from __future__ import annotations

import re
from io import BytesIO
from xml.etree import ElementTree

import altair as alt
import pytest
from fakes import FakeEncoder, make_plan
from PIL import Image

from indexer.exporting.targets import draw_png, draw_svg
from indexer.targets.aligning import align_targets
from indexer.targets.extracting import find_targets
from indexer.types import Target, TargetRow
from indexer.ui.targets.charts import indicator_chart, is_pathway, line_chart, pathway_chart

TITLES = {"anhui": "安徽省碳达峰实施方案", "henan": "Henan <Plan> & more"}


def targets(**plans: str) -> list[Target]:
    return [t for plan, text in plans.items() for t in find_targets(make_plan(plan, [text]))]


def rows() -> list[TargetRow]:
    found = targets(
        anhui="By 2030, the tidal capacity of the coast will reach about 40 million kilowatts.",
        henan="By 2030, the tidal capacity of the coast will exceed 20 GW (excluding harbors).",
    )
    return align_targets(found, FakeEncoder())


def texts(svg: str) -> list[str]:
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def bars(svg: str) -> list[float]:
    """Lengths of the bars, from the top down."""
    marks = [
        each.get("d", "")
        for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path")
        if each.get("aria-roledescription") == "bar"
    ]
    return [float(re.match(r"M([-\d.]+),[-\d.]+h([-\d.]+)", d)[2]) for d in marks]  # type: ignore[index]


def test_an_indicator_is_drawn_with_its_values_and_words() -> None:
    chart = indicator_chart(rows(), TITLES).properties(width=400, title="潮汐").to_dict()
    svg = draw_svg(chart)
    said = texts(svg)
    assert "2030 · ≈ 40 million kW · 安徽省碳达峰实施方案" in said
    assert "2030 · > 20 million kW (excluding harbors) · Henan <Plan> & more" in said
    assert "潮汐" in said and "million kW" in said
    long, short = bars(svg)
    assert long == pytest.approx(2 * short)


def test_a_range_is_drawn_from_its_low_to_its_high_end() -> None:
    found = targets(anhui="By 2030, the peat use of ferries will be between 15 and 20 percent.")
    (row,) = align_targets(found, FakeEncoder())
    plain = align_targets(targets(anhui="By 2030, the peat use of ferries will be 20 percent."), FakeEncoder())
    svg = draw_svg(indicator_chart([row], TITLES).properties(width=400).to_dict())
    assert bars(svg) == pytest.approx(
        [bars(draw_svg(indicator_chart(plain, TITLES).properties(width=400).to_dict()))[0] / 4]
    )
    assert any("15 to 20%" in text for text in texts(svg))


def test_a_picture_holds_what_the_drawing_holds() -> None:
    chart = indicator_chart(rows(), TITLES).properties(width=400).to_dict()
    image = Image.open(BytesIO(draw_png(chart))).convert("RGB")
    assert image.width >= 800  # twice the chart's size
    assert image.getpixel((0, 0)) == (255, 255, 255)
    coloured = [
        sum(max(pixel) - min(pixel) > 60 for pixel in (image.getpixel((x, y)) for x in range(image.width)))  # type: ignore[arg-type,type-var]
        for y in range(image.height)
    ]
    lengths = sorted({length for length in coloured if length > 100})
    assert lengths[-1] == pytest.approx(2 * lengths[0], rel=0.02)


def test_a_time_line_has_a_point_for_each_target_at_its_year() -> None:
    found = targets(
        anhui="By 2035, the share of clean boats will reach 9%.\nBy 2025, tidal capacity will reach 1.\n"
        "By 2025, the share of clean mills will be no less than 7%."
    )
    svg = draw_svg(line_chart(found).properties(width=400).to_dict())
    said = texts(svg)
    lines = ["tidal capacity: cut off", "share of clean mills: ≥ 7%", "share of clean boats: 9%"]
    assert [text for text in said if text in lines] == lines
    assert {"2025", "2035"} <= set(said)
    points = [each for each in ElementTree.fromstring(svg).iter() if each.get("aria-roledescription") == "point"]
    places = [re.match(r"translate\(([\d.]+),", point.get("transform", ""))[1] for point in points]  # type: ignore[index]
    assert places[0] == places[1] != places[2]


def test_nothing_is_fetched() -> None:
    chart = alt.Chart("http://127.0.0.1:9/data.json").mark_bar().encode(x="a:Q").to_dict()
    for draw in (draw_png, draw_svg):
        with pytest.raises(ValueError, match=r"not allowed|External data"):
            draw(chart)  # type: ignore[operator]


def test_values_for_several_years_are_one_line() -> None:
    found = targets(
        anhui="By 2025, the tidal capacity will reach 10 GW. By 2030, the tidal capacity will reach 40 GW.",
        henan="By 2030, the tidal capacity will exceed 20 GW.",
    )
    aligned = align_targets(found, FakeEncoder())
    assert is_pathway(aligned) and not is_pathway(rows())
    svg = draw_svg(pathway_chart(aligned, TITLES).properties(width=400).to_dict())
    assert {"2025", "2030", "10 million kW", "40 million kW", "> 20 million kW"} <= set(texts(svg)) | {
        text.replace(" GW", " million kW") for text in texts(svg)
    }
    lines = [
        each.get("d", "")
        for each in ElementTree.fromstring(svg).iter()
        if "line mark" in each.get("aria-roledescription", "")
    ]
    assert sum("L" in d for d in lines) == 1  # one plan has two years, the other a point
