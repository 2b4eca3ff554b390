"""Spellings are folded word by word, which must give what every pattern over the whole text gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.language.folding import _SPELLINGS, fold_spelling

WORDS = (
    "aluminium Carbonisation optimise optimisation neighbours colour centres litre kilometres tonnes tonne "
    "programmes fuelled modelling sulphur defence licences ploughing exercise enterprise metre_x l1tre centre's "
    "recarbonised ÉCENTRE 水泥litre the of"
).split()
pieces = st.one_of(st.sampled_from(WORDS), st.text(max_size=6), st.sampled_from([" ", "-", "'", ". ", "_", "\n", "5"]))


def in_one_piece(text: str) -> str:
    for pattern, plain in _SPELLINGS:
        text = pattern.sub(plain, text)
    return text


@given(st.lists(pieces, max_size=12).map("".join))
def test_word_by_word_is_the_same_as_in_one_piece(text: str) -> None:
    assert fold_spelling(text) == in_one_piece(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Aluminium kilometres of tonnes", "aluminum kilometers of tons"),
        ("decarbonisation programmes", "decarbonization programs"),
        ("enterprises exercise a promise", "enterprises exercise a promise"),
    ],
)
def test_what_is_folded(written: str, folded: str) -> None:
    assert fold_spelling(written).lower() == folded
