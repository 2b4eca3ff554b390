"""What the Read page is put together from: its address, the tree, the steps from hit to hit, the text it sends."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.types import Page, Plan, Section, Span
from indexer.ui.read.page import path_to, section_at, text_before, text_window, tree_html, unfolded
from indexer.ui.read.view import ZOOMS, Hits, ReadView, fit, where
from indexer.ui.shared.address import Look, from_query, link_to, to_query

WORDS = st.text(max_size=30).map(lambda text: " ".join(text.split()))
VIEWS = st.builds(
    ReadView,
    plan=st.text(max_size=20).map(str.strip),
    at=st.none() | st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)).map(lambda s: (s[0], s[0] + s[1])),
    top=st.none() | st.integers(0, 10**8),
    page=st.none() | st.integers(1, 5000),
    look=st.sampled_from(Look),
    words=WORDS,
    question=WORDS,
    zoom=st.sampled_from(ZOOMS),
)


def read(query: dict[str, str]) -> ReadView:
    return from_query(ReadView, {name: [value] for name, value in query.items()})


def plan(text: str, *, pages: tuple[Page, ...] = (), sections: tuple[Section, ...] = ()) -> Plan:
    return Plan("p", "A plan", text, "p.txt", "0123456789abcdef", pages, sections)


@given(VIEWS)
def test_an_address_brings_the_same_view_back(view: ReadView) -> None:
    assert read({name: str(value) for name, value in to_query(view).items()}) == view
    assert from_query(ReadView, parse_qs(urlsplit(link_to(view)).query, keep_blank_values=True)) == view


@pytest.mark.parametrize(
    "query",
    [
        {"at": "40-12"},
        {"at": "12"},
        {"at": "-5-9"},
        {"at": "a-b"},
        {"at": "1-2-3x"},
        {"from": "-1"},
        {"page": "0"},
        {"page": "9999999999"},
        {"view": "film"},
        {"zoom": "17"},
        {"zoom": "٥٠"},
    ],
)
def test_what_cannot_be_read_in_an_address_is_left_out(query: dict[str, str]) -> None:
    assert read({"plan": "p", **query}) == ReadView("p", at=(1, 2) if query.get("at") == "1-2-3x" else None)


def test_a_view_is_fitted_to_its_plan_and_says_what_it_lost() -> None:
    paged = plan("0123456789", pages=(Page(1, 0, 4), Page(2, 4, 4), Page(3, 4, 10)))
    inside = ReadView("p", at=(2, 6), version="01234567", page=2)
    assert fit(inside, paged) == (inside, "")
    assert where(paged, inside) == 4 and where(paged, ReadView("p", at=(2, 6))) == 2
    assert where(paged, ReadView("p", top=0, at=(2, 6))) == 0
    beyond, notice = fit(ReadView("p", at=(2, 11)), paged)
    assert beyond.at is None and "past the end" in notice
    other, notice = fit(ReadView("p", at=(2, 6), version="ffffffff"), paged)
    assert other.at == (2, 6) and "has been replaced" in notice
    turned, notice = fit(ReadView("p", page=4), paged)
    assert turned.page is None and notice == "This plan has 3 pages, so page 4 cannot be shown."
    assert "no pages" in fit(ReadView("p", page=1), plan("text"))[1]
    assert fit(ReadView("p", top=10), paged)[0].top is None


def sections(parts: int, tasks: int) -> list[Section]:
    """Parts of 100 characters, each with tasks of one character."""
    found: list[Section] = []
    for i in range(parts):
        whole = len(found)
        found.append(Section(100 * i, 100 * i + 1, 100 * i + 100, 1, f"{i + 1}.", "Part", None))
        for j in range(tasks):
            start = 100 * i + 1 + j
            found.append(Section(start, start, start + 1, 2, f"({j + 1})", "Task", whole))
    return found


def links(html: str) -> list[tuple[str, str]]:
    """Address and text of each link of the tree."""
    found = re.findall(r'<a href="([^"]*)"[^>]*><span>([^<]*)</span>', html)
    return [(unescape(address), unescape(text)) for address, text in found]


def test_the_innermost_section_is_the_current_one() -> None:
    tree = sections(3, 2)
    assert section_at(tree, 101) == 4 and tree[4].label == "(1) Task"
    assert section_at(tree, 100) == 3
    assert section_at(tree, 102) == 5
    assert section_at(tree, 150) == 3
    assert section_at(tree, 300) is None
    assert path_to(tree, 5) == [3, 5] and path_to(tree, None) == []
    html = tree_html(tree, 102, lambda section: f"?from={section.start}")
    assert links(html)[5] == ("?from=102", "(2) Task") and len(links(html)) == 9
    assert re.findall(r'<a href="([^"]*)" target="_self" aria-current="true">', html) == ["?from=102"]
    assert "aria-current" not in tree_html(tree, 300, lambda section: "?")


def test_a_large_tree_unfolds_the_branch_that_is_read() -> None:
    tree = sections(4, 30)
    assert unfolded(tree, 62 + 5) == [0, 31, 62, *range(63, 93), 93]
    assert unfolded(tree, None) == [0, 31, 62, 93]
    flat = sections(3000, 0)
    shown = links(tree_html(flat, 100 * 1500, lambda section: f"?from={section.start}"))
    assert len(shown) == 123
    assert shown[0] == ("?from=143900", "1,440 sections before") and shown[61] == ("?from=150000", "1501. Part")
    assert shown[-1] == ("?from=156100", "1,439 sections after")


def test_hostile_headings_stay_text() -> None:
    bad = [Section(0, 1, 9, 1, "", '<img src=x onerror="alert(1)">', None)]
    html = tree_html(bad, 0, lambda section: 'javascript:"><script>')
    assert "<img" not in html and "<script" not in html and "&lt;img src=x" in html


def test_steps_go_round_from_hit_to_hit() -> None:
    hits = Hits([(0, 2), (5, 7), (9, 12)])
    assert [hits.at(offset) for offset in (0, 1, 2, 5, 11, 12)] == [0, 0, None, 1, 2, None]
    assert [hits.after(offset) for offset in (-1, 0, 4, 5, 9)] == [(0, 2), (5, 7), (5, 7), (9, 12), (0, 2)]
    assert [hits.before(offset) for offset in (0, 4, 5, 6, 8)] == [(9, 12), (0, 2), (0, 2), (0, 2), (5, 7)]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 5)), min_size=1, max_size=9), st.integers(0, 60))
def test_next_and_previous_meet_every_hit_once_a_round(steps: list[tuple[int, int]], offset: int) -> None:
    spans: list[Span] = []
    for gap, length in steps:
        start = (spans[-1][1] if spans else 0) + gap
        spans.append((start, start + length))
    hits = Hits(spans)
    forth = [hits.after(offset)]
    back = [hits.before(offset)]
    for _ in spans[1:]:
        forth.append(hits.after(forth[-1][0]))
        back.append(hits.before(back[-1][0]))
    assert sorted(forth) == sorted(back) == spans


@pytest.mark.parametrize("text", ["A sentence here.\n\n" * 9000, "word " * 20_000, "x" * 90_000], ids=len)
def test_a_long_plan_is_sent_in_stretches_that_leave_nothing_out(text: str) -> None:
    long, offset, pieces = plan(text), 0, []
    while offset < len(text):
        low, high = text_window(long, ReadView("p", top=offset), offset)
        assert low == offset and 0 < high - low <= 16_000
        pieces.append(text[low:high])
        assert text_before(text, high) < high
        offset = high
    assert "".join(pieces) == text
    low, high = text_window(long, ReadView("p", at=(40_000, 40_020)), 40_000)
    assert 32_000 <= low <= 40_000 and 40_020 <= high <= 48_020
    low, high = text_window(long, ReadView("p", at=(10, len(text))), 10)
    assert high - low <= 8_000 + 8_000 + 10
