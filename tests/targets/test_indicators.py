"""What names a figure, in sentences of our own: a noun phrase, never a lone preposition, unit, bracket or modal."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from fakes import make_plan

from indexer.reading.loading import load_plan
from indexer.targets.extracting import find_targets
from indexer.targets.names import name_in, names_something
from indexer.types import Metadata, Target, TargetKind


def shown(text: str, ending: str = "md") -> list[Target]:
    plan = load_plan(Path(f"harbour.{ending}"), data=text.encode())
    return [t for t in find_targets(plan) if t.kind is not TargetKind.FIGURE]


def named(sentence: str) -> list[tuple[str, str]]:
    plan = make_plan("anhui", [sentence], metadata=Metadata(date="2024", issuer="Lowmere"))
    return [(t.figure, t.indicator) for t in find_targets(plan) if t.kind is not TargetKind.FIGURE]


@pytest.mark.parametrize(
    "words",
    ["with", "(", "i.e.", "Only", "supporting", "TOTAL", "feet", "|", "+", "of the requirement", "to a minimum", "a goal of",
     "original 2030 goal", "20 million tons", "MtCO2e", "are to be moored", "has therefore been raised", "at least", "",
     "2030 target", "acres of", "力争", "不得", "2025年", "reductions",
     "SECTION 3", "vast majority"],
)  # fmt: skip
def test_what_names_nothing(words: str) -> None:
    assert name_in(words) == ""


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("on quays", "quays"),
        ("+ lamps", "lamps"),
        ("heron nests (", "heron nests"),
        ("this report) with reed beds", "reed beds"),
        ("housing", "housing"),
        ("Table 5. Yearly reduction of noise", "Yearly reduction of noise"),
        ("annual reduction goals", "annual reduction goals"),
        ("Scope 3 emissions", "Scope 3 emissions"),
        ("acres of reed", "reed"),
        ("total storage of a maximum", "total storage"),
        ("(b) the number of moorings", "number of moorings"),
        ("再生水利用率", "再生水利用率"),
        ("人均", "人均"),
        ("处理率", "处理率"),
        ("个泊位", "泊位"),
        ("船厂履约保证金", "船厂履约保证金"),
        ("将渡轮噪声控制在", "渡轮噪声"),
        ("全市芦苇面积年均", "芦苇面积"),
        ("到2025年底泊位周转量", "泊位周转量"),
    ],
)
def test_what_a_phrase_names(words: str, name: str) -> None:
    assert name_in(words) == name


def test_a_long_name_ends_before_what_goes_on_about_it() -> None:
    phrase = "the yearly sum of moorings let to fishing boats of the estuary that were built in a yard of the county"
    assert name_in(phrase) == "yearly sum of moorings let to fishing boats of the estuary"


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        # the figure stands in brackets for the one before it, in another unit
        (
            "Barges must keep a distance of 90 meters (295 feet) from reed beds.",
            [("90 meters", "distance"), ("295", "distance")],
        ),
        (
            "The board will set the toll at 0.03 (i.e., 3 percent) of the freight.",
            [("0.03", "toll"), ("3 percent", "toll")],
        ),
        # an actor, what it does, and what it does it to
        ("Each skipper must submit a mooring deposit of $900.", [("$900", "mooring deposit")]),
        ("The harbour will install 40 MW of wind turbines.", [("40 MW", "wind turbines")]),
        ("The yards will work to reduce paint use by 7 million gallons.", [("7 million", "paint use")]),
        # the figure is an attribute of what follows
        ("Only the 15 percent towage rebate will require a contract.", [("15 percent", "towage rebate")]),
        ("The council has adopted rules with a goal of 4 million clean boats by 2031.", [("4 million", "clean boats")]),
        # a clause whose verb is not known, before a figure that says of what
        (
            "As ferry owners continue to look for ways of 100% clean fuel by 2040, noise will fall.",
            [("100%", "clean fuel")],
        ),
        # an imperative
        ("Support 40 percent emissions reduction of ferries by 2031.", [("40 percent", "emissions reduction of ferries")]),
        ("We are on track to use 90 per cent clean power by 2031.", [("90 per cent", "clean power")]),
        # two figures, each with its own
        (
            "By 2030, there will be about 9 million tons of sea freight and about 4 million tons of river freight.",
            [("9 million tons", "sea freight"), ("4 million tons", "river freight")],
        ),
        ("By 2030, reed is to cover 40% of the shore and the heron stock 900 pairs.", [("40%", "reed (shore)"), ("900", "heron stock")]),
        # a threshold
        ("Renew dry barges (300 tons and above).", [("300 tons", "dry barges")]),
        ("泊位数量2025年不得超过700个，2030年不得超过650个。", [("700", "泊位数量"), ("650", "泊位数量")]),
        ("潮汐装机在“十四五”期间新增25万千瓦，在“十五五”期间再增13万千瓦。", [("25万千瓦", "潮汐装机"), ("13万千瓦", "潮汐装机")]),
        ("力争2030年渡轮电动化占比超过40%。", [("40%", "渡轮电动化占比")]),
        ("岸电使用率原则上不低于80%。", [("80%", "岸电使用率")]),
        ("到2030年，驳船运量年均增长5%。", [("5%", "驳船运量")]),
        ("到2030年，培育50家绿色船厂。", [("50", "绿色船厂")]),
        ("到2030年，将渡轮能耗降低到9万吨标准煤。", [("9万吨标准煤", "渡轮能耗")]),
        ("常住人口20万以上的港口城市应编制方案。", [("20万", "常住人口")]),
    ],
)  # fmt: skip
def test_names_in_sentences(sentence: str, names: list[tuple[str, str]]) -> None:
    assert named(sentence) == names


def test_a_heading_names_what_the_sentence_calls_only_a_goal() -> None:
    text = "# Lowmere harbour\n\n## Shore power\n\nThe original 2032 goal of 7 MW has been raised to 9 MW, with a 12 MW goal for 2040.\n"
    assert [(t.figure, t.indicator) for t in shown(text)] == [("9 MW", "Shore power"), ("12 MW", "Shore power")]


def test_what_leads_into_a_list_names_its_items() -> None:
    text = "# Lowmere harbour\n\n## Aims\n\nThe recycling of ballast will reach:\n\n- 40% by 2031\n- 60% by 2041\n"
    assert [(t.figure, t.indicator) for t in shown(text)] == [
        ("40%", "recycling of ballast"),
        ("60%", "recycling of ballast"),
    ]


def test_a_row_without_a_head_is_named_by_its_first_cell() -> None:
    text = "# Lowmere harbour\n\nWorks\n\nQuay lamps | to be cut by 2031 by | 30% | Works office\n"
    assert [(t.figure, t.indicator) for t in shown(text, "txt")] == [("30%", "Quay lamps")]


def test_a_total_is_named_by_the_caption() -> None:
    rows = "| Office | 2019 | 2031 |\n|---|---|---|\n| East | 9 | 7 |\n| TOTAL | 90 | 70 |\n"
    text = f"---\n# Lowmere harbour\n\nIssued in May 2024.\n\n## Ferry noise\n\n{rows}"
    names = [t.indicator for t in shown(text)]
    assert names == ["East", "Ferry noise (TOTAL)"]


def test_a_word_of_content_is_more_than_a_unit() -> None:
    assert not names_something("million gallons") and names_something("million gallons of ballast")


@pytest.mark.parametrize(
    "part",
    ["up to ", "lower than ", "of a total ", "to make ", "is by ", "达到", "不得", "再增", "约", "(", ") ", "30 CFR 12, 12, ",
     "§ 12, ", "(i.e., ", "to set the toll of ", "a goal of ", "and 9 and ", "Table 9. "],
)  # fmt: skip
def test_words_over_and_over_are_read_in_no_time(part: str) -> None:
    sentence = part * (400 // len(part))
    started = time.process_time()
    for text in (sentence, sentence + "x"):
        name_in(text)
        named(f"By 2030, {text} 9% of reed")
        named(f"The toll {text} 12 will be 30 tons")
    assert time.process_time() - started < 1
