"""Targets in tables: the row's and the column's name make the indicator, the column's year the pathway."""

from __future__ import annotations

from pathlib import Path

from indexer.reading.loading import load_plan
from indexer.targets.extracting import find_targets
from indexer.types import Target

PLAN = """---
# City climate plan

Issued in May 2024.

## Emissions

Table 1: Emissions by sector

| Sector | Unit | 2019 | 2030 | 2040 |
|---|---|---|---|---|
| Transport | Mt | 4.2 | 2.5 | 1 |
| Buildings | Mt | 3 | n.a. | 0.5 |

## Staff

Table 2: Staff

| Office | Rooms |
|---|---|
| North | 12 |

## Goals

Table 3: Targets

| Measure | Goal by 2030 (MW) | Responsible |
|---|---|---|
| Solar roofs | 120 | Energy office |
"""


def found() -> list[Target]:
    plan = load_plan(Path("city.md"), data=PLAN.encode())
    assert plan.metadata.date == "2024-05"
    targets = find_targets(plan)
    for target in targets:
        assert plan.text[target.start : target.end] == target.quote
        assert plan.text[slice(*target.span)] == target.figure
    return targets


def test_columns_of_years_are_pathways_with_the_unit_of_their_row() -> None:
    pathways = [(t.indicator, t.year, t.value, t.unit) for t in found() if t.quote.startswith(("| Tr", "| Bu"))]
    assert pathways == [
        ("Transport", 2030, 2.5, "Mt"),
        ("Transport", 2040, 1.0, "Mt"),
        ("Buildings", 2040, 0.5, "Mt"),
    ]


def test_a_column_of_goals_gives_its_unit_and_year() -> None:
    (target,) = (t for t in found() if "Solar" in t.quote)
    assert (target.indicator, target.year, target.value, target.unit) == ("Solar roofs", 2030, 120.0, "MW")


def test_figures_of_a_table_that_sets_no_goals_are_none() -> None:
    assert not [t for t in found() if "North" in t.quote or t.quote.startswith("| Sector")]
