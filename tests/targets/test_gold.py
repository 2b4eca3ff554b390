"""The measure itself by hand counts; then the gold tables: two real plans, and two texts never tuned on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from fakes import make_plan

from indexer.evaluation import f1, match_targets, same_words
from indexer.reading.loading import load_plan
from indexer.targets.extracting import find_targets
from indexer.types import Plan, Target

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "benchmarks"))
from targets import FIELDS, GOLD, THIRD, alignment_f1, committed, field_shares, read_gold  # noqa: E402


def row(**given: Any) -> dict[str, Any]:
    return {"start": 37, "end": 41, "kind": "target", "value": 5e6, "high": None, "unit": "kW", "year": 2030, **given}


@pytest.mark.parametrize(
    ("given", "matched"),
    [
        ({}, True),
        ({"value": 5.0, "unit": "GW"}, True),
        ({"value": 6e6}, False),
        ({"year": 2025}, False),
        ({"kind": "threshold"}, False),
        ({"unit": "t"}, False),
        ({"value": None}, False),
        ({"start": 0, "end": 4}, False),
        ({"plan": "henan"}, False),
    ],
)
def test_matching_by_place_value_unit_and_year(given: dict[str, Any], matched: bool) -> None:
    found = find_targets(make_plan("anhui", ["By 2030, the tidal power will reach 5 GW."]))
    assert match_targets(found, [row(**given)]) == ([(0, 0)] if matched else [])


def test_a_target_is_matched_once() -> None:
    found = find_targets(make_plan("anhui", ["By 2030, the tidal power will reach 5 GW."]))
    assert match_targets(found, [row(), row()]) == [(0, 0)]


def test_f1_and_shared_words() -> None:
    assert f1(3, 4, 6) == pytest.approx(2 * (3 / 4) * (3 / 6) / (3 / 4 + 3 / 6))
    assert f1(0, 0, 0) == 0.0
    assert same_words("towns with canals", "towns with quays")
    assert not same_words("towns", "farms with quays")
    assert same_words(None, None)
    assert not same_words(None, "towns")


@pytest.fixture(scope="module")
def plans(data: Path) -> list[Plan]:
    return [load_plan(data / "plans" / f"{name}.txt") for name in ("liaoning", "sichuan")]


@pytest.fixture(scope="module")
def found(plans: list[Plan]) -> list[Target]:
    return committed(plans)


@pytest.mark.real
def test_targets_of_two_real_plans(found: list[Target]) -> None:
    gold = read_gold(GOLD / "gold.json")
    pairs = match_targets(found, gold)
    assert len(pairs) / len(found) >= 0.95
    assert len(pairs) / len(gold) >= 0.92
    shares = field_shares(found, gold, pairs)
    assert {name: share for name, share in shares.items() if share < 0.9} == {}
    assert set(shares) == set(FIELDS)


@pytest.mark.real
@pytest.mark.usefixtures("encoder")
def test_indicators_that_both_real_plans_have_are_aligned(plans: list[Plan], found: list[Target]) -> None:
    gold = read_gold(GOLD / "gold.json")
    assert alignment_f1(plans, found, gold, match_targets(found, gold)) >= 0.85


@pytest.mark.real
def test_gold_figures_stand_where_the_gold_says(data: Path) -> None:
    for entry in read_gold(GOLD / "gold.json"):
        text = load_plan(data / "plans" / f"{entry['plan']}.txt").text
        figure = text[entry["start"] : entry["end"]]
        assert figure == figure.strip()
        assert any(character.isdigit() for character in figure)


@pytest.mark.parametrize("name", sorted(THIRD))
def test_texts_of_another_style(name: str) -> None:
    targets, gold = committed([load_plan(THIRD[name])]), read_gold(GOLD / f"{name}_gold.json")
    assert len(match_targets(targets, gold)) / len(gold) >= 0.85
