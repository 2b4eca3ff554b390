"""Yes or no: whether the sentence that answers a yes/no question affirms or denies it, if that is clear.

Negation and prohibition decide, in the clause that holds most words of the question: "must not", "prohibited", "no
budget". A question that is negative itself turns them round. What the question claims beyond the sentence ("all", a
year, "must" where the plan only encourages) leaves it open.
"""

from __future__ import annotations

import re

from indexer.asking.interaction import QuestionWords
from indexer.language.matching import absent_words, holds_figure
from indexer.language.obligation import binding_of
from indexer.types import Binding

_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|should|shall|will|would|need)(?:n['’]t)?"
)
_YES_NO = re.compile(
    rf"^\W*(?:and |so |but )?{_AUXILIARY}\b(?!.*\bor\b(?! not\b))|吗[?？]?$|是否|能否|可否", re.IGNORECASE
)
#: Courtesy before another question: "Can you tell me what …".
_OTHER = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how)\b(?!ever)", re.IGNORECASE)
#: Denies what goes with it.
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without|unable|lacks?|lacking|fail(?:s|ed)? to|refus\w+"
    r"|exempt(?:ed)?|prohibit\w*|forbid\w*|forbidden|ban(?:s|ned)?|disallow\w*|barred)\b|n['’]t\b"
    r"|(?:不(?!断|仅|只|但|同|少|得不)|未(?!来)|无(?!论)|没有|禁止|严禁|不得)",
    re.IGNORECASE,
)
#: Negations that deny nothing.
_NO_NEGATION = re.compile(
    r"\b(?:not only|no later than|no less than|no more than|not less than|not more than)\b|不少于|不超过|不低于", re.I
)
#: Claims more than a sentence without such a word says.
_TOTAL = re.compile(r"\b(?:all|every|each|any|only|always|entirely|solely|exclusively)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[;；:：]|,(?= (?:but|and|although|while|whereas|unless|except)\b)|，(?=但|而)")
_DUTY = re.compile(r"\b(?:must|need|required|obliged|have to|has to|mandatory)\b|必须|需要|应当", re.IGNORECASE)
#: Share of the question's words, by idf, that the sentence must hold for a "yes".
_SAID = 0.7
#: Characters around a negation in which it denies.
_NEAR = 60


def asks_yes_or_no(text: str) -> bool:
    """Whether a question, with spelling folded, is answered by yes or no."""
    return bool(_YES_NO.search(text)) and not _OTHER.search(text)


def verdict(question: str, words: QuestionWords, sentence: str, matches_share: float) -> str:
    """ "yes" or "no" where ``sentence`` says so, else "".

    ``matches_share`` is the share of the question's ``words``, by idf, that the sentence matches.
    """
    clause = max(_CLAUSE.split(sentence), key=lambda part: -len(absent_words(words.words, [part])))
    denied, asked_denied = _denies(clause, words), _denies(question, words)
    if denied != asked_denied:
        return "no"
    figures = [word for word in words.words if word[0].isdigit()]
    if matches_share < _SAID or not all(holds_figure(sentence, figure) for figure in figures):
        return ""
    if _TOTAL.search(question) and not _TOTAL.search(clause):
        return ""
    if denied:
        return "yes"
    if _DUTY.search(question) and binding_of(clause) is not Binding.MUST and not _DUTY.search(clause):
        return ""
    return "yes"


def _denies(text: str, words: QuestionWords) -> bool:
    """Whether ``text`` denies what is asked: an odd number of negations next to words of the question."""
    plain = _NO_NEGATION.sub("", text)
    near = (plain[max(0, m.start() - _NEAR) : m.end() + _NEAR] for m in _NEGATION.finditer(plain))
    return sum(len(absent_words(words.words, [part])) < len(words.words) for part in near) % 2 == 1
