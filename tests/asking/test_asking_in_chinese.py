"""Questions in Chinese about a library of the Chinese sample plan alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.encoding import Encoder
from indexer.library import Library
from indexer.types import RouteKind

PLAN = Path(__file__).parents[2] / "corpus/chinese/sichuan-zh.txt"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("chinese") / "library", create=True, encoder=encoder) as opened:
        assert [report.status for report in opened.add([PLAN])] == ["added"]
        yield opened


@pytest.mark.parametrize(
    ("asked", "said", "quote"),
    [
        ("是否允许新增水泥产能？", "no", "禁止新增水泥熟料"),
        ("是否禁止新增平板玻璃产能？", "yes", "禁止新增水泥熟料"),
        ("固定资产投资项目是否要求节能审查？", "yes", "须严格节能审查"),
        ("加油站能否扩建加氢功能？", "yes", "可以扩建加氢"),
        ("2025年原煤消费量能否超过7000万吨？", "no", "不得超过7000万吨"),
    ],
)
def test_yes_and_no_are_as_the_sentence_says(library: Library, asked: str, said: str, quote: str) -> None:
    answer = library.ask(asked)
    assert quote in answer.sentences[0].text
    assert answer.verdict == said


def test_the_target_for_a_year_is_offered_and_none_of_another_thing(library: Library) -> None:
    route = library.ask("2030年风电装机多少？").route
    assert route
    assert route.kind is RouteKind.TARGETS
    assert [figure.figure for figure in route.figures] == ["5000万千瓦"]


@pytest.mark.parametrize("asked", ["2030年非化石能源占比是多少？", "2030年非化石能源消费占比目标是多少？"])
def test_the_year_asked_for_goes_before_the_same_sentence_on_another_year(library: Library, asked: str) -> None:
    assert "43.5%" in library.ask(asked).sentences[0].text


def test_a_list_that_is_ordered_is_found(library: Library) -> None:
    quotes = " ".join(sentence.text for sentence in library.ask("列出所有水电项目").sentences)
    assert "金沙江、雅砻江、大渡河" in quotes
    assert "叶巴滩、卡拉和双江口" in quotes


def test_a_follow_up_and_two_questions_in_one_are_answered(library: Library) -> None:
    followed = library.ask("那2025年呢？", after="2030年非化石能源消费占比达到多少？")
    assert followed.read_as == "2025年非化石能源消费占比达到多少？"
    assert "41.5%" in followed.sentences[0].text
    both = library.ask("2025年非化石能源消费占比达到多少？哪些城市是锂电之都？")
    assert [part.question for part in both.parts] == [
        "2025年非化石能源消费占比达到多少？",
        "哪些城市是锂电之都？",
    ]


def test_what_is_typed_is_found_within_a_run_of_characters(library: Library) -> None:
    assert library.suggest("建筑")[0] == "建筑用能"
    assert "城镇建筑可再生能源替代率" in library.suggest("建筑")
    assert library.suggest("產業") == library.suggest("产业") == ["产业结构"]
    for typed in ("水泥", "氢"):
        found = library.suggest(typed)
        assert found
        assert all(typed in text for text in found)
    assert library.suggest("泥水") == []
