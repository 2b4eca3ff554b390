"""What goes with a sentence: lists, exceptions and subjects, as spans of the plan's text."""

from __future__ import annotations

import pytest

from indexer.asking.completing import completing, setting
from indexer.reading.lists import list_items
from indexer.types import Plan, Section, Span

NUMBERED = """The plan has the following goals:

1. Less coal
2. More wind,
on land and at sea

a. off the coast

3. Cleaner ports

CLIMATE THREATS

Storms grow.
"""
BULLETS = """Actions fall under this framework:

\uf0b7 Leveraging control where decisions

can act

\uf0b7 Seeking partners

Figure 1 shows examples.
"""
CHINESE = """第三十三条 有下列情形之一的，应当划为禁止开采区：

（一）已发生地面沉降的区域；

（二）其他区域。

第三十四条 有下列情形之一的，应当划为限制开采区：

（一）开采量接近可开采量的区域。
"""


def plan(text: str, *sections: Section) -> Plan:
    return Plan("p", "Plan", text, "p.txt", "0" * 64, sections=sections)


def at(text: str, words: str) -> Span:
    start = text.index(words)
    return start, start + len(words)


def said(text: str, spans: list[Span]) -> list[str]:
    return [" ".join(text[slice(*span)].split()) for span in spans]


@pytest.mark.parametrize(
    ("text", "lead_in", "items"),
    [
        (
            NUMBERED,
            "The plan has the following goals:",
            ["1. Less coal", "2. More wind, on land and at sea", "a. off the coast", "3. Cleaner ports"],
        ),
        (
            BULLETS,
            "Actions fall under this framework:",
            ["\uf0b7 Leveraging control where decisions can act", "\uf0b7 Seeking partners"],
        ),
        (
            CHINESE,
            "第三十三条 有下列情形之一的，应当划为禁止开采区：",
            ["（一）已发生地面沉降的区域；", "（二）其他区域。"],
        ),
    ],
)
def test_a_lead_in_goes_with_its_items(text: str, lead_in: str, items: list[str]) -> None:
    assert said(text, completing(plan(text), at(text, lead_in))) == items
    assert said(text, list_items(text, text.index(lead_in) + len(lead_in))) == items


def test_an_item_goes_with_its_lead_in_and_in_a_list_with_all() -> None:
    item = at(NUMBERED, "3. Cleaner ports")
    assert said(NUMBERED, completing(plan(NUMBERED), item)) == ["The plan has the following goals:"]
    whole = completing(plan(NUMBERED), item, ("goals",), whole_list=True)
    assert said(NUMBERED, whole)[:2] == ["The plan has the following goals:", "1. Less coal"]
    # where the item itself is on the topic and the lead-in is not, the other items are not asked for
    assert len(completing(plan(NUMBERED), item, ("cleaner", "ports"), whole_list=True)) == 1


def test_a_colon_without_marks_opens_no_list() -> None:
    assert list_items("He said:\nnothing at all.\n", 8) == []


def test_a_rule_goes_with_its_exception_and_a_pronoun_with_its_subject() -> None:
    text = "New kilns must not be built. Except for repairs, old ones close. Harbours grow. They need power. It is vital to act."
    assert said(text, completing(plan(text), at(text, "New kilns must not be built."))) == [
        "Except for repairs, old ones close."
    ]
    assert said(text, completing(plan(text), at(text, "They need power."))) == ["Harbours grow."]
    assert completing(plan(text), at(text, "It is vital to act.")) == []
    assert completing(plan(text), at(text, "Harbours grow.")) == []


def test_however_limits_only_what_binds() -> None:
    text = "Permits must be kept. However, ships are exempt. Wind is strong. However, it may drop."
    assert said(text, completing(plan(text), at(text, "Permits must be kept."))) == ["However, ships are exempt."]
    assert completing(plan(text), at(text, "Wind is strong.")) == []


def test_a_topic_does_not_cross_a_section() -> None:
    text = "1. Cement\nKilns close early.\n2. Steel\nIts capacity shrinks.\n"
    second = text.index("2. Steel")
    sections = (
        Section(0, 10, second, 1, "1.", "Cement", None),
        Section(second, second + 9, len(text), 1, "2.", "Steel", None),
    )
    span = at(text, "Its capacity shrinks.")
    within, stated = setting(plan(text, *sections), span)
    assert within[0] >= second and all(start >= second for start, _ in stated)
