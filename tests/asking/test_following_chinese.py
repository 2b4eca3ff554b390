"""Follow-ups and parts of questions in Chinese, as a person would ask them in full."""

from __future__ import annotations

import re

import pytest

from indexer.asking.following import follow, leans, parts_of
from indexer.asking.naming import Named

SHARE = "2025年非化石能源消费占比达到多少？"


def find(text: str) -> Named:
    """Stands in for a library of two plans, of Liaoning and of Sichuan."""
    found = list(re.finditer("四川|辽宁", text))
    return Named(tuple((m.group(),) for m in found), tuple(m.span() for m in found))


FOLLOW_UPS = (
    # another time
    (SHARE, "那2030年呢？", "2030年非化石能源消费占比达到多少？"),
    (SHARE, "2030年的呢", "2030年非化石能源消费占比达到多少？"),
    (SHARE, "那到2030年是多少？", "到2030年非化石能源消费占比达到多少？"),
    (SHARE, "2030?", "2030年非化石能源消费占比达到多少？"),
    ("天然气年产量2025年达到多少？", "2030年呢？", "天然气年产量2030年达到多少？"),
    ("到2025年底，风电装机多少？", "2030年呢", "到2030年，风电装机多少？"),
    ("森林覆盖率是多少？", "“十五五”期间呢？", "“十五五”期间森林覆盖率是多少？"),
    # another place, of a plan of the library or not
    (SHARE, "辽宁呢？", "辽宁2025年非化石能源消费占比达到多少？"),
    ("四川省2025年风电装机是多少？", "辽宁省呢", "辽宁省2025年风电装机是多少？"),
    ("森林覆盖率是多少？", "那广东呢", "广东森林覆盖率是多少？"),
    # another thing
    (SHARE, "那钢铁呢？", "2025年钢铁消费占比达到多少？"),
    ("水泥产能置换有哪些规定？", "那平板玻璃呢？", "平板玻璃产能置换有哪些规定？"),
    ("水泥產能有哪些規定？", "那鋼鐵呢", "钢铁产能有哪些规定？"),
    ("风电装机目标是多少？", "光伏装机呢", "光伏装机目标是多少？"),
    ("四川对氢能有什么规定？", "储能呢？", "四川对储能有什么规定？"),
    ("是否允许新增水泥产能？", "那钢铁呢？", "是否允许新增钢铁产能？"),
    ("列出所有水电项目", "光伏的呢", "列出所有光伏项目？"),
    ("哪些城市支持发展动力电池？", "氢能呢", "哪些城市支持发展氢能？"),
    (SHARE, "那么2030年风电装机呢？", "2030年风电装机达到多少？"),
    # what it is about is said before
    ("什么是碳市场？", "它什么时候启动？", "碳市场什么时候启动？"),
    ("碳市场有哪些规定？", "谁负责？", "碳市场谁负责？"),
)


@pytest.mark.parametrize(("before", "asked", "read"), FOLLOW_UPS)
def test_a_follow_up_is_read_with_the_question_before(before: str, asked: str, read: str) -> None:
    assert leans(asked)
    assert follow(before, asked, find) == read


@pytest.mark.parametrize(
    "asked",
    [
        SHARE,
        "辽宁对水泥产能有哪些规定？",
        "那曲市的光伏装机是多少？",
        "那些企业需要开展节能审查？",
        "其他国家的经验有哪些？",
        "该方案的总体目标是什么？",
        "水泥产能置换有哪些规定呢？",
        "关于氢能有什么规定？",
        "为什么要压减钢铁产能？",
        "2030年前如何实现碳达峰？",
        "2030年碳达峰目标",
        "再生水利用率是多少？",
        "谁负责碳市场？",
        "氢能",
    ],
)
def test_a_whole_question_is_no_follow_up(asked: str) -> None:
    assert not leans(asked)


def test_a_whole_question_keeps_its_words_and_takes_the_plan() -> None:
    assert follow(SHARE, "谁负责碳市场？", find) == "谁负责碳市场？"
    assert follow("四川对氢能有什么规定？", "那哪些城市开展试点？", find) == "四川哪些城市开展试点？"
    assert follow("四川对氢能有什么规定？", "辽宁的森林覆盖率是多少？", find) == "辽宁的森林覆盖率是多少？"


PARTS = (
    ("水泥产能有哪些规定？森林覆盖率是多少？", "水泥产能有哪些规定？", "森林覆盖率是多少？"),
    ("风电装机是多少，光伏装机是多少？", "风电装机是多少？", "光伏装机是多少？"),
    (
        "到2025年，风电装机是多少，到2030年，光伏装机是多少？",
        "到2025年，风电装机是多少？",
        "到2030年，光伏装机是多少？",
    ),
    ("2025年风电装机是多少？2030年呢？", "2025年风电装机是多少？", "2030年风电装机是多少？"),
    ("水泥产能有什么规定；钢铁呢？", "水泥产能有什么规定？", "钢铁产能有什么规定？"),
    ("什么是碳市场，何时启动？", "什么是碳市场？", "碳市场何时启动？"),
    ("碳市场是什么，由谁负责？", "碳市场是什么？", "碳市场由谁负责？"),
    ("是否允许新增水泥产能，如何置换？", "是否允许新增水泥产能？", "水泥产能如何置换？"),
    ("全省有多少家企业，分布在哪里？", "全省有多少家企业？", "全省企业分布在哪里？"),
    ("非化石能源占比是多少，并且何时达峰？", "非化石能源占比是多少？", "何时达峰？"),
    ("谁负责监督考核？完不成目标怎么办？", "谁负责监督考核？", "完不成目标怎么办？"),
)


@pytest.mark.parametrize(("question", "first", "second"), PARTS)
def test_two_questions_in_one_are_asked_one_by_one(question: str, first: str, second: str) -> None:
    assert parts_of(question, find) == [first, second]


@pytest.mark.parametrize(
    "question",
    [
        "到2030年，风电装机是多少？",
        "“十四五”期间，风电装机新增多少？",
        "水泥、钢铁、平板玻璃的产能分别是多少？",
        "哪些地区、哪些行业需要减排？",
        "对于手续不全的项目，有什么处理措施？",
        "在什么情况下，可以享受哪些优惠？",
        "什么样的企业，可以享受什么优惠？",
        "哪些高耗能企业，可以享受什么优惠？",
        "无论哪些企业，都要遵守什么规定？",
        "如果企业未完成改造，会怎么样？",
        "水泥产能有哪些规定，包括置换？",
        "2025年的目标是多少，请列出",
        "四川水多气丰。风电装机是多少？",
        "氢能，储能",
    ],
)
def test_what_is_one_question_stays_one(question: str) -> None:
    assert parts_of(question, find) == [question]
