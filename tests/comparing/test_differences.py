"""What differs between two texts: figures as values, years, names, how binding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.comparing.differences import find_differences, mark_differences
from indexer.language.obligation import Binding, binding_of
from indexer.types import Aspect, Difference

GOLD = json.loads((Path(__file__).parent / "gold_pairs.json").read_text("utf-8"))


def marked(one: str, other: str, names: tuple[str, ...] = ()) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(aspect, words) that are marked in each text."""
    sides = mark_differences(one, other, names)
    return tuple(  # type: ignore[return-value]
        {(m.aspect.value, text[slice(*m.span)]) for m in marks} for text, marks in zip((one, other), sides, strict=True)
    )


def test_equal_figures_in_other_units_are_no_difference() -> None:
    one = "By 2025, wind power will reach 1.2 billion kW."
    assert marked(one, "By 2025, wind power will reach 1,200 GW.") == (set(), set())
    assert marked(one, "By 2025, wind power will reach 1.1 billion kW.") == (
        {("figure", "1.2 billion kW")},
        {("figure", "1.1 billion kW")},
    )


def test_a_figure_is_held_against_the_one_for_the_same_thing() -> None:
    one = "By 2025 the recycling rate of waste is 60%. By 2025 the share of rail freight is 15%."
    other = "By 2025 the share of rail freight is 60%. By 2025 the recycling rate of waste is 15%."
    assert marked(one, other) == ({("figure", "60%"), ("figure", "15%")}, {("figure", "60%"), ("figure", "15%")})


def test_the_same_figure_for_another_year_is_a_difference() -> None:
    own, theirs = marked(
        "By 2025 forests cover 41%, by 2030 forests cover 43%.", "By 2025 forests cover 43%, by 2030 forests cover 41%."
    )
    assert own == {("figure", "41%"), ("figure", "43%")} == theirs


def test_a_figure_that_only_one_has_is_marked_there() -> None:
    own, theirs = marked("Buildings of wood reach 30% of new ones.", "Buildings of wood are promoted.")
    assert own == {("figure", "30%")}
    assert theirs == set()


def test_figures_of_a_long_table_that_are_not_paired_are_judged_by_their_values() -> None:
    rows = [f"Kiln {chr(65 + i // 26)}{chr(65 + i % 26)} has {i}.5 MW, " for i in range(300)]
    one, other = "".join(rows), "".join(rows).replace(" 7.5 MW", " 907.5 MW").replace(" 250.5 MW", " 950.5 MW")
    assert marked(one, other) == (
        {("figure", "7.5 MW"), ("figure", "250.5 MW")},
        {("figure", "907.5 MW"), ("figure", "950.5 MW")},
    )
    (found,) = find_differences({"a": one, "b": other})
    assert found == Difference(Aspect.FIGURE, {"a": "7.5 MW; 250.5 MW", "b": "907.5 MW; 950.5 MW"})


def test_a_figure_that_the_source_broke_off_is_not_judged() -> None:
    own, _ = marked("The capacity will reach 1.", "The capacity will reach 2 GW.")
    assert own == set()


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("## Goals for 2030\nPeople living in towns get heat pumps by 2030.", set()),
        (f"{'Wind power of the north, ' * 6}will reach 500\nMW.", {"500\nMW"}),
        (f"{'风电' * 70}达到500\n万千瓦。", {"500\n万千瓦"}),
    ],
)
def test_a_unit_behind_the_sentence_is_the_figures_own(text: str, figures: set[str]) -> None:
    own, _ = marked(text, "Nothing.")
    assert {words for aspect, words in own if aspect == "figure"} == figures


def test_years_names_and_binding_words() -> None:
    own, theirs = marked(
        "The port of Dalian must close its kilns by 2027.", "The port of Yibin should close its kilns by 2029."
    )
    assert own == {("name", "Dalian"), ("binding", "must"), ("year", "2027")}
    assert theirs == {("name", "Yibin"), ("binding", "should"), ("year", "2029")}


def test_the_plans_own_names_are_no_difference() -> None:
    assert marked("We build up Liaoning.", "We build up Sichuan.", ("Liaoning", "Sichuan")) == (set(), set())


def test_the_end_of_a_five_year_plan_is_its_year() -> None:
    assert marked("It peaks by 2030.", "It peaks by the end of the 15th Five-Year Plan.") == (set(), set())


@pytest.mark.parametrize(
    ("text", "binding"),
    [
        ("New kilns are strictly prohibited.", Binding.MUST),
        ("Use will not exceed the limit.", Binding.MUST),
        ("Cities should plan parks.", Binding.SHOULD),
        ("We will build parks.", Binding.SHOULD),
        ("We strive to build parks.", Binding.STRIVE),
        ("Firms are encouraged to build parks.", Binding.ENCOURAGE),
        ("鼓励企业", Binding.ENCOURAGE),
        ("严禁新增", Binding.MUST),
    ],
)
def test_how_binding(text: str, binding: Binding) -> None:
    assert binding_of(text) is binding


def test_differences_are_told_plan_by_plan() -> None:
    told = find_differences(
        {
            "a": "By 2025, green travel must reach 70%.",
            "b": "By 2025, green travel should reach 0.7 of trips or 65%.",
            "c": "By 2025, green travel must reach 70 percent.",
        }
    )
    assert Difference(Aspect.BINDING, {"a": "must", "b": "should", "c": "must"}) in told
    (figures,) = [d for d in told if d.aspect is Aspect.FIGURE]
    assert figures.values == {"a": "70%", "b": "0.7; 65%", "c": "70%"}
    assert not [d for d in told if d.aspect in (Aspect.YEAR, Aspect.NAME)]


@given(st.text(max_size=300))
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert mark_differences(text, text) == ((), ())


@given(st.text(max_size=200), st.text(max_size=200))
def test_marks_are_in_order_inside_the_text_and_apart(one: str, other: str) -> None:
    for text, marks in zip((one, other), mark_differences(one, other), strict=True):
        ends = [0]
        for mark in marks:
            assert ends[-1] <= mark.span[0] < mark.span[1] <= len(text)
            ends.append(mark.span[1])


@pytest.mark.real
def test_the_gold_figures_are_figures_of_the_plans(data: Path) -> None:
    texts = {plan: (data / f"plans/{plan}.txt").read_text("utf-8") for plan in ("liaoning", "sichuan")}
    assert len(GOLD) == 20
    for pair in GOLD:
        for figure in pair["figures"]:
            for plan, text in texts.items():
                if figure[plan]:
                    start, end = figure[plan]
                    assert pair[plan][0] <= start < end <= pair[plan][1]
                    assert text[start].isdigit()


@pytest.mark.real
def test_of_the_gold_figures_those_that_differ_are_marked_and_no_other(data: Path) -> None:
    texts = {plan: (data / f"plans/{plan}.txt").read_text("utf-8") for plan in ("liaoning", "sichuan")}
    right = []
    for pair in GOLD:
        sides = mark_differences(*(texts[plan][slice(*pair[plan])] for plan in texts))
        for figure in pair["figures"]:
            for plan, marks in zip(texts, sides, strict=True):
                if figure[plan]:
                    place = figure[plan][0] - pair[plan][0]
                    told = any(m.aspect is Aspect.FIGURE and m.span[0] <= place < m.span[1] for m in marks)
                    right.append(told != figure["same"])
    assert len(right) == 30
    assert sum(right) >= 0.95 * len(right)
