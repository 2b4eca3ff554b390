"""Chinese: terms by characters and pairs, both kinds of characters, sentences, figures, obligation, kinds of question."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking.question import Kind, fits_kind, read_question
from indexer.language.chinese import cut_runs, is_chinese, simplify
from indexer.language.obligation import find_binding
from indexer.language.quantities import find_quantities
from indexer.language.sentences import is_heading_like, split_sentences
from indexer.language.terms import analyze, ordered_terms

han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=30)


@given(han)
def test_a_run_has_its_characters_and_its_pairs(run: str) -> None:
    pieces = cut_runs(run).split()
    assert pieces[::2] == list(run)
    assert pieces[1::2] == [run[i : i + 2] for i in range(len(run) - 1)]


@given(st.text(max_size=60))
def test_what_is_no_chinese_stays(text: str) -> None:
    if not re.search(r"[\u3400-\u9fff]", text):
        assert cut_runs(text) == simplify(text) == text


def test_terms_are_simplified_and_figures_whole() -> None:
    assert analyze("地下水達13.7%") == ["地", "地下", "下", "下水", "水", "水达", "达", "13.7"]
    assert analyze("國務院") == analyze("国务院")
    assert ordered_terms("建设3个基地") == ["建", "设", "3", "个", "基", "地"]


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("到2025年达到20%", True),
        ("CCUS 示范项目有几个？", True),
        ("the 十四五 period of the plan", False),
        ("2025", False),
    ],
)
def test_which_texts_are_chinese(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("坚持“先立后破。不搞运动”的要求。守住底线。", ["坚持“先立后破。不搞运动”的要求。", "守住底线。"]),
        ("他说：“到此为止。”会议结束。", ["他说：“到此为止。”", "会议结束。"]),
        ("煤炭（原煤；不含焦炭）减少；天然气增加。", ["煤炭（原煤；不含焦炭）减少；", "天然气增加。"]),
        (
            "依据《节能法》。（一）建设基地；\n（二）淘汰产能。",
            ["依据《节能法》。", "（一）建设基地；", "（二）淘汰产能。"],
        ),
    ],
)
def test_a_stop_in_quotes_or_brackets_ends_nothing(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in split_sentences(text)] == expected


def test_a_chinese_heading_is_shorter_than_an_english_one() -> None:
    assert is_heading_like("（二）节能降碳增效行动")
    assert not is_heading_like("各地区各部门要结合发展定位和减排潜力以及成本，" * 3)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("新增2500万千瓦", 2.5e7, "kW"), ("1.2亿吨标准煤", 1.2e8, "tce"), ("降低百分之十八", 18, "percent"),
        ("降低3.5个百分点", 3.5, "percentage_point"), ("占三分之一", 100 / 3, "percent"), ("减少两成以上", 20, "percent"),
        ("造林500多万亩", 5e6, "mu_of_land"), ("约5000亿千瓦时", 5e11, "kW*h"), ("投资3万亿元", 3e12, "yuan"),
    ],
)  # fmt: skip
def test_figures(text: str, value: float, unit: str) -> None:
    ((found, of),) = [(q.value, q.unit) for q in find_quantities(text)]
    assert found == pytest.approx(value)
    assert of == unit


def test_what_is_a_part_of_a_word_is_no_figure_and_no_obligation() -> None:
    assert find_quantities("一成不变") == []
    assert find_binding("供应体系适应需求，积极应对响应。") == []


def test_degrees_of_obligation() -> None:
    text = "必须建设，应按期完成，应当公开，原则上不得新建，力争达到，鼓励使用，严禁倒卖。"
    assert [(text[a:b], degree.value) for (a, b), degree in find_binding(text)] == [
        ("必须", "must"), ("应", "should"), ("应当", "should"), ("原则上不得", "should"), ("力争", "strive"),
        ("鼓励", "encourage"), ("严禁", "must"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "kind", "answer"),
    [
        ("有多少个基地？", Kind.COUNT, "建设三个基地。"),
        ("比重达到多少？", Kind.QUANTITY, "比重达到20%。"),
        ("罚款多少？", Kind.MONEY, "处10万元罚款。"),
        ("何时施行？", Kind.DATE, "自2021年12月1日起施行。"),
        ("備案要幾天？", Kind.DATE, "在5个工作日内备案。"),
        ("由谁负责监督？", Kind.BODY, "水行政主管部门负责监督。"),
        ("哪个城市是试点？", Kind.PLACE, "成都开展试点。"),
        ("哪几个电站开工？", Kind.OPEN, "旭龙开工。"),
        ("是否允许新增产能？", Kind.OPEN, "禁止新增产能。"),
    ],
)
def test_kinds_of_question_and_what_fits_them(question: str, kind: Kind, answer: str) -> None:
    assert read_question(question).kind is kind
    assert fits_kind(kind, answer)
    assert kind is Kind.OPEN or kind is Kind.PLACE or not fits_kind(kind, "坚持绿色发展。")
