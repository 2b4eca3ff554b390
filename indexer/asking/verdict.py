"""Yes or no: whether the sentence that answers a yes/no question affirms or denies it, if that is clear.

Negation and prohibition decide, in the clause that holds most words of the question: "must not", "prohibited", "no
budget". A question that is negative itself turns them round. What the question claims beyond the sentence ("all", a
year, "must" where the plan only encourages) leaves it open.
"""

from __future__ import annotations

import re

from indexer.asking.interaction import QuestionWords
from indexer.language.chinese import is_han, simplify
from indexer.language.matching import absent_words, holds_figure
from indexer.language.obligation import binding_of
from indexer.types import Binding, Span

_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|should|shall|will|would|need)(?:n['’]t)?"
)
_YES_NO = re.compile(
    rf"^\W*(?:and |so |but )?{_AUXILIARY}\b(?!.*\bor\b(?! not\b))|吗\W*$|[是能可会应]否|([\u4e00-\u9fff])[不没]\1",
    re.IGNORECASE,
)
#: Courtesy before another question, "Can you tell me what …", and a choice, which is answered by one of its parts.
_OTHER = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how)\b(?!ever)"
    r"|什么|多少|哪|谁|如何|怎|为何|何[时地年]|几[个年]|还是",
    re.IGNORECASE,
)
#: Denies what goes with it. Of the Chinese words with 不, 未 and 无 those that are read as one deny nothing.
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without|unable|lacks?|lacking|fail(?:s|ed)? to|refus\w+"
    r"|exempt(?:ed)?|prohibit\w*|forbid\w*|forbidden|ban(?:s|ned)?|disallow\w*|barred)\b|n['’]t\b"
    r"|(?P<bars>不[得准许应宜可](?![避或])|禁[止用采建养燃伐渔猎]|严[禁防]|暂停|停止|暂缓|叫停|杜绝)"
    r"|不(?![断仅只但同少足良利锈论管限明全久]|可[避或]|动产|定期|平衡|确定|到位)|未(?![来必成])"
    r"|无(?![论人线害废缝序偿形机烟锡]|障碍|纸化)|没有|并非|豁免|免[除于征]",
    re.IGNORECASE,
)
#: Negations that deny nothing: of what is at least or at most so, and of what a rule is about.
_NO_NEGATION = re.compile(
    r"\b(?:not only|no later than|no less than|no more than|not less than|not more than)\b"
    r"|不(?:符合|达标|合格|满足|具备|规范|合规|合理)(?=[^，。；]{0,20}的)|未(?:完成|达到|达标|取得)(?=[^，。；]{0,20}的)"
    r"|不[得能可]不|无不(?!良)|(?<=([\u4e00-\u9fff]))[不没](?=\1)",  # the last asks: "可不可以"
    re.IGNORECASE,
)
#: A limit, "不得超过", which denies only what goes beyond it.
_LIMIT = re.compile(r"不(?:得|能|应|可|宜|准|再)?(?:超[过出]|[高低多少大小晚早迟]于|突破)")
_BEYOND = re.compile(r"超[过出]|[高低多少大小晚早迟]于|突破")
#: Claims more than a sentence without such a word says.
_TOTAL = re.compile(
    r"\b(?:all|every|each|any|only|always|entirely|solely|exclusively)\b"
    r"|所有|全部|一切|任何|每[个一]|(?<!平)均(?![衡匀等])|(?<![成首古之])都(?!市|江|会)|仅|只[有能]|一律|完全",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;；:：]|,(?= (?:but|and|although|while|whereas|unless|except)\b)|，(?=但|而)")
_DUTY = re.compile(
    r"\b(?:must|need|required|obliged|have to|has to|mandatory)\b"
    r"|必须|须(?!臾)|需要|应[当该]|务必|强制|(?<!符合)(?<!满足)(?<!达到)要求(?=[^\W的])",
    re.IGNORECASE,
)
#: Asks in Chinese for leave, and gives it.
_LEAVE_ASKED, _LEAVE = (
    re.compile(r"允许|准许|可否|可不可以|可以"),
    re.compile(r"允许|准许|(?<!不)可(?![再靠持能行研观见])|鼓励|支持|放宽|放开"),
)
#: Share of the question's words, by idf, that the sentence must hold for a "yes".
_SAID = 0.7
#: Characters around a negation in which it denies, and in Chinese.
_NEAR, _NEAR_CHINESE = 60, 30
#: What stands in brackets is denied there alone.
_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")


def asks_yes_or_no(text: str) -> bool:
    """Whether a question, with spelling folded, is answered by yes or no."""
    plain = simplify(text)
    return bool(_YES_NO.search(plain)) and not _OTHER.search(plain)


def verdict(question: str, words: QuestionWords, sentence: str, matches_share: float) -> str:
    """ "yes" or "no" where ``sentence`` says so, else "".

    ``matches_share`` is the share of the question's ``words``, by idf, that the sentence matches.
    """
    question, sentence = simplify(question), simplify(sentence)
    clause = max(_CLAUSE.split(sentence), key=lambda part: -len(absent_words(words.words, [part])))
    beyond = bool(_BEYOND.search(_LIMIT.sub("", question)))
    denied, asked_denied = (_denies(text, words, beyond=beyond) for text in (clause, question))
    if denied != asked_denied:
        return "no"
    figures = [word for word in words.words if word[0].isdigit()]
    if matches_share < _SAID or not all(holds_figure(sentence, figure) for figure in figures):
        return ""
    if _TOTAL.search(question) and not _TOTAL.search(clause):
        return ""
    if denied:
        return "yes"
    unbound = _DUTY.search(question) and binding_of(clause) is not Binding.MUST and not _DUTY.search(clause)
    return "" if unbound or (_LEAVE_ASKED.search(question) and not _LEAVE.search(clause)) else "yes"


def _denies(text: str, words: QuestionWords, *, beyond: bool) -> bool:
    """Whether ``text`` denies what is asked: an odd number of negations next to words of the question.

    A limit denies only where the question asks ``beyond`` one, and prohibitions one after the other deny together.
    """
    plain = _NO_NEGATION.sub("", text if beyond else _LIMIT.sub("", text))
    found = [
        bool(match["bars"])
        for match in _NEGATION.finditer(plain)
        if len(absent_words(words.words, [_around(plain, match.span())])) < len(words.words)
    ]
    return (found.count(False) + any(found)) % 2 == 1


def _around(text: str, span: Span) -> str:
    """What a negation at ``span`` may deny."""
    for match in _BRACKETS.finditer(text):
        if match.start() <= span[0] < match.end():
            return match[0]
    reach = _NEAR_CHINESE if is_han(text[span[0]]) else _NEAR
    return text[max(0, span[0] - reach) : span[1] + reach]
