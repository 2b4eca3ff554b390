"""What is committed to and what is only mentioned, in sentences of our own; and how shares of both are counted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from fakes import make_plan

from indexer.targets.extracting import find_targets
from indexer.types import Metadata, Target, TargetKind

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from targets import count_commitments


def found(sentence: str) -> list[Target]:
    return find_targets(make_plan("anhui", [sentence], metadata=Metadata(date="2024")))


@pytest.mark.parametrize(
    "sentence",
    [
        "The harbour will install 40 MW of wind turbines.",
        "Cut peat use by 30% compared with 2020.",
        "In 2022 we set a target to cut ferry emissions by at least 30% by 2031.",
        "Our goal for 2030 of 50 MW has been raised to 80 MW.",
        "The board has pledged $12 million for the lock gates.",
        "The operator must post a bond of $90,000 before work begins.",
        "The two barges are expected to carry 60% of the timber.",
        "We aim to have completed 50 km of quay walls.",
        "- about 40% of boats (excluding canoes) are to run on new energy;",
        "Ferries: 100% renewable fuel by 2035",
        "到2030年，港口清洁能源比重达到40%。",
        "岸电使用率不低于80%。",
    ],
)
def test_what_is_committed_to(sentence: str) -> None:
    assert found(sentence)[-1].kind is TargetKind.TARGET


def test_a_year_that_heads_a_line_is_when_it_is_due_also_in_a_plan_without_a_date() -> None:
    plan = make_plan("anhui", ["- **2025:** about 10 million kilowatts of tidal power."])
    assert [(t.kind, t.year) for t in find_targets(plan)] == [(TargetKind.TARGET, 2025)]


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2022 the ferries emitted 30,000 tons of carbon dioxide.",
        "Ferries account for 41% of the harbour's emissions.",
        "The 2020 target of 14% was met two years early.",
        "The harbour met its 2020 goal of 33%.",
        "Peat use is projected to fall by 20% by 2040.",
        "Residents are more likely than others to row to work (15%).",
        "Boatmen are most likely to have used the lock last year (38%).",
        "Ferry emissions have been estimated to be 59 tons.",
        "A price of $200 could double the traffic by 2030.",
        "Since 2015 the fleet has been cut by 30%.",
        "For example, a boat of 900 tons will pay $40.",
        "The trial sought to save 80% of the fuel.",
        "In a 1.5°C world the ferries would sail on.",
        "Fuel | 4,600,000 | 12%",
        "The Paris Agreement seeks to hold warming below 2 °C.",
        "《巴黎协定》提出将全球升温控制在2℃以内。",
        "Overshooting 1.5 °C will harm the reed beds.",
        "As writing above 1.5 °C of warming is rare, the harbour must look again.",
        "Limit warming to 2 °C (>67%) | 9 | 12",
        "12 For example, the budget could be 300 tons.",
        "The grants, which have helped over 600 boatmen, will go on.",
        "2022年，全市渡轮排放二氧化碳3万吨，同比下降4%。",
        "逾期不改正的，处10万元以上50万元以下罚款。",
    ],
)
def test_what_is_only_mentioned(sentence: str) -> None:
    assert {t.kind for t in found(sentence)} <= {TargetKind.FIGURE}


@pytest.mark.parametrize(
    "sentence",
    [
        "Scope 3 targets will be set with suppliers.",
        "12 This scenario must stay within the budget.",
        "The lessee must keep records under 30 CFR 585.224 and 43 U.S.C. 1337.",
        "The lessee shall meet the terms of 30 CFR 585.106 and 585.107.",
        "The operator must follow 43 U.S.C. 1337(p) or 1340.",
        "The skipper must keep to §§ 12 and 13.",
        "The harbour has therefore set these noise targets: 27",
        "Skippers must read Boxes 1 and 2.",
        "Senate measure SB 100 requires clean power.",
        "Bidders should call (703) 555\u20130199 before they sail.",
        "The auction will begin at 7 a.m. at the quay.",
        "Payment will be due within 45 calendar days.",
        "备案应当于结束后5个工作日内完成。",
    ],
)
def test_names_times_and_references_are_no_figures(sentence: str) -> None:
    assert found(sentence) == []


def test_the_mark_of_a_note_behind_a_figure_is_no_figure() -> None:
    assert [t.figure for t in found("Ferries will use 60% 46 of the fuel by 2040.")] == ["60%"]
    assert found("Ferries will use two thirds 46 of the fuel by 2040.") == []
    assert [t.figure for t in found("Moorings to be built by 2040: 27")] == ["27"]


@pytest.mark.parametrize(
    ("sentence", "recalled"),
    [
        ("We will help to keep the rise within 1.5 °C, as the Paris Agreement asks.", True),
        ("The goal of the Paris Agreement is to hold the rise well below 2 °C.", True),
        ("Norland has set a goal of 5 million clean boats by 2035.", True),
        ("The harbour must meet state legislation of 100% clean fuel by 2045.", True),
        ("Lowmere has set a goal of 9 million clean boats by 2035.", False),
        ("Cold stores will be kept below 3 °C by 2035.", False),
        ("The harbour must use 100% clean fuel by 2045.", False),
    ],
)
def test_the_goal_of_another_is_doubtful(sentence: str, recalled: bool) -> None:
    plan = make_plan("anhui", [sentence], metadata=Metadata(date="2024", issuer="Lowmere"))
    (target,) = [t for t in find_targets(plan) if t.kind is TargetKind.TARGET]
    assert ("goal of another" in target.doubt) is recalled


def test_shares_count_a_figure_once_and_leave_out_what_may_be_read_either_way() -> None:
    shown = found("The harbour will install 40 MW of wind and 50 MW of solar turbines, and 60 MW of storage.")
    at = {t.figure: t.span[0] for t in shown}
    rows = [
        {"page": None, "figure": "40 MW", "at": at["40 MW"] + 5, "commitment": True},
        {"page": None, "figure": "50 MW", "at": at["50 MW"], "commitment": None},
        {"page": None, "figure": "70 MW", "at": at["40 MW"], "commitment": True},
    ]
    assert count_commitments(shown, rows) == (1, 2, 2)
