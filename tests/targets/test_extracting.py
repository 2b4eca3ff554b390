"""Figures in sentences of our own: what each is, by when, against what, how binding; and what is none."""

from __future__ import annotations

import pytest
from fakes import make_plan
from hypothesis import given
from hypothesis import strategies as st

from indexer.language.quantities import Quantity, same_value
from indexer.language.sentences import broken_figures_of_plan, sentences_of_plan
from indexer.reading.passages import chunk_plan
from indexer.targets.extracting import find_targets
from indexer.types import Binding, Comparator, Metadata, Role, Target, TargetKind, Trend


def targets(*sentences: str, date: str = "") -> list[Target]:
    found = find_targets(make_plan("anhui", sentences, metadata=Metadata(date=date)))
    return [t for t in found if t.kind is not TargetKind.FIGURE]


def told(*sentences: str, date: str = "") -> list[tuple[float | None, str, int | None]]:
    return [(t.value, t.unit, t.year) for t in targets(*sentences, date=date)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "By 2025, peat use will not exceed 7 million tons, and by 2030 it will not exceed 6 million tons.",
            [(7e6, "t", 2025), (6e6, "t", 2030)],
        ),
        (
            "During the 14th Five-Year Plan period and the 15th Five-Year Plan period, tidal capacity increased by "
            "2 million kilowatts and 3 million kilowatts respectively.",
            [(2e6, "kW", 2025), (3e6, "kW", 2030)],
        ),
        ("Raise the share of tiled roofs to more than 12% by 2031.", [(12.0, "percent", 2031)]),
        ("Compost must reach 40% in 2028 and 55% in 2036.", [(40.0, "percent", 2028), (55.0, "percent", 2036)]),
        ("Sow 30 hectares of reed and raise heron nests by 5% by 2033.", [(30, "hectare", 2033), (5, "percent", 2033)]),
        ("Half of all barges will be electric by 2040.", [(50.0, "percent", 2040)]),
        ("Twelve hectares of reed are to be sown by 2031.", [(12.0, "hectare", 2031)]),
        ("到2025年，潮汐装机达到1000万千瓦，年产气量达到3亿立方米。", [(1e7, "kW", 2025), (3e8, "m**3", 2025)]),
        ("到“十五五”末，芦苇面积不低于20万亩。", [(2e5, "mu_of_land", 2030)]),
    ],
)
def test_values_units_and_years(sentence: str, expected: list[tuple[float, str, int]]) -> None:
    assert told(sentence) == expected


def test_the_end_of_the_decade_needs_the_plans_own_date() -> None:
    sentence = "Ferries will emit 30% less by the end of the decade."
    assert told(sentence, date="2024-03") == [(30.0, "percent", 2030)]
    (unknown,) = targets(sentence)
    assert unknown.year is None
    assert unknown.doubt


@pytest.mark.parametrize(
    ("words", "comparator"),
    [
        ("will reach 30%", Comparator.EQUAL),
        ("will reach about 30%", Comparator.ABOUT),
        ("will basically reach 100%", Comparator.ABOUT),
        ("will reach more than 30%", Comparator.MORE),
        ("will exceed 30%", Comparator.MORE),
        ("will be no less than 30%", Comparator.AT_LEAST),
        ("should not be less than 30%", Comparator.AT_LEAST),
        ("will be at least 30%", Comparator.AT_LEAST),
        ("will not exceed 30%", Comparator.AT_MOST),
        ("will be controlled within 30%", Comparator.AT_MOST),
        ("will fall below 30%", Comparator.LESS),
        ("will reach 30% or more", Comparator.AT_LEAST),
    ],
)
def test_comparators(words: str, comparator: Comparator) -> None:
    (target,) = targets(f"By 2030, the share of ferries {words}.")
    assert target.comparator is comparator
    assert target.kind is TargetKind.TARGET


@pytest.mark.parametrize(
    ("sentence", "change", "base"),
    [
        ("By 2030, peat use per head will be 14% lower than that in 2020.", Trend.FALL, 2020),
        ("By 2030, peat use will be cut by 14% against a 2019 baseline.", Trend.FALL, 2019),
        ("By 2030, reed beds will grow by a quarter compared with 2015.", Trend.RISE, 2015),
        ("By 2030, bring ferry noise down by 5%, relative to 2018 levels.", Trend.FALL, 2018),
        ("By 2030, reed beds will grow to 14%.", None, None),
        ("By 2030, peat use will fall 14% from 2020 levels.", Trend.FALL, 2020),
        ("By 2030, peat use will have dropped more than 14%, relative to 2018 levels.", Trend.FALL, 2018),
        ("By 2030, reed beds will increase about 14 hectares.", Trend.RISE, None),
        ("By 2030, peat use will fall to 14%.", None, None),
        ("By 2030, peat use will fall below 14%.", None, None),
        ("By 2030, towns will grow 14 tons of reed.", None, None),
        ("By 2030, reed beds will make up about 14% of wetlands.", None, None),
        ("By 2030, reed beds will be up about 14% on 2020.", Trend.RISE, 2020),
    ],
)
def test_changes_and_base_years(sentence: str, change: Trend | None, base: int | None) -> None:
    (target,) = targets(sentence)
    assert (target.year, target.change, target.base_year) == (2030, change, base)


