"""Yes or no only where a sentence says it."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.asking.interaction import QuestionWords
from indexer.asking.verdict import asks_yes_or_no, verdict

CAPACITY = "New capacity for cement clinker is strictly prohibited."


def words(*content: str) -> QuestionWords:
    return QuestionWords(content, np.ones(len(content)), np.zeros((1, 1), dtype=np.float32), ((0,),) * len(content))


@pytest.mark.parametrize(
    ("question", "content", "sentence", "said"),
    [
        ("Is new cement capacity prohibited?", ("new", "cement", "capacity", "prohibited"), CAPACITY, "yes"),
        ("May new cement capacity be built?", ("new", "cement", "capacity"), CAPACITY, "no"),
        ("Are bidders allowed to collude?", ("bidders", "collude"), "Bidders are not permitted to collude.", "no"),
        ("Has the plan been updated?", ("plan", "updated"), "This plan has not been updated since 2008.", "no"),
        ("Are ports electrified?", ("ports", "electrified"), "All ports are electrified by 2025.", "yes"),
        # what the question claims beyond the sentence leaves it open
        ("Are all ports electrified?", ("ports", "electrified"), "Large ports are electrified.", ""),
        ("Are ports electrified by 2030?", ("ports", "electrified", "2030"), "Ports are electrified by 2025.", ""),
        ("Must ports be electrified?", ("ports", "electrified"), "Ports are encouraged to be electrified.", ""),
        # denies something else
        (
            "Are ports electrified?",
            ("ports", "electrified"),
            "Ports are electrified; mines close no later than 2030.",
            "yes",
        ),
    ],
)
def test_negation_and_prohibition_decide(question: str, content: tuple[str, ...], sentence: str, said: str) -> None:
    assert verdict(question, words(*content), sentence, 1.0) == said


CLINKER = "禁止新增水泥熟料和平板玻璃产能。"
COAL = "原煤消费量2025年不得超过7000万吨，2030年不得超过6500万吨。"


@pytest.mark.parametrize(
    ("question", "content", "sentence", "said"),
    [
        ("是否允许新增水泥产能？", "允许 新增 水泥 产能", CLINKER, "no"),
        ("能否新增水泥产能？", "新增 水泥 产能", CLINKER, "no"),
        ("能不能新增水泥产能？", "新增 水泥 产能", CLINKER, "no"),
        ("能否新增水泥產能？", "新增 水泥 產能", "嚴禁新增水泥產能。", "no"),
        ("是否禁止新增平板玻璃产能？", "禁止 新增 平板 玻璃 产能", CLINKER, "yes"),
        ("能否新建燃煤锅炉？", "新建 燃煤 锅炉", "原则上不新建燃煤锅炉。", "no"),
        ("是否审批煤电项目？", "审批 煤电 项目", "暂停审批煤电项目。", "no"),
        ("是否再审批煤电项目？", "审批 煤电 项目", "不再审批煤电项目。", "no"),
        ("是否不再审批煤电项目？", "审批 煤电 项目", "不再审批煤电项目。", "yes"),
        ("可以大拆大建吗？", "大拆 大建", "不得大拆大建。", "no"),
        # affirmed
        ("是否要求严格节能审查？", "要求 严格 节能 审查", "固定资产投资项目须严格节能审查。", "yes"),
        ("能否扩建加氢功能？", "扩建 加氢 功能", "现有加油站可以扩建加氢、加气功能。", "yes"),
        ("是否允许扩建加氢功能？", "允许 扩建 加氢 功能", "现有加油站可以扩建加氢、加气功能。", "yes"),
        ("2025年能否达到8%？", "2025 达到 8%", "到2025年，城镇建筑可再生能源替代率达到8%。", "yes"),
        # a limit denies what is beyond it
        ("原煤消费量能否超过7000万吨？", "原煤 消费 超过 7000", COAL, "no"),
        ("是否要求原煤消费量不超过7000万吨？", "原煤 消费 超过 7000", COAL, "yes"),
        ("是否控制原煤消费量？", "控制 原煤 消费", "严格控制原煤消费量，不得超过7000万吨。", "yes"),
        # words with 不, 未 or 无 that deny nothing, and a bracket apart
        ("是否推进无废城市建设？", "推进 无废 城市 建设", "不断推进无废城市建设。", "yes"),
        ("新能源车辆占比是否达到40%？", "新能源 车辆 占比 40%", "新能源车辆（不含摩托车）占比达到40%。", "yes"),
        ("占比是否包含摩托车？", "包含 摩托车", "车辆（不包含摩托车）占比达到40%。", "no"),
        # whom it is about is not denied
        ("违法项目可以继续建设吗？", "违法 项目 继续 建设", "未取得许可的违法项目不得继续建设。", "no"),
        # claimed beyond the sentence
        ("是否要求采用电炉炼钢？", "要求 采用 电炉 炼钢", "鼓励采用电炉炼钢。", ""),
        ("是否允许新增水泥产能？", "新增 水泥 产能", "新增水泥产能来自熟料。", ""),
        ("所有港口都通电吗？", "港口 通电", "大型港口通电。", ""),
    ],
)
def test_chinese_prohibitions_and_limits_decide(question: str, content: str, sentence: str, said: str) -> None:
    assert asks_yes_or_no(question)
    assert verdict(question, words(*content.split()), sentence, 1.0) == said


def test_a_sentence_with_few_words_of_the_question_affirms_nothing() -> None:
    assert verdict("Are ports electrified?", words("ports", "electrified"), "Ports grow.", 0.5) == ""


def test_what_asks_for_yes_or_no() -> None:
    assert asks_yes_or_no("Is new capacity allowed?")
    assert asks_yes_or_no("地下水可以开采吗？")
    assert not asks_yes_or_no("Is it by ship or by rail?")
    assert not asks_yes_or_no("Can you tell me what the target is?")
    assert not asks_yes_or_no("What is allowed?")
    assert asks_yes_or_no("地下水可以開採嗎")
    assert asks_yes_or_no("水泥厂要不要错峰生产")
    assert not asks_yes_or_no("能否告诉我目标是多少？")
    assert not asks_yes_or_no("是否有哪些例外？")
    assert not asks_yes_or_no("用船还是用火车运输？")
