"""One indicator of several plans in one row: units converted, gaps, and why there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import FakeEncoder, make_plan

from indexer.reading.passages import chunk_plan
from indexer.targets.aligning import align_targets, with_vectors
from indexer.targets.extracting import find_targets
from indexer.types import Target, TargetRow


def rows(**plans: str) -> list[TargetRow]:
    found: list[Target] = [t for plan, text in plans.items() for t in find_targets(make_plan(plan, [text]))]
    return align_targets(found, FakeEncoder())


def test_values_stand_in_one_unit_with_the_gap() -> None:
    (row,) = rows(
        anhui="By 2030, the tidal capacity of the coast will reach 37 million kilowatts.",
        henan="By 2030, the tidal capacity of the coast will reach 2 GW.",
    )
    assert (row.indicator, row.year, row.unit) == ("tidal capacity of the coast", 2030, "kW")
    assert [cell.value for cell in row.cells] == pytest.approx([37e6, 2e6])
    assert row.gap == pytest.approx(35e6)
    assert row.note == ""


def test_years_of_one_indicator_are_rows_of_one_series() -> None:
    found = rows(
        anhui="By 2030, the share of clean boats will reach 9%.",
        henan="By 2035, the share of clean boats will reach 12%.",
    )
    assert [(row.year, row.series, row.gap) for row in found] == [(2030, 0, None), (2035, 0, None)]


def test_another_dimension_is_another_indicator() -> None:
    found = rows(
        anhui="By 2030, the clean boats of the coast will reach 9%.",
        henan="By 2030, the clean boats of the coast will reach 9 tons.",
    )
    assert [row.series for row in found] == [0, 1]


def test_another_name_in_the_same_plan_is_another_indicator() -> None:
    found = rows(
        anhui="By 2030, the capacity of wind power will reach 5 GW.\n"
        "By 2030, the capacity of wind power and waves will reach 8 GW.",
        henan="By 2030, the capacity of wind power will reach 6 GW.",
    )
    assert [[(c.target.plan, c.value) for c in row.cells] for row in found] == [
        [("anhui", 5.0), ("henan", 6.0)],
        [("anhui", 8.0)],
    ]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("14% lower than in 2020", "18% lower than in 2015", "base years"),
        ("14%", "14% lower than in 2015", "base years"),
        ("14%", "18% (excluding canoes)", "scopes"),
        ("14%", "between 15 and 18 percent", "range"),
    ],
)
def test_what_is_not_alike_is_not_subtracted(one: str, other: str, reason: str) -> None:
    (row,) = rows(
        anhui=f"By 2030, the peat use of ferries will be {one}.",
        henan=f"By 2030, the peat use of ferries will be {other}.",
    )
    assert row.gap is None
    assert reason in row.note


def test_what_a_target_is_about_is_told_by_its_passage() -> None:
    """The passages' vectors alone decide here, so each target must have that of its own passage."""
    encoder = FakeEncoder()
    texts = {
        plan: f"The {words}.\n\nBy 2030, the output will reach 5 GW.\n\nAll {words} end.\n\nBy 2040, the output will be 9 t."
        for plan, words in (("anhui", "mussels"), ("henan", "turbines"))
    }
    plans = [make_plan(plan, [text]) for plan, text in texts.items()]
    near, far = np.eye(2, encoder.dimension, dtype=np.float32)
    joined = []
    for of_second in (near, far):
        found: list[Target] = []
        for plan, vector in zip(plans, (near, of_second), strict=True):
            passages = chunk_plan(plan)
            (target, *_) = targets = find_targets(plan)
            own = [vector if p.start <= target.start < p.end else far * -1 for p in passages]
            found += with_vectors(targets[:1], passages, np.stack(own), encoder)
        joined.append(len(align_targets(found, encoder)))
    assert joined == [1, 2]


def test_vectors_that_are_stored_are_not_made_again() -> None:
    (target,) = find_targets(make_plan("anhui", ["By 2030, the share of clean boats will reach 9%."]))
    stored = replace(target, vectors="there")
    assert with_vectors([stored], [], np.zeros((0, 2), np.float32), FakeEncoder()) == [stored]
    assert with_vectors([stored], [], np.zeros((0, 2), np.float32), FakeEncoder())[0].vectors == "there"


def test_thresholds_are_in_no_row() -> None:
    assert rows(anhui="Boathouses larger than 250 square meters must report each year.") == []


def test_a_figure_that_a_plan_says_twice_is_one() -> None:
    (row,) = rows(
        anhui="By 2030, the peat use of ferries will be 14%.\nBy 2030, the peat use of ferries will be 14%.",
        henan="By 2030, the peat use of ferries will be 20%.",
    )
    assert (row.gap, row.note, len(row.cells)) == (6.0, "", 3)


def test_a_chain_of_likenesses_does_not_join_two_indicators_of_one_plan() -> None:
    found = rows(
        anhui="By 2030, the peat use of ferries will be 14%.\nBy 2030, the peat use of old ferries will be 15%.",
        henan="By 2030, the peat use of ferries will be 20%.",
        hubei="By 2030, the peat use of old ferries will be 21%.",
    )
    assert all(len({c.target.plan for c in row.cells}) == len(row.cells) for row in found)
    assert sum(len(row.cells) for row in found) == 4
