"""The search syntax: how it is parsed, and that filters hold on both backends, for every way to ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from backends import ENCODER, MODEL, Opened
from fakes import make_content
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking.question import read_question
from indexer.asking.syntax import Query, Term, filter_scope, parse_query
from indexer.errors import QuestionError
from indexer.language.matching import holds_phrase
from indexer.language.sentences import fold_space
from indexer.storage import Backend, Scope

TEXTS = [
    "Capacity replacement is strict for cement.",
    "Replacement of capacity is not needed for glass.",
    "The low-carbon capac\u00ad\nity replacement of steel costs $100 a ton.",
    "Coal boilers cost $1000 each, steel mills $100.50.",
    "Gas boilers go in 2025.",
    "水泥产能置换实施办法。",
]


def exact(text: str) -> Term:
    return Term(text, exact=True)


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ("what are the rules?", Query("what are the rules?")),
        (
            'what about "capacity replacement"?',
            Query(
                "what about capacity replacement?",
                ((exact("capacity replacement"),),),
                (),
                frozenset({"capacity", "replacement"}),
            ),
        ),
        ("boilers -coal", Query("boilers", (), (Term("coal"),))),
        ("-coal boilers", Query("boilers", (), (Term("coal"),))),
        ("boilers -“gas boilers”", Query("boilers", (), (exact("gas boilers"),))),
        ("price $100 -$1000", Query("price $100", (), (Term("$1000"),))),
        (
            "coal OR gas, boilers",
            Query("coal or gas, boilers", ((Term("coal"), Term("gas")),), (), frozenset({"coal", "gas"})),
        ),
        (
            'coal OR "wind power" OR gas',
            Query(
                "coal or wind power or gas",
                ((Term("coal"), exact("wind power"), Term("gas")),),
                (),
                frozenset({"coal", "wind", "power", "gas"}),
            ),
        ),
        ("=emisions in 2030", Query("emisions in 2030", (), (), frozenset({"emisions"}))),
        ("「产能置换」有什么规定", Query("产能置换有什么规定", ((exact("产能置换"),),), (), frozenset("产能置换"))),
        # a Chinese question's own quotation marks are punctuation
        ("“十五五”期间风电装机多少？", Query("“十五五”期间风电装机多少？")),
        ("《四川方案》对“双碳”有什么规定", Query("《四川方案》对“双碳”有什么规定")),
        ("what about “十五五” plans?", Query("what about 十五五 plans?", ((exact("十五五"),),), (), frozenset("十五"))),
        (
            '"十五五"期间装机多少？',
            Query("十五五期间装机多少？", ((exact("十五五"),),), (), frozenset("十五")),
        ),
        ("水泥产能 -“平板玻璃”", Query("水泥产能", (), (exact("平板玻璃"),))),
        (
            "“水泥” OR “钢铁” 的产能",
            Query("“水泥” or “钢铁” 的产能", ((Term("水泥"), Term("钢铁")),), (), frozenset("水泥钢铁")),
        ),
        ('the"cement"kilns', Query("the cement kilns", ((exact("cement"),),), (), frozenset({"cement"}))),
        # no syntax
        ("low-carbon 2020-2025, -5 °C, - no", Query("low-carbon 2020-2025, -5 °C, - no")),
        ('a 12" pipe', Query('a 12" pipe')),
        ("coal or gas", Query("coal or gas")),
        ("Is it sun OR the wind?", Query("Is it sun OR the wind?")),
        ("WHO MAY BUILD OR CLOSE KILNS?", Query("WHO MAY BUILD OR CLOSE KILNS?")),
        ("OR coal OR", Query("OR coal OR")),
    ],
)
def test_a_question_is_parsed(asked: str, query: Query) -> None:
    assert parse_query(asked) == query


@given(st.text(st.sampled_from('ab1 "“”«-=−OR.?「」'), max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    query = parse_query(text)
    # nothing is searched that was not typed
    assert set(re.findall(r"\w+", query.text.lower())) <= {*re.findall(r"\w+", text.lower()), "or"}
    assert all(term.text.strip() for group in query.required for term in group)


def test_exclusions_alone_are_no_question() -> None:
    with pytest.raises(QuestionError, match="also what to look for"):
        read_question("-coal -gas")


@pytest.mark.parametrize(
    ("phrase", "text", "holds"),
    [
        ("$100", "costs $100 a ton", True),
        ("$100", "costs $1000", False),
        ("$100", "costs $100.50", False),
        ("$100", "costs $100.", True),
        ("$100", "costs $100,000", False),
        ("100", "costs $1,100", False),
        ("5%", "falls by 15%", False),
        ("art", "a part", False),
        ("Art", "the art of", True),
        ("China's plan", "China’s plan", True),
        ("low-carbon", "low carbon", False),
        ("置换", "水泥产能置换实施", True),
    ],
)
def test_a_phrase_is_whole_words_and_figures(phrase: str, text: str, holds: bool) -> None:
    assert holds_phrase(text, phrase) is holds


@pytest.fixture(params=["folder", "milvus"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    if request.param == "milvus":
        pytest.importorskip("milvus_lite")
    opened = Opened(tmp_path / ("library" if request.param == "folder" else "library.db"))
    backend = opened()
    # "zebra" is in what is indexed, as a heading is, and not in the text
    content = make_content("plan", TEXTS, ENCODER)
    backend.add(replace(content, indexed=[f"zebra {fold_space(text)}" for text in TEXTS]), MODEL)
    yield backend
    opened.close()


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ('"capacity replacement"', {0, 2}),
        ('"replacement of"', {1, 2}),
        ('"the"', {2}),
        ("replacement -steel", {0, 1, 4, 5}),
        ("replacements OR mill", {0, 1, 2, 3}),
        ("is x OR coal", {3}),
        ('x "capacity replacement" "$100"', {2}),
        ('"$100"', {2}),
        ('x "$100" -"$1000"', {2}),
        ('x -"$100"', {0, 1, 3, 4, 5}),
        ("x -2025 -boiler", {0, 1, 2, 5}),
        ("「产能置换」", {5}),
        ("「能产」", set()),
        ('"zebra"', set()),
        ('"capacity replacement" "gas"', set()),
    ],
)
def test_filters_leave_what_meets_them(backend: Backend, asked: str, left: set[int]) -> None:
    scope, _ = filter_scope(backend, parse_query(asked), Scope())
    keys = backend.keys(Scope())
    assert {keys.index(key) for key in backend.keys(scope)} == left
    assert backend.count(scope) == len(left)
    # a search keeps to them
    vector = ENCODER.embed(["capacity replacement of boilers"])[0]
    for found in (backend.search_dense(vector, 9, scope), backend.search_words("capacity boilers zebra", 9, scope)):
        assert {keys.index(f.key) for f in found} == left


def test_what_nothing_meets_is_told_apart(backend: Backend) -> None:
    unmet = filter_scope(backend, parse_query('"zebra" boilers "coal"'), Scope())[1]
    assert unmet == ((exact("zebra"),),)
