"""Names of places, the stretch around a passage, and requests as addresses carry them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.types import Citation, Passage
from indexer.ui.ask.view import AskView
from indexer.ui.shared.address import tidy
from indexer.ui.shared.source import surroundings
from indexer.wording import breadcrumb, chip, quotation, section_numbers

CITATION = Citation(
    n=1,
    plan="a",
    title="Sichuan plan",
    section=("2. Key actions", "(3) Industry", "4. Cement"),
    page=12,
    start=0,
    end=9,
    quote="No new\nkilns.",
)


@pytest.mark.parametrize(
    ("section", "numbers"),
    [
        (("2. Key actions", "(3) Industry", "4. Cement"), "2(3)4"),
        (("2 Key actions", "3. Industry"), "2.3"),
        (("2. Key actions", "2.3 Industry"), "2.3"),
        (("第三章 工业", "（一）水泥"), "第三章（一）"),
        (("三、工业", "（一）水泥"), "三（一）"),
        (("Cement", "2030 targets and more"), ""),
        ((), ""),
    ],
)
def test_section_numbers(section: tuple[str, ...], numbers: str) -> None:
    assert section_numbers(section) == numbers


def test_chip_breadcrumb_and_quotation() -> None:
    assert chip(CITATION) == "[1] Sichuan plan · 2(3)4 · p. 12"
    assert breadcrumb(CITATION) == "2. Key actions › (3) Industry › 4. Cement › p. 12"
    assert quotation(CITATION) == ('"No new kilns." (Sichuan plan, 2. Key actions › (3) Industry › 4. Cement, p. 12)')
    bare = Passage("a", "A plan", 0, 3, "Yes")
    assert quotation(bare) == '"Yes" (A plan)'


def test_surroundings_cut_at_paragraphs() -> None:
    text = "first\n\nsecond\n\nTHIRD\n\nfourth\n\nfifth"
    third = (text.index("THIRD"), text.index("THIRD") + 5)
    start, end = surroundings(text, third, 12)
    assert text[start:end] == "second\n\nTHIRD\n\nfourth"
    assert surroundings(text, third, 1000) == (0, len(text))
    assert surroundings(text, third, 1) == third


def test_surroundings_of_a_text_without_blank_lines_cut_at_lines_or_words() -> None:
    lines = "one two\nthree four\nFIVE\nsix seven\neight nine"
    span = (lines.index("FIVE"), lines.index("FIVE") + 4)
    start, end = surroundings(lines, span, 16)
    assert lines[start:end] == "three four\nFIVE\nsix seven"
    words = lines.replace("\n", " ")
    start, end = surroundings(words, span, 8)
    assert words[start:end] == "four FIVE six"


@given(st.text(alphabet="a \n", max_size=80), st.data(), st.integers(0, 90))
def test_surroundings_hold_the_passage_and_stay_in_reach(text: str, data: st.DataObject, reach: int) -> None:
    one, other = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))
    span = (min(one, other), max(one, other))
    start, end = surroundings(text, span, reach)
    assert max(0, span[0] - reach) <= start <= span[0]
    assert span[1] <= end <= min(len(text), span[1] + reach)


def test_views_are_tidied() -> None:
    view = tidy(AskView("  q ", ("a", "b", "a"), " s "))
    assert view == AskView("q", ("a", "b"), "s")
    assert view.within({"b"}) == AskView("q", ("b",), "s")
