"""The Targets page: filters, charts, and what it says when there is nothing."""

from __future__ import annotations

from pathlib import Path

from pages import OpenApp, page_html
from streamlit.testing.v1 import AppTest

from indexer.library import Library


def lines(app: AppTest) -> list[dict[str, object]]:
    return app.dataframe[0].value.to_dict("records")  # type: ignore[no-any-return]


def test_the_table_lists_what_the_library_holds(open_app: OpenApp, sample_library: Library) -> None:
    app = open_app(page="targets")
    assert not app.exception
    assert len(lines(app)) == len(sample_library.targets())
    wind = [line for line in lines(app) if line["Figure"] == "> 1.2 billion kilowatts"]
    assert {(line["Plan"], line["Year"]) for line in wind} == {("national", 2030)}


def test_filters_narrow_the_table(open_app: OpenApp, sample_library: Library) -> None:
    app = open_app(page="targets")
    app.multiselect(key="t-plans").set_value(["national"])
    app.selectbox(key="t-year").set_value(2025)
    app.text_input(key="t-words").set_value("GDP").run()
    expected = [
        t
        for t in sample_library.targets(["national"])
        if t.year == 2025 and "gdp" in f"{t.indicator} {t.quote}".lower()
    ]
    assert expected
    assert [line["Indicator"] for line in lines(app)] == [t.indicator for t in expected]


def test_filters_that_nothing_passes_say_so(open_app: OpenApp) -> None:
    app = open_app(page="targets")
    app.text_input(key="t-words").set_value("zeppelin").run()
    assert "No target in these plans fits all the filters" in page_html(app)
    assert not app.dataframe


def test_an_empty_library_says_how_to_fill_it(open_app: OpenApp, tmp_path: Path) -> None:
    Library.open(tmp_path / "library", create=True).close()
    assert "The library is empty" in page_html(open_app(folder=tmp_path / "library", page="targets"))


def test_an_indicator_that_plans_share_shows_its_gap(open_app: OpenApp, sample_library: Library) -> None:
    app = open_app(page="targets")
    assert not app.exception
    row = next(r for r in sample_library.align_targets() if r.gap is not None)
    app.selectbox(key="t-indicator").set_value(row.series).run()
    assert f"{row.year}: gap {row.gap:,.10g} {row.unit}" in page_html(app)
