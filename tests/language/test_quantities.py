"""Figures with units: found, read as numbers, compared as values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.language.dates import find_years
from indexer.language.quantities import Quantity, comparable, convert, find_quantities, same_value

RESTATED = json.loads((Path(__file__).parent / "restated_figures.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("37 million kilowatts", 37e6, "kW"),
        ("1.2 billion kW", 1.2e9, "kW"),
        ("37,000 MW", 37000, "MW"),
        ("百万千瓦", 1e6, "kW"),
        ("三千七百万千瓦", 37e6, "kW"),
        ("一点二亿吨", 1.2e8, "t"),
        ("3700万千瓦", 37e6, "kW"),
        ("百分之五", 5, "percent"),
        ("13.7%", 13.7, "percent"),
        ("2 percentage points", 2, "percentage_point"),
        ("2.1 billion cubic meters", 2.1e9, "m**3"),
        ("500 mu", 500, "mu_of_land"),
        ("300 grams of standard coal per kilowatt-hour", 300, "gce/(kW*h)"),
        ("10000 tons of standard coal", 1e4, "tce"),
        ("$3 billion", 3e9, "dollar"),
        ("30 billion yuan", 3e10, "yuan"),
        ("25 degrees", 25, "degree"),
        ("half a million", 5e5, ""),
        ("2000 deadweight tons", 2000, "t"),
        ("£20m", 2e7, "pound_sterling"),
        ("USD15,000", 15000, "dollar"),
        ("US$3 billion", 3e9, "dollar"),
        ("RMB 30 billion", 3e10, "yuan"),
        ("EUR 1.5m", 1.5e6, "euro"),
        ("$5M", 5e6, "dollar"),
        ("€3k", 3000, "euro"),
        ("$1.5b", 1.5e9, "dollar"),
        ("20 m", 20, "m"),
        ("20m", 20, "m"),
    ],
)
def test_a_figure_is_read_as_a_number_in_a_unit(text: str, value: float, unit: str) -> None:
    (found,) = find_quantities(f"It reaches {text}, as planned.")
    assert (found.value, found.unit) == (pytest.approx(value), unit)


@pytest.mark.parametrize(
    "text",
    [
        "By 2025 the (3) task and item 4 of No. 7 are done.",
        "3. Promote 5G under the 14th Five-Year Plan.",
        "On April 25 at 13:13:38, that is 2023-05-12, CO2 fell.",
        "第三章 2030年",
        "到二〇三〇年，二○二五年、二零三〇年，一九九〇年",
        "## Goals for 2030\nPeople living in towns get heat pumps.",
        "Rule 4.5 and MIR Rules 2.6, 2.11 and 3.10 apply, as does section \u200e19.18 or 4.5.1.",
        "see Articles 4, 5-7(2)(a) and 73E",
        "10.2\tDetails of the plan",
        "A Category 3B firm, a class 2 road, phase 4",
    ],
)
def test_what_numbers_or_dates_is_no_figure(text: str) -> None:
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Phase 1, 200 MW, and phase 2, 300 MW", ["200 MW", "300 MW"]),  # one phase each: what follows is an amount
        ("three phases of 20 MW", ["20 MW"]),
        ("Articles 4 and 5 set 30 tons", ["30 tons"]),
        ("A rule: 4.5 tons. Levels are 20% lower, 3.5 times", ["4.5 tons", "20%", "3.5"]),
        ("Parks 3, 4", ["3", "4"]),
    ],
)
def test_an_amount_beside_what_is_numbered_is_a_figure(text: str, figures: list[str]) -> None:
    assert [text[slice(*q.span)] for q in find_quantities(text)] == figures


def test_a_range_lends_its_first_figure_the_unit_and_the_scale() -> None:
    low, high = find_quantities("between 10-15 million tons")
    assert (low.value, low.unit, high.value, high.unit) == (1e7, "t", 1.5e7, "t")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("£20-30m a year", 2e7, 3e7),
        ("£20m–30m", 2e7, 3e7),
        ("£500k-1m", 5e5, 1e6),
        ("£20 to 30m", 2e7, 3e7),
        ("£5 to 7 billion", 5e9, 7e9),
        ("£5–7bn", 5e9, 7e9),
        ("£3.5 million to 4.5 million", 3.5e6, 4.5e6),
        ("£5 to £2 million", 5, 2e6),
        ("£5-7 per tree", 5, 7),
    ],
)
def test_a_sign_of_money_counts_for_both_ends_of_a_range(text: str, low: float, high: float) -> None:
    found = find_quantities(f"It gives {text}, as planned.")
    assert [(q.value, q.unit) for q in found] == [(low, "pound_sterling"), (high, "pound_sterling")]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("£20 to 30 schools", [(20.0, "pound_sterling"), (30.0, "")]),
        ("£20m and 30m of pipe", [(2e7, "pound_sterling"), (30.0, "m")]),
        ("£20-30 km", [(20.0, "pound_sterling"), (30.0, "km")]),
        ("20-30m wide", [(20.0, "m"), (30.0, "m")]),
        ("5 tonnes to 2 million tonnes", [(5.0, "t"), (2e6, "t")]),
        ("500 thousand-1 million tonnes", [(5e5, "t"), (1e6, "t")]),
    ],
)
def test_what_is_no_range_of_money_keeps_its_units(text: str, figures: list[tuple[float, str]]) -> None:
    assert [(q.value, q.unit) for q in find_quantities(f"It takes {text}.")] == figures


def test_a_figure_that_breaks_off_says_so() -> None:
    (broken,) = find_quantities("The installed capacity will reach 1.")
    (whole,) = find_quantities("The installed capacity will reach 1.5 GW.")
    assert (broken.cut_off, whole.cut_off) == (True, False)


def test_years_and_the_ends_of_five_year_plans() -> None:
    text = "by 2025, by the end of the 15th Five-Year Plan period, and 2000 tons, 2000\ntonnes"
    assert [y.year for y in find_years(text)] == [2025, 2030]


def test_a_year_that_ends_a_heading_has_no_unit_below() -> None:
    assert [y.year for y in find_years("Goals for 2030\nPeople living in towns get heat pumps.")] == [2030]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("到二〇三〇年，二○二五年、二零三〇年", [2030, 2025, 2030]),
        ("一九九〇年以来，二十年，二〇三〇吨", [1990]),
        ("到2030年人均、2025年度", [2030, 2025]),  # what follows the year is no unit of it
    ],
)
def test_years_in_chinese(text: str, years: list[int]) -> None:
    assert [y.year for y in find_years(text)] == years


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (200 / 3, "66.67"),
        (1 / 15, "0.06667"),
        (0.1 + 0.2, "0.3"),
        (41.23456, "41.23456"),
        (1e10, "10000000000"),
        (12345678901.0, "12345678901"),
        (12345678901.5, "12345678901.5"),
        (1.5e12, "1500000000000"),
        (4e-7, "0.0000004"),
        (0.0, "0"),
    ],
)
def test_a_value_is_shown_with_the_digits_that_a_plan_writes(value: float, shown: str) -> None:
    assert str(Quantity((0, 1), value, "percent")) == f"{shown}%"
    assert str(Quantity((0, 1), -value, "kW")).removeprefix("-") == f"{shown} kW"


@pytest.mark.parametrize(("figure", "other"), [(f, o) for f, others in RESTATED.items() for o in others])
def test_one_value_in_two_units_is_one_value(figure: str, other: str) -> None:
    (one,), (two,) = find_quantities(figure), find_quantities(other)
    assert same_value(one, two) and same_value(two, one)


def test_values_of_different_kinds_are_not_compared() -> None:
    share, power, count, mass, energy = (
        find_quantities(text)[0] for text in ("50%", "50 kW", "50", "50 tons", "50 tons of standard coal")
    )
    assert not any(comparable(share, other) for other in (power, count, mass))
    assert not comparable(mass, energy)
    assert not same_value(share, count)


def test_units_are_converted_as_they_are_defined() -> None:
    assert convert(15, "mu_of_land", "hectare") == pytest.approx(1.0)
    assert convert(1, "tce", "MWh") == pytest.approx(29.3076e9 / 3.6e9)


@given(st.integers(1, 999_999), st.sampled_from(["kW", "tons", "%", "cubic meters", "yuan"]))
def test_a_span_is_the_figure_with_its_unit(number: int, unit: str) -> None:
    text = f"of which {number:,} {unit} are new"
    (found,) = find_quantities(text)
    assert text[slice(*found.span)] == f"{number:,} {unit}"
    assert found.value == number


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("about 8 million\nkilowatts", [(8e6, "kW")]),
        ("about 8\nmillion kilowatts", [(8e6, "kW")]),
        ("by 20\npercent", [(20.0, "percent")]),
        ("装机8000\n万千瓦", [(8e7, "kW")]),
        ("12\n345 tons", [(12.0, ""), (345.0, "t")]),
        ("about 2000\ntonnes", [(2000.0, "t")]),
        ("reach 2000\nMW", [(2000.0, "MW")]),
    ],
)
def test_a_line_that_ends_parts_no_figure_from_its_unit(text: str, figures: list[tuple[float, str]]) -> None:
    found = find_quantities(text)
    assert [(q.value, q.unit) for q in found] == figures
    assert all(text[q.span[0]].isdigit() and q.span[1] <= len(text) for q in found)