@pytest.mark.parametrize(
    ("sentence", "scope", "indicator"),
    [
        (
            "By 2030, the share of ferries in towns with a permanent population of more than 2 million will reach 9%.",
            "towns with a permanent population of more than 2 million",
            "share of ferries",
        ),
        ("By 2030, the share of clean boats (excluding canoes) will reach 9%.", "excluding canoes", "share of clean boats"),
        ("By 2030, the share of clean boats will reach 9%.", None, "share of clean boats"),
        ("By 2028, 9 per cent of homes in towns of more than 10,000 people will be dry.", "towns of more than 10,000 people", "homes"),
        ("By 2028, 9 per cent of homes in towns of more than 10\nmillion people will be dry.", "towns of more than 10 million people", "homes"),
        ("By 2028, clean boats in cities with more than 1,000,000 inhabitants will reach 9%.", "cities with more than 1,000,000 inhabitants", "clean boats"),
        ("By 2028, the share of clean plants will reach 9% excluding plants below 1,500 kW.", "excluding plants below 1,500 kW", "share of clean plants"),
        ("By 2028, the share of clean boats will reach 9% in towns with canals, ports and a weir.", "towns with canals", "share of clean boats"),
    ],
)  # fmt: skip
def test_scope_stands_beside_the_indicator(sentence: str, scope: str | None, indicator: str) -> None:
    (target,) = targets(sentence)
    assert (target.scope, target.indicator, target.value) == (scope, indicator, 9.0)


@pytest.mark.parametrize(
    ("sentence", "binding"),
    [
        ("By 2030, peat use must fall to 4%.", Binding.MUST),
        ("By 2030, peat use will not exceed 4%.", Binding.MUST),
        ("In principle, peat use should not exceed 4% by 2030.", Binding.SHOULD),
        ("By 2030, peat use will be 4%.", Binding.SHOULD),
        ("Encourage reed, and strive to bring peat use to 4% by 2030.", Binding.STRIVE),
        ("Encourage farms to bring peat use to 4% by 2030.", Binding.ENCOURAGE),
    ],
)
def test_binding(sentence: str, binding: Binding) -> None:
    (target,) = targets(sentence)
    assert target.binding is binding


@pytest.mark.parametrize(
    ("sentence", "indicator"),
    [
        ("By 2030, the capacity of tides, wind and waves will reach 5 GW.", "capacity of tides, wind and waves"),
        ("We will cut ferry noise by 5% by 2030.", "ferry noise"),
        ("We will plant 900 willows by 2030.", "willows"),
        ("Build 65 km of towpaths by 2030.", "towpaths"),
        ("By 2030, grids will have a reserve capacity of more than 5%.", "reserve capacity (grids)"),
        ("By 2030, jetties will cover 80% of ferry stops.", "jetties (ferry stops)"),
        ("到二〇三〇年芦苇覆盖率达到25%左右。", "芦苇覆盖率"),
        ("**Goals.** The province's reed cover will reach 25% by 2030.", "reed cover"),
        ("- **Goals:** Reed cover will reach 25% by 2030.", "Reed cover"),
        ("- **Reed cover** will reach 25% by 2030.", "Reed cover"),
    ],
)
def test_indicators(sentence: str, indicator: str) -> None:
    assert [t.indicator for t in targets(sentence)] == [indicator]


@pytest.mark.parametrize(
    ("sentence", "value", "comparator"),
    [
        ("Renew boats with a draught of more than 300 tons.", 300.0, Comparator.MORE),
        ("Barges of 2000 tons and above will be renewed by 2025.", 2000.0, Comparator.AT_LEAST),
        ("Boathouses larger than 250 square meters must report each year.", 250.0, Comparator.MORE),
        ("Watch all mills with annual use exceeding 10000 tons of standard coal.", 10000.0, Comparator.MORE),
        ("Reed is sown on slopes above 25 degrees.", 25.0, Comparator.MORE),
    ],
)
def test_thresholds_are_told_apart(sentence: str, value: float, comparator: Comparator) -> None:
    (found,) = targets(sentence)
    assert (found.kind, found.value, found.comparator) == (TargetKind.THRESHOLD, value, comparator)
    assert found.year is None


@pytest.mark.parametrize(
    "sentence",
    [
        "The plan has No. 23 and is dated 24 October 2021.",
        "In 2022 the town emitted 19 million tons.",
        "Build the 500 kV line to the coast.",
        "The first 3 of the 12 districts take part.",
        "Boats will be electric by 2030.",
        "Scope 1, 2 and 3 emissions will be reported under ISO 14001 from 2026.",
        "District 7 12.7 13.0 140 15,107 1.7",
    ],
)
def test_what_commits_to_nothing_is_left_out(sentence: str) -> None:
    assert targets(sentence) == []


