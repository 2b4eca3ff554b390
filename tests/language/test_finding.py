"""Words within one plan."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.language.finding import find_words
from indexer.language.sentences import fold_space

TEXT = (
    "Low-carbon kilns close.\nThe low-\ncarbon econ\u00ad\nomy grows in the Low  Carbon\n\nzone (2030). "
    "到2030年，非化石\n能源消费比重达到25%左右。非化石能源。a.b axb"
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("low-carbon", ["Low-carbon", "low-\ncarbon"]),
        ("LOW CARBON", ["Low  Carbon"]),
        (" carbon   zone ", ["Carbon\n\nzone"]),
        ("economy", ["econ\u00ad\nomy"]),
        ("非化石能源", ["非化石\n能源", "非化石能源"]),
        ("25%左右", ["25%左右"]),
        ("(2030)", ["(2030)"]),
        ("a.b", ["a.b"]),
        ("kilnsclose", []),
        ("  ", []),
        ("", []),
    ],
)
def test_where_words_stand(words: str, found: list[str]) -> None:
    assert [TEXT[a:b] for a, b in find_words(TEXT, words)] == found


@given(st.text("aB-非石 \n", max_size=60), st.text("ab-非石 ", max_size=4))
def test_what_is_found_reads_as_what_was_typed(text: str, words: str) -> None:
    spans = find_words(text, words)
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    for start, end in spans:
        assert squeezed(text[start:end]) == squeezed(words)
    if not spans and words.strip():
        assert " ".join(words.split()).casefold() not in text.casefold()


def squeezed(text: str) -> str:
    return "".join(fold_space(text).casefold().split())


def test_a_long_text_of_one_character_is_searched_at_once() -> None:
    assert find_words("a\u00ad" * 100_000, "aaab") == []
