"""Stop words: words that carry no topic, and words that name only the kind of an answer, English and Chinese."""

from __future__ import annotations

import re

#: Chinese ones, as models and the word index cut them: characters, and words of two.
_CHINESE = frozenset(
    """的 了 着 过 是 为 在 和 与 及 或 而 且 也 都 就 对 把 被 给 让 向 从 由 以 于 将 其 之 所 这 那 哪 谁 何 吗
    呢 吧 几 个 多 少 么 什 怎 样 有 没 否 请 问 什么 怎么 怎样 怎么样 如何 多少 哪些 哪个 哪里 哪儿 哪年 何时 何地
    为何 为什么 是否 有没有 能否 可否 几个 多大 多久 多高 多长 这个 那个 这些 那些 以及 或者 并且 关于 对于 根据
    按照 其中 之间 我们 你们 他们 它们 规划 计划 方案 提到 说明 请问 告诉 介绍
    列出 列举 所有 全部 一切""".split()
)
#: Function words and words of asking; more than the stop words of the word index.
FUNCTION_WORDS = _CHINESE | frozenset(
    """a about all also am an and any anything are as at be been being both but by can cannot compare could
    did do does doing done each either else ever every for from get give given had has have having he her here
    his how i if in into is it its itself let like made make many may me might more most much must my no nor not
    now of off on one only onto or other our out over own per please plan plans said same say says shall she
    should show so some such tell than that the their them then there these they this those through to too
    under until up upon us very want wants was we were what when where which while who whom whose why will with
    within without would you your according mention mentioned mentions state stated states expect expected""".split()
)


#: Words for the kind of answer rather than its topic: "the cement capacity rules" are found by "cement" and
#: "capacity", and a sentence need not say "rules".
ANSWER_WORDS = frozenset(
    """rule rules requirement requirements measure measures policy policies provision provisions regulation
    regulations thing things kind kinds type types way ways information detail details content
    规定 要求 措施 政策 办法 内容 情形 方面 种类 类型""".split()
)
#: What only words of asking hold, however long a piece a model makes of them: "哪一天", "为什么".
_ASKING = re.compile("[哪谁何吗呢么]|多[少大久高长]|[几是]个|是否")


def is_function_word(word: str) -> bool:
    """Whether ``word`` carries no topic."""
    folded = word.lower()
    return folded in FUNCTION_WORDS or _ASKING.search(folded) is not None
