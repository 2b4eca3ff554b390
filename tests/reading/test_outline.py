"""Section trees: numbering of several depths, broken headings, and the two real plans' trees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.reading.loading import load_plan
from indexer.reading.outline import Heading, build_sections, is_formula, section_at, section_path
from indexer.types import Section

GOLDEN = Path(__file__).parent / "golden"


def tree(text: str) -> list[tuple[int, str]]:
    return [(s.level, s.label) for s in build_sections(text)]


@given(
    st.lists(
        st.sampled_from(
            ["1. A\n", "2. B\n", "(1) c d\n", "(2) e\n", "一、总则\n", "2.1 F\n", "words here.\n", "3. G\n"]
        ),
        max_size=25,
    ).map("".join)
)
def test_sections_nest_and_cover_in_order(text: str) -> None:
    sections = build_sections(text)
    for i, section in enumerate(sections):
        assert section.start < section.end <= len(text)
        assert section.start < section.body
        if section.parent is not None:
            parent = sections[section.parent]
            assert section.parent < i
            assert parent.start <= section.start
            assert section.end <= parent.end
            assert parent.level < section.level
    starts = [s.start for s in sections]
    assert starts == sorted(set(starts))


def test_the_same_mark_at_two_depths() -> None:
    text = (
        "1. General\n(1) Aim. We aim.\n2. Actions\n(1) Energy. More.\n1. Build dams, and more dams.\n2. Build wind.\n"
        "(2) Industry. Less.\n1. Cut steel capacity by law in all parts of it.\n3. Order\n(1) Lead. We lead.\n"
    )
    assert tree(text) == [
        (1, "1. General"),
        (2, "(1) Aim"),
        (1, "2. Actions"),
        (2, "(1) Energy"),
        (3, "1. Build dams, and more dams"),
        (3, "2. Build wind"),
        (2, "(2) Industry"),
        (3, "1. Cut steel capacity by law in all parts of it"),
        (1, "3. Order"),
        (2, "(1) Lead"),
    ]


FORMULAS = ("Q = k · h", "Flow = depth × width", "Share = 40", "P + Qn", "∑ Qi × hi", "水费=水量×水价", "Qn", "q₁")
TITLES = (
    "Clean wells = healthy herons",
    "Levies + fees",
    "R&D",
    "EU",
    "水 + 电",
    "Q&A on wells",
    "Plan B = plan A again",
    "",
)


def test_formulas_and_symbols_are_no_titles() -> None:
    assert [line for line in FORMULAS if not is_formula(line)] == []
    assert [line for line in TITLES if is_formula(line)] == []
    text = "\n\n".join(
        ["1. Wells", "Wells are deep.", *(f"({n}) {line}" for n, line in enumerate(FORMULAS, 1)), "2. Weirs"]
    )
    assert [section.label for section in build_sections(text)] == ["1. Wells", "2. Weirs"]


def test_a_lost_number_does_not_lift_an_item_to_a_part() -> None:
    text = "1. One\n(1) a\n1. First thing to be done here is long enough. Yes.\n2. Second thing that is to be done in this place by all, cut and\n4. Fourth thing is done here. Yes.\n2. Two\n(1) b\n"
    labels = {label: level for level, label in tree(text)}
    assert labels["4. Fourth thing is done here"] == 3
    assert labels["2. Two"] == 1


def test_a_figure_glued_to_a_number_is_split_from_it() -> None:
    text = "(1) Waste\n1. Collect. Yes.\n2. Use it: by 2030, it will reach\n2.3. We will improve the network. Yes.\n4. Sort it. Yes.\n"
    sections = build_sections(text)
    assert [s.number for s in sections] == ["(1)", "1.", "2.", "3.", "4."]
    assert text[sections[3].start :].startswith("3. We will")


def test_chinese_numbering_and_words_for_numbers() -> None:
    assert tree("一、总体要求\n（一）指导思想。坚持。\n（二）原则。坚持。\n二、任务\n（一）能源。推进。\n") == [
        (1, "一、 总体要求"),
        (2, "（一） 指导思想"),
        (2, "（二） 原则"),
        (1, "二、 任务"),
        (2, "（一） 能源"),
    ]
    assert [label for _, label in tree("(1) First. A.\n(Two) second. B.\n(3) Third. C.\n")] == [
        "(1) First",
        "(Two) second",
        "(3) Third",
    ]


def in_chinese(number: int) -> str:
    """``number`` up to 999 as a chapter is numbered."""
    digits = "零一二三四五六七八九"
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    before = f"{digits[hundreds]}百" if hundreds else ""
    lone_ten = tens == 1 and not hundreds
    middle = "十" if lone_ten else f"{digits[tens]}十" if tens else "零" if hundreds and ones else ""
    return before + middle + (digits[ones] if ones else "")


@pytest.mark.parametrize("chinese", [0, 1])
@pytest.mark.parametrize("zero", ["零", "〇"])
def test_every_chinese_number_reads_back(chinese: int, zero: str) -> None:
    # between two numbers in digits only the very number fits
    numbers = [f"第{in_chinese(n).replace('零', zero) if n % 2 == chinese else n}条" for n in range(1, 1000)]
    assert [s.number for s in build_sections("".join(f"{n} 推进\n" for n in numbers))] == numbers


@pytest.mark.parametrize(
    "mark", ["（十四五）", "十四五、", "二三十、", "第1百条", "第百条", "第一百五条", "第十百章", "第零条"]
)
def test_what_is_no_number_is_no_mark(mark: str) -> None:
    assert tree(f"一、总则\n{mark}规划。\n二、任务\n") == [(1, "一、 总则"), (1, "二、 任务")]


@given(st.text("一三九十百零〇1２X", min_size=1, max_size=5))
def test_any_numeral_is_read_or_left(numeral: str) -> None:
    assert len(tree(f"第{numeral}条 水泥\n（{numeral}）钢铁\n{numeral}、煤炭\n")) <= 3


def test_decimal_numbering_gives_the_depth() -> None:
    assert tree("1. Aims\n1.1 Climate\n1.2 Air\n2. Means\n2.1 Money\n2.1.1 Bonds\n") == [
        (1, "1. Aims"),
        (2, "1.1 Climate"),
        (2, "1.2 Air"),
        (1, "2. Means"),
        (2, "2.1 Money"),
        (3, "2.1.1 Bonds"),
    ]


def test_a_title_broken_over_a_paragraph_is_whole() -> None:
    text = "(4) Accelerate the green transformation\n\nof transport, optimize the structure. More.\n(5) Save energy\n\n, firmly. More."
    assert [s.title for s in build_sections(text)] == [
        "Accelerate the green transformation of transport",
        "Save energy",
    ]


def test_articles_of_a_regulation_are_sections_below_its_chapters() -> None:
    text = "## 第一章 总则\n\n第一条 为了节水。\n第二条 适用本条例。\n\n## 第二章 规划\n\n第三条 国家调查。依照第一条办理。\n"
    at = [i for i in range(len(text)) if text.startswith("## ", i)]
    headings = [Heading(i, text.index("\n", i), 2) for i in at]
    sections = build_sections(text, headings)
    assert [(s.level, s.label) for s in sections] == [
        (2, "第一章 总则"), (3, "第一条"), (3, "第二条"), (2, "第二章 规划"), (3, "第三条"),
    ]  # fmt: skip
    assert section_path(sections, section_at(sections, text.index("调查"))) == ("第二章 规划", "第三条")


def test_chinese_numbering_is_read_as_levels() -> None:
    text = "一、目标\n（一）能源\n1. 水电。加快建设。\n2. 风电。有序发展。\n（二）工业\n二、保障\n（一）资金\n"
    assert [(s.level, s.label) for s in build_sections(text)] == [
        (1, "一、 目标"), (2, "（一） 能源"), (3, "1. 水电"), (3, "2. 风电"), (2, "（二） 工业"), (1, "二、 保障"),
        (2, "（一） 资金"),
    ]  # fmt: skip


def test_the_path_of_an_offset_names_all_levels() -> None:
    text = "1. Part\n(1) Section\n1. Item, which has words. And more.\n"
    sections = build_sections(text)
    inner = section_at(sections, text.index("more"))
    assert section_path(sections, inner) == ("1. Part", "(1) Section", "1. Item, which has words")
    assert section_at(sections, 0) == 0
    assert section_path(sections, None) == ()


def golden_rows(sections: tuple[Section, ...]) -> list[list[object]]:
    return [[s.start, s.level, s.label] for s in sections]


@pytest.mark.real
@pytest.mark.parametrize("name", ["liaoning", "sichuan"])
def test_the_real_plans_have_their_section_trees(name: str, data: Path) -> None:
    plan = load_plan(data / "plans" / f"{name}.txt")
    assert golden_rows(plan.sections) == json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
