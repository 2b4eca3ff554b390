"""The Targets page: filters, tables, charts, quotes, the address, and what it says when there is nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from fakes import FakeEncoder
from hypothesis import given
from hypothesis import strategies as some
from pages import OpenApp, address, page_html, quote_links
from streamlit.testing.v1 import AppTest

from indexer.encoding import Encoder
from indexer.library import Library
from indexer.targets.sectors import sector_of
from indexer.types import Binding, Sector, Target, TargetKind
from indexer.ui.shared.address import read_view, to_query
from indexer.ui.targets.view import TargetsView


def lines(app: AppTest) -> list[dict[str, object]]:
    return app.dataframe[0].value.to_dict("records")  # type: ignore[no-any-return]


def shared(library: Library) -> Iterator[tuple[Target, Target]]:
    """Targets of two plans in one row."""
    for row in library.align_targets():
        plans = {cell.target.plan: cell.target for cell in row.cells if cell.value is not None}
        if len(plans) > 1:
            one, other, *_ = plans.values()
            yield one, other


def test_every_commitment_is_listed_and_other_figures_on_request(open_app: OpenApp, sample_library: Library) -> None:
    app = open_app(page="targets", every="1")
    assert not app.exception
    commitments = [t for t in sample_library.targets() if t.kind is TargetKind.TARGET]
    others = len(sample_library.targets(figures=True)) - len(commitments)
    assert len(lines(app)) == len(commitments) and others > 0
    assert f"{len(commitments)} commitments; {others} other figure" in page_html(app)
    app.toggle(key="t-rest").set_value(True).run()
    assert address(app) == {"every": ["1"], "rest": ["1"]}
    assert len(lines(app)) == len(commitments) + others
    app.toggle(key="t-rest").set_value(False).run()
    wind = [line for line in lines(app) if line["Figure"] == "> 1.2 billion kilowatts"]
    assert {(line["Plan"], line["Year"]) for line in wind} == {(sample_library.plan("national").title, "2030")}


def test_plans_stand_side_by_side_in_one_unit_with_the_gap(open_app: OpenApp, sample_library: Library) -> None:
    app = open_app(page="targets")
    assert not app.exception
    found = lines(app)
    assert len(found) == len(sample_library.align_targets())
    assert list(found[0])[:6] == ["Indicator", "Year", "Unit", "national", "liaoning", "sichuan"]
    storage = next(line for line in found if "energy storage" in str(line["Indicator"]) and line["Year"] == "2025")
    assert (storage["liaoning"], storage["national"], storage["sichuan"]) == ("> 1", "> 30", "")
    assert (storage["Unit"], storage["Gap"], storage["Note"]) == ("million kW", "29", "")
    assert {line["Note"] for line in found} == {row.note for row in sample_library.align_targets()}
    # what most plans have comes first
    assert sum(bool(found[0][plan]) for plan in ("liaoning", "national", "sichuan")) >= 2


def test_rows_that_cannot_be_subtracted_say_why(open_app: OpenApp, tmp_path: Path, fake: FakeEncoder) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        for name, words in (("anhui", "reach 12%"), ("henan", "grow by 9%")):
            (tmp_path / f"{name}.txt").write_text(f"{name} plan\n\nBy 2030, the share of clean boats will {words}.\n")
            assert [added.status for added in library.add([tmp_path / f"{name}.txt"])] == ["added"]
    (line,) = lines(open_app(tmp_path / "library", page="targets"))
    assert (line["Gap"], line["Note"]) == ("", "Not subtracted: one figure is a change, another a level.")


def test_filters_narrow_the_table_and_are_in_the_address(open_app: OpenApp, sample_library: Library) -> None:
    app = open_app(page="targets", every="1")
    app.multiselect(key="t-plans").set_value(["national"]).run()
    app.selectbox(key="t-year").set_value(2025).run()
    app.text_input(key="t-words").set_value("GDP").run()
    expected = [
        t
        for t in sample_library.targets(["national"])
        if t.year == 2025 and "gdp" in f"{t.indicator} {t.quote}".lower()
    ]
    assert expected
    assert [line["Indicator"] for line in lines(app)] == [t.indicator for t in expected]
    given_ = {"plan": ["national"], "year": ["2025"], "words": ["GDP"], "every": ["1"]}
    assert address(app) == given_
    again = open_app(page="targets", **given_)
    assert lines(again) == lines(app)
    assert again.text_input(key="t-words").value == "GDP" and again.selectbox(key="t-year").value == 2025
    app.selectbox(key="t-year").set_value("Any").run()
    assert "year" not in address(app)


def test_a_sector_holds_the_targets_of_all_plans_in_it(open_app: OpenApp, sample_library: Library) -> None:
    app = open_app(page="targets", every="1", sector="transport")
    commitments = [t for t in sample_library.targets() if t.kind is TargetKind.TARGET]
    expected = [t for t in commitments if sector_of(t) is Sector.TRANSPORT]
    assert len({t.plan for t in expected}) > 1
    assert [line["Indicator"] for line in lines(app)] == [t.indicator for t in expected]


def test_a_row_stays_whole_when_one_of_its_targets_passes_the_filters(
    open_app: OpenApp, sample_library: Library
) -> None:
    one, other = next(pair for pair in shared(sample_library) if pair[0].quote != pair[1].quote)
    words = next(
        word for word in one.quote.split() if word.isalpha() and word not in f"{other.indicator} {other.quote}"
    )
    found = lines(open_app(page="targets", words=words))
    assert any(line[one.plan] and line[other.plan] for line in found)


def test_what_is_charted_is_in_the_address(open_app: OpenApp, sample_library: Library) -> None:
    app = open_app(page="targets")
    row = [r for r in sample_library.align_targets() if r.gap is not None][-1]
    first = next(r for r in sample_library.align_targets() if r.series == row.series).cells[0].target
    app.selectbox(key="t-indicator").set_value((first.plan, first.span[0])).run()
    assert f"{row.year}: gap " in page_html(app)
    assert address(app) == {"at": [f"{first.plan}:{first.span[0]}"]}
    again = open_app(page="targets", **address(app))
    assert again.selectbox(key="t-indicator").value == (first.plan, first.span[0])
    app.segmented_control(key="t-chart").set_value("One plan on a time line").run()
    assert address(app)["line"] == ["liaoning"]
    app.selectbox(key="t-line").set_value("sichuan").run()
    assert address(app)["line"] == ["sichuan"]
    assert open_app(page="targets", **address(app)).selectbox(key="t-line").value == "sichuan"
    downloads = [button.label for button in app.get("download_button")]
    assert downloads == ["PNG", "SVG", "CSV", "Excel"]


@pytest.mark.parametrize("every", ["", "1"])
def test_a_link_opens_its_quote_and_source(open_app: OpenApp, sample_library: Library, every: str) -> None:
    target = sample_library.targets(["sichuan"])[-1]
    name = f"sichuan:{target.start}"
    app = open_app(page="targets", every=every, open=name)
    assert page_html(app).count("<blockquote") == 1 and 'class="source-text"' in page_html(app)
    ((label, query),) = quote_links(app)
    assert label.startswith("[1] Sichuan") and query["open"] == [name] == address(app)["open"]
    app.button(key="source-close").click().run()
    assert "<blockquote" not in page_html(app)
    assert "<blockquote" not in page_html(open_app(page="targets", open="sichuan:1"))


def test_heads_of_columns_are_titles_without_escapes(open_app: OpenApp, tmp_path: Path, fake: FakeEncoder) -> None:
    title = "Anhui Plan (2021-2030), rev. 2"
    (tmp_path / "anhui.txt").write_text(f"{title}\n\nBy 2030, the share of clean boats will reach 12%.\n", "utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        assert [added.status for added in library.add([tmp_path / "anhui.txt"])] == ["added"]
        assert library.plans()[0].title == title
    app = open_app(tmp_path / "library", page="targets")
    assert json.loads(app.dataframe[0].proto.columns)["anhui"]["label"] == title


def test_plans_that_are_gone_are_named(open_app: OpenApp) -> None:
    app = open_app(page="targets", plan=["atlantis<b>", "sichuan"], line="lemuria", at="mu:5")
    html = page_html(app)
    assert "“atlantis&lt;b&gt;”, “mu”, “lemuria” are not in this library." in html
    assert "Only the other plans were listed." in html
    assert address(app) == {"plan": ["sichuan"]} and not app.exception
    assert "All plans were listed instead." in page_html(open_app(page="targets", plan="atlantis"))


def test_what_the_words_are_about_comes_before_what_mentions_them(open_app: OpenApp) -> None:
    # two plans have the share of non-fossil energy, and one sentence on it mentions storage too
    app = open_app(page="targets", plan=["national", "liaoning"], words="energy storage")
    named = ["energy storage" in str(line["Indicator"]) for line in lines(app)]
    assert named[0] and not all(named) and named == sorted(named, reverse=True)
    assert "storage" in app.selectbox(key="t-indicator").options[0]


def test_filters_that_nothing_passes_say_so(open_app: OpenApp) -> None:
    app = open_app(page="targets", year="1999")
    assert "No target matches all the filters" in page_html(app)
    assert not app.dataframe and app.selectbox(key="t-year").value == 1999


def test_an_empty_library_says_how_to_fill_it(open_app: OpenApp, tmp_path: Path) -> None:
    Library.open(tmp_path / "library", create=True).close()
    assert "The library is empty" in page_html(open_app(folder=tmp_path / "library", page="targets"))


def test_plans_without_figures_say_so_and_a_lone_threshold_is_listed(
    open_app: OpenApp, tmp_path: Path, encoder: Encoder
) -> None:
    (tmp_path / "talk.txt").write_text("Talk plan\n\n1. Words\n\nEveryone speaks kindly.\n", "utf-8")
    with Library.open(tmp_path / "library", create=True, encoder=encoder) as library:
        library.add([tmp_path / "talk.txt"])
    app = open_app(folder=tmp_path / "library", page="targets")
    assert not app.exception and "No targets were found in this plan" in page_html(app)
    (tmp_path / "huts.txt").write_text(
        "Hut plan\n\n1. Huts\n\nBoathouses larger than 250 square meters must report each year.\n", "utf-8"
    )
    with Library.open(tmp_path / "library", encoder=encoder) as library:
        library.add([tmp_path / "huts.txt"])
    st.cache_data.clear()
    st.cache_resource.clear()
    app = open_app(folder=tmp_path / "library", page="targets")
    assert not app.exception and "None of these figures is a commitment" in page_html(app)
    assert len(lines(open_app(folder=tmp_path / "library", page="targets", every="1", rest="1"))) == 1


ids = some.sampled_from(["a", "b:c", "d e"])


@given(
    some.builds(
        TargetsView,
        some.lists(ids, unique=True, max_size=3).map(tuple),
        some.sampled_from(["", *map(str, Sector)]),
        some.none() | some.integers(1900, 2100),
        some.sampled_from(["", *map(str, Binding)]),
        some.text("ab :&=?", max_size=8).map(lambda text: " ".join(text.split())),
        some.booleans(),
        some.none() | some.tuples(ids, some.integers(0, 10**8)),
        some.just("") | ids,
        some.booleans(),
    )
)
def test_the_whole_listing_is_in_its_address(view: TargetsView) -> None:
    st.query_params.from_dict(to_query(view))
    assert read_view(TargetsView) == view


@pytest.mark.parametrize("query", [{"year": "x"}, {"sector": "evil"}, {"binding": "evil"}, {"at": "5"}, {"every": "2"}])
def test_an_address_that_makes_no_sense_is_at_rest(query: dict[str, str]) -> None:
    st.query_params.from_dict(query)
    assert read_view(TargetsView) == TargetsView()


def test_a_long_time_line_begins_short_and_unfolds(open_app: OpenApp, sample_library: Library) -> None:
    dated = [t for t in sample_library.targets(["sichuan"]) if t.year is not None]
    assert len(dated) > 12
    app = open_app(page="targets", line="sichuan")
    assert app.button(key="t-whole").label.startswith("Show all ")
    app.button(key="t-whole").click().run()
    assert app.button(key="t-whole").label == "Show fewer"
