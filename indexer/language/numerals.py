"""Numbers in words: English, Chinese and Roman numerals, read as values and written as list marks.

Chinese numerals are read here and not by cn2an (0.5.24), which refuses a bare unit such as "百万", takes twenty
times as long and half a second to import. Roman numerals are read and written by the package ``roman``.
"""

from __future__ import annotations

import re

#: English number words; "twenty-five" is two of them.
NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen".split(),
        1,
    )
} | {
    word: 10 * tens for tens, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}  # fmt: skip
#: English words of scale, and the denominators of fractions.
SCALE_WORDS = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
FRACTION_WORDS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}

#: The Chinese digits 1 to 9, as the inside of a character class.
CHINESE_DIGITS = "一二三四五六七八九"
#: Zero, where a number is written digit by digit: typists take the sign that they find.
CHINESE_ZEROS = "零〇○O"
#: Value of each Chinese digit.
DIGIT_VALUES = {digit: i for i, digit in enumerate(CHINESE_DIGITS, 1)} | {"两": 2} | dict.fromkeys(CHINESE_ZEROS, 0)
CHINESE_SCALES = {"十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}
#: 1 to 999 as numbers of chapters. Between 百 and the ones there must be 零: 一百五 is no number of a chapter.
_ORDINAL = re.compile(
    rf"(?:[{CHINESE_DIGITS}]百(?:[零〇](?=[{CHINESE_DIGITS}]$))?)?(?:[{CHINESE_DIGITS}]?十)?(?:(?<!百)[{CHINESE_DIGITS}])?"
)


def chinese_number(text: str) -> float:
    """The value of Chinese numerals: "三千七百万" is 37000000, "一点二" 1.2, "百万" 1000000."""
    whole, _, decimals = text.partition("点")
    total, section, digit = 0.0, 0.0, None
    for character in whole:
        if character in DIGIT_VALUES:
            digit = DIGIT_VALUES[character]
            continue
        scale = CHINESE_SCALES[character]
        if scale >= CHINESE_SCALES["万"]:
            section += digit or 0
            if scale > CHINESE_SCALES["万"] and total:
                total = (total + section) * scale  # 一万亿: 亿 counts what 万 has counted
            else:
                total += (section or 1.0) * scale
            section = 0.0
        else:
            section += (1 if digit is None else digit) * scale
        digit = None
    value = total + section + (digit or 0)
    return value + float(f"0.{''.join(str(DIGIT_VALUES[d]) for d in decimals)}") if decimals else value


def ordinal_number(numeral: str) -> int | None:
    """The number that a list mark writes: "7", "Seven", "VII" or "七"; None for "(Note)" and "十四五"."""
    if numeral.isdecimal():
        return int(numeral)
    if (word := numeral.lower()) in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    if re.fullmatch("[IVXLC]+", numeral):
        return roman_number(numeral)
    return int(chinese_number(numeral)) if numeral and _ORDINAL.fullmatch(numeral) else None


def roman_number(numeral: str) -> int | None:
    """The value of an upper-case Roman numeral; None for an invalid one, "IIII" or "VX"."""
    from roman import InvalidRomanNumeralError, fromRoman  # imported late: few plans number so

    try:
        return int(fromRoman(numeral))
    except InvalidRomanNumeralError:
        return None


def roman_numeral(number: int) -> str:
    """``number`` in upper-case Roman numerals, from 1 to 4999."""
    from roman import toRoman

    numeral: str = toRoman(number)
    return numeral


def chinese_numeral(number: int) -> str:
    """``number`` in Chinese, from 1 to 99, as Word numbers lists."""
    tens, ones = divmod(number, 10)
    digits: list[str] = ["", *CHINESE_DIGITS]
    return ("" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十") + digits[ones]