def test_a_start_is_no_target() -> None:
    assert told("By 2034, raise reed cover from 17% to 24%.") == [(24.0, "percent", 2034)]


def test_a_range_has_two_ends() -> None:
    (target,) = targets("By 2030, ferry noise will fall by between 15 and 20 percent.")
    assert (target.comparator, target.value, target.high, target.unit) == (Comparator.RANGE, 15.0, 20.0, "percent")


def test_a_figure_that_is_cut_off_has_no_value() -> None:
    broken = "By 2025, tidal capacity will reach 1.\n2. Next"
    (target,) = find_targets(make_plan("anhui", [broken]))
    assert target.cut_off
    assert (target.value, target.high, target.unit, target.year) == (None, None, "", 2025)


def test_a_summary_counts_only_for_what_the_body_lacks() -> None:
    summary = "By 2025, peat use will be 14% and reed cover will reach 20%."
    body = "By 2025, reed cover will reach 20%."
    plan = make_plan("anhui", [summary, body], asides=((0, len(summary), Role.SUMMARY),))
    assert [(t.value, t.span[0] < len(summary)) for t in find_targets(plan)] == [(14.0, True), (20.0, False)]


def test_page_furniture_commits_to_nothing() -> None:
    news = "By 2025, shares will rise by 20%."
    assert find_targets(make_plan("anhui", [news], asides=((0, len(news), Role.FURNITURE),))) == []


_NUMBERS = st.integers(min_value=2, max_value=900)


@given(_NUMBERS, st.sampled_from([("tons", "t", 1.0), ("million kilowatts", "kW", 1e6), ("GWh", "GW*h", 1.0)]))
def test_value_times_unit_is_what_was_written(number: int, unit: tuple[str, str, float]) -> None:
    written, name, scale = unit
    (target,) = targets(f"By 2030, the supply will reach {number} {written}.")
    assert target.value is not None
    assert same_value(Quantity((0, 0), target.value, target.unit), Quantity((0, 0), number * scale, name))


_PARTS = st.sampled_from(
    ["By 2030, ", "the share of boats ", "will reach ", "7%", "about 3 million tons", " and ", ", ", "1.", "\n\n", "。",
     "到2025年", "3亿", "(1) ", "of more than ", "respectively", "lower than in 2020", "between 3 and 5 GW", "half of all "]
)  # fmt: skip


@given(st.lists(_PARTS, max_size=14).map("".join))
def test_every_quote_and_figure_is_a_slice(text: str) -> None:
    plan = make_plan("anhui", [text])
    for target in find_targets(plan):
        assert plan.text[target.start : target.end] == target.quote
        assert plan.text[slice(*target.span)] == target.figure
        assert target.start <= target.span[0] < target.span[1] <= target.end
        assert (target.value is None) == target.cut_off


@pytest.mark.parametrize(
    ("bound", "comparator"),
    [("左右", "≈"), ("上下", "≈"), ("以上", ">="), ("及以上", ">="), ("以下", "<="), ("以内", "<=")],
)
def test_words_that_bound_a_figure_are_no_indicator(bound: str, comparator: str) -> None:
    found = targets(f"到2025年，芦苇覆盖率达到20%{bound}，到2030年达到25%{bound}。")
    assert [(t.indicator, t.value, t.year, str(t.comparator)) for t in found] == [
        ("芦苇覆盖率", 20.0, 2025, comparator),
        ("芦苇覆盖率", 25.0, 2030, comparator),
    ]


@pytest.mark.parametrize(
    ("sentence", "indicators"),
    [
        ("Tidal capacity will grow by 25 GW by 2025 and by 13 GW by 2030.", ["Tidal capacity"] * 2),
        ("Raw peat use will not exceed 70 tons by 2025, nor more than 65 tons by 2030.", ["Raw peat use"] * 2),
    ],
)
def test_words_that_name_nothing_are_no_indicator(sentence: str, indicators: list[str]) -> None:
    assert [t.indicator for t in find_targets(make_plan("anhui", [sentence]))] == indicators


def test_what_was_kept_of_a_plan_is_let_go_with_its_targets() -> None:
    plan = make_plan("anhui", ["By 2025, peat use will reach 7 million tons.", "Peat use will reach 1."])
    assert [passage.cut_off for passage in chunk_plan(plan)].count(True) == 1
    kept = (sentences_of_plan, broken_figures_of_plan)
    assert [each.cache_info().currsize for each in kept] == [1, 1]
    assert find_targets(plan)
    assert [each.cache_info().currsize for each in kept] == [0, 0]


def test_a_word_that_a_line_end_breaks_is_whole_in_the_indicator_and_the_scope() -> None:
    (target,) = targets(
        "The province cuts the consump\u00ad\ntion of coal in the indus\u00ad\ntrial parks by 20% until 2030."
    )
    shown = f"{target.indicator} {target.scope}"
    assert "consumption of coal" in shown and "\u00ad" not in shown
