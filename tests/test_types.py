"""The nouns: looking up the page of an offset."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.types import Page, page_at


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(-3, 130))
def test_a_page_holds_its_offsets_and_no_others(lengths: list[int], offset: int) -> None:
    pages = []
    start = 0
    for number, length in enumerate(lengths, 1):
        pages.append(Page(number, start, start + length))
        start += length + number % 2  # some pages stand apart
    held = [page.number for page in pages if page.start <= offset < page.end]
    assert page_at(pages, offset) == (held[0] if held else None)
