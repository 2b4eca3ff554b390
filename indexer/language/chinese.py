"""Chinese: which texts are, simplified characters for traditional ones, and the words that say nothing."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

#: Chinese characters, as the inside of a character class.
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_CHARACTER = re.compile(f"[{HAN}]")
_LETTER = re.compile(r"[^\W\d_]")
_RUN = re.compile(f"[{HAN}]+")


def is_chinese(text: str) -> bool:
    """Whether a third of the letters of ``text`` or more are Chinese characters."""
    found = 0 if text.isascii() else len(_CHARACTER.findall(text))
    return found > 0 and 3 * found >= len(_LETTER.findall(text))


def is_han(term: str) -> bool:
    """Whether ``term`` begins with a Chinese character."""
    return bool(_CHARACTER.match(term))


def simplify(text: str) -> str:
    """``text`` in simplified characters; what is no Chinese stays as it is."""
    return str(_converter().convert(text)) if _CHARACTER.search(text) else text


def cut_runs(text: str) -> str:
    """``text`` with each run of Chinese cut into its characters and pairs of neighbours, between spaces.

    "地下水" becomes "地 地下 下 下水 水": most Chinese words have two characters, and no space says where they end.
    """
    return _RUN.sub(lambda run: f" {' '.join(_cut(run[0]))} ", text)


def _cut(run: str) -> list[str]:
    return [piece for i in range(len(run)) for piece in (run[i], run[i : i + 2])][: 2 * len(run) - 1]


@cache
def _converter() -> Any:
    from opencc import OpenCC  # imported late: a tenth of a second

    return OpenCC("t2s")
