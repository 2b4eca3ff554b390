"""Numbers in words, read and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.language.numerals import (
    chinese_number,
    chinese_numeral,
    ordinal_number,
    roman_number,
    roman_numeral,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三千七百万", 37e6),
        ("十二", 12),
        ("两千五百", 2500),
        ("一百零五", 105),
        ("百万", 1e6),
        ("亿", 1e8),
        ("一万亿", 1e12),
        ("二亿三千万", 2.3e8),
        ("一千二百亿", 1.2e11),
        ("三十七点零五", 37.05),
        ("零", 0),
    ],
)
def test_chinese_numerals_are_read(text: str, value: float) -> None:
    assert chinese_number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("mark", "number"),
    [
        ("7", 7),
        ("Seven", 7),
        ("XIV", 14),
        ("XL", 40),
        ("七", 7),
        ("十", 10),
        ("二十三", 23),
        ("一百零五", 105),
        ("Note", None),
        ("IIII", None),
        ("VX", None),
        ("十四五", None),
        ("一百五", None),
        ("1百", None),
        ("", None),
    ],
)
def test_the_number_of_a_list_mark(mark: str, number: int | None) -> None:
    assert ordinal_number(mark) == number


@given(st.integers(1, 99))
def test_chinese_numerals_that_are_written_are_read_again(number: int) -> None:
    assert ordinal_number(chinese_numeral(number)) == chinese_number(chinese_numeral(number)) == number


@given(st.integers(1, 3999))
def test_roman_numerals_that_are_written_are_read_again(number: int) -> None:
    assert roman_number(roman_numeral(number)) == number
