"""Near misses made from answered Chinese questions, as ``training.swaps`` makes them of English ones."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from training.examples import Example, Kind

_YEAR = re.compile(r"(?<![\d至到~–-])(?:1[5-9]|20)\d\d(?=年)")
_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?![\d.,]*\d)(?!年)")
_TITLE = re.compile(r"《[^《》]{2,20}》")
#: Simplified, and traditional where that is another word.
_OPPOSITES = """
最大 最小|最高 最低|最早 最晚|最多 最少|最好 最差|升高 降低|提高 降低|上升 下降|北部 南部|上游 下游|公立 私立|男性 女性
最长 最短|最新 最旧|最强 最弱|增加 减少|增长 下降|扩大 缩小|进口 出口|允许 禁止|之前 之后|以前 以后|胜利 失败|开始 结束
支持 反对|东部 西部|国内 国外|赞成 反对|优点 缺点|内部 外部|首次 最后一次|创立 解散|必须 不得
最長 最短|最新 最舊|最強 最弱|增加 減少|增長 下降|擴大 縮小|進口 出口|允許 禁止|之前 之後|以前 以後|勝利 失敗|開始 結束
支持 反對|東部 西部|國內 國外|贊成 反對|優點 缺點|內部 外部|首次 最後一次|創立 解散|必須 不得
""".replace("\n", "|").strip("|")
_OTHER: dict[str, list[str]] = {}
for _one, _, _other in (pair.partition(" ") for pair in _OPPOSITES.split("|")):
    _OTHER.setdefault(_one, []).append(_other)
    _OTHER.setdefault(_other, []).append(_one)
_TRADITIONAL = re.compile("[個們這對國學來時會為與東發電開關於後當點]")
_OPPOSITE = re.compile("|".join(sorted(_OTHER, key=len, reverse=True)))
#: What a question says, and what it says when negated.
_NEGATIONS = (
    (re.compile(r"(?<![不都还還也就总總可只若于於而])是(?=谁|誰|哪|什么|什麼|在|由|因)"), "不是"),
    (re.compile(r"(?<!不)可以"), "不可以"),
    (re.compile(r"(?<!不)需要"), "不需要"),
    (re.compile(r"(?<!不)属于"), "不属于"),
    (re.compile(r"(?<!不)屬於"), "不屬於"),
    (re.compile(r"(?<![没沒未])有(?=哪|什么|什麼)"), "没有"),
    (re.compile(r"(?<![不没沒未])包括"), "不包括"),
)
_NEGATED = re.compile("不是|没有|沒有|不可|不需|不属|不屬|不包括|除外|以外|除了")


def swap_chinese(example: Example, kind: Kind, rng: random.Random) -> str | None:
    """The question of a near miss of ``kind``; None where there is nothing to swap."""
    make = _SWAPS.get(kind)
    return make(example, rng) if make else None


def _year(example: Example, rng: random.Random) -> str | None:
    said = [y for y in _YEAR.findall(example.question) if _is_said(y, example)]
    if not said:
        return None
    old = rng.choice(said)
    return _replaced(example, old, [str(int(old) + shift) for shift in range(-10, 11) if shift], rng)


def _number(example: Example, rng: random.Random) -> str | None:
    said = [n for n in _NUMBER.findall(example.question) if _is_said(n, example)]
    if not said:
        return None
    old = rng.choice(said)
    return _replaced(example, old, ["".join(str(rng.randint(1, 9)) for _ in old) for _ in range(8)], rng)


def _title(example: Example, rng: random.Random) -> str | None:
    """Another work of the passage, from another sentence than the answer's."""
    said = [t for t in _TITLE.findall(example.question) if t in example.passage]
    others = sorted(set(_TITLE.findall(example.passage)) - set(_TITLE.findall(example.question)))
    near = [s for s in re.split("(?<=[。！？])", example.passage) if example.answer in s]
    others = [t for t in others if t not in example.answer and not any(t in s for s in near)]
    return example.question.replace(rng.choice(said), rng.choice(others)) if said and others else None


def _opposite(example: Example, rng: random.Random) -> str | None:
    said = [word for word in _OPPOSITE.findall(example.question) if _is_said(word, example)]
    if not said:
        return None
    old = rng.choice(said)
    others = _OTHER[old][-1:] if _TRADITIONAL.search(example.passage) else _OTHER[old][:1]
    return _replaced(example, old, others, rng)


def _negation(example: Example, rng: random.Random) -> str | None:
    if _NEGATED.search(example.question) or _NEGATED.search(example.passage):
        return None
    for pattern, negated in _NEGATIONS:
        if pattern.search(example.question):
            return pattern.sub(negated, example.question, count=1)
    return None


_SWAPS: dict[Kind, Callable[[Example, random.Random], str | None]] = {
    Kind.YEAR: _year,
    Kind.NUMBER: _number,
    Kind.ENTITY: _title,
    Kind.OPPOSITE: _opposite,
    Kind.NEGATION: _negation,
}


def _is_said(text: str, example: Example) -> bool:
    return text in example.passage and text not in example.answer


def _replaced(example: Example, old: str, others: list[str], rng: random.Random) -> str | None:
    """The question with one of ``others`` that is not in the passage in place of ``old``."""
    absent = [o for o in others if o not in example.passage and o not in example.question]
    return example.question.replace(old, rng.choice(absent)) if absent else None
