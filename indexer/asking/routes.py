"""Where else a question leads: to the comparison of plans, or to the targets, with the figures set out there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from indexer.asking.question import FIGURES, Question
from indexer.language.chinese import is_han
from indexer.language.dates import find_years
from indexer.language.matching import absent_words
from indexer.language.quantities import find_quantities
from indexer.storage import Backend, Scope
from indexer.types import Answer, AnswerSentence, Citation, Route, RouteFigure, RouteKind, Target, TargetKind

#: Plans that are set side by side where the question names none, at most.
MOST_COMPARED = 5
#: Share of the question's words that a target must hold, and targets offered, at most.
_ALIKE, _MOST_TARGETS = 0.6, 3

_MORE = (
    r"(?:more|less|fewer|most|least|(?:strict|high|low|large|great|big|small|fast|earli|soon|late|tough|strong|weak|bold)"
    r"(?:er|est|r|st)|better|best|further|furthest|ambitious)\b"
)
_COMPARES = re.compile(
    rf"\b(?:compare|comparison|differ|differs|difference|differences|versus|vs)\b|\b(?:which|who|whose)\b[^?]*\b{_MORE}"
    r"|比较|相比|哪个更",
    re.IGNORECASE,
)
#: Asks which of the plans themselves: "which is stricter", "who has the higher target", "which province …".
_OF_PLANS = re.compile(
    r"^\W*(?:and |so )?(?:which|who|whose)(?: (?:one )?of (?:the|these) \w+| (?:plan|province|city|region|country"
    r"|document|strategy|report|issuer|one)s?)? (?:is|are|has|have|sets?|gives?|goes|does|target|plan|will)\b",
    re.IGNORECASE,
)


def compares(text: str) -> bool:
    """Whether a question asks to compare."""
    return bool(_COMPARES.search(text))


def compared_plans(backend: Backend, question: Question, scope: Scope) -> tuple[tuple[str, ...], ...]:
    """The plans, a group each, that a question compares; empty if it compares none, or too many to set side by side.

    Those that it names, else all in scope, if it asks which of them.
    """
    if len(question.named) > 1 or not compares(question.text) or not _OF_PLANS.search(question.text):
        return question.named
    plans = [info.id for info in backend.plans() if scope.plans is None or info.id in scope.plans]
    plans = [plan for plan in plans if backend.count(replace(scope, plans=(plan,)))]
    return tuple((plan,) for plan in plans) if 2 <= len(plans) <= MOST_COMPARED else question.named


def route_of(backend: Backend, question: Question, words: Sequence[str], answer: Answer, scope: Scope) -> Route | None:
    """The view that shows more than ``answer``: the comparison of its plans, or the targets for the year asked for.

    ``words`` are the question's words of content. None where there is no such view.
    """
    cited = tuple(dict.fromkeys(citation.plan for citation in answer.citations))
    plans = tuple(dict.fromkeys([*(plan for group in question.named for plan in group), *cited]))
    if len(plans) > 1 and (compares(question.text) or (len(question.named) > 1 and question.kind in FIGURES)):
        return Route(RouteKind.COMPARE, plans, tuple(_figures(answer, plans)))
    years = {year.year for year in find_years(question.topic)}
    if question.kind in FIGURES and years:
        searched = question.plans or scope.plans or tuple(info.id for info in backend.plans())
        found = [t for plan in searched for t in backend.targets(plan) or () if t.year in years]
        best = sorted(found, key=lambda t: (-_alike(words, t), t.plan, t.start))
        whole = [t for t in best if t.kind is TargetKind.TARGET and not t.cut_off]
        near = [t for t in whole if _alike(words, t) >= _ALIKE][:_MOST_TARGETS]
        if near:
            figures = tuple(RouteFigure(t.plan, t.figure, t.indicator, t.year, t.start) for t in near)
            return Route(RouteKind.TARGETS, tuple(dict.fromkeys(t.plan for t in near)), figures)
    return None


def _figures(answer: Answer, plans: Sequence[str]) -> list[RouteFigure]:
    """The figures of each plan's best sentence, in the order of ``plans``."""
    best = {plan: next(((s, c) for s, c in _best_first(answer) if c.plan == plan), None) for plan in plans}
    found = []
    for plan, pair in best.items():
        if pair is None:
            found.append(RouteFigure(plan, "", "", None, None))
            continue
        sentence, citation = pair
        whole = (quantity for quantity in find_quantities(sentence.text) if not quantity.cut_off)
        figures = [sentence.text[slice(*quantity.span)] for quantity in whole]
        found.append(RouteFigure(plan, "; ".join(dict.fromkeys(figures)), "", None, citation.start))
    return found


def _best_first(answer: Answer) -> list[tuple[AnswerSentence, Citation]]:
    by_number = {citation.n: citation for citation in answer.citations}
    return [(sentence, by_number[sentence.citation]) for sentence in answer.sentences]


def _alike(words: Sequence[str], target: Target) -> float:
    asked = _whole([word for word in words if not word[0].isdigit()])
    text = " ".join([target.indicator, target.scope or "", target.quote])
    return sum(not absent_words(word, [text]) for word in asked) / len(asked) if asked else 0.0


def _whole(words: Iterable[str]) -> list[Sequence[str]]:
    """``words``, each with its parts: Chinese ones that the model takes character by character are one together.

    Of "风", "电", "装", "机" three stand in what is said of hydropower.
    """
    single = groupby(words, key=lambda word: len(word) == 1 and is_han(word))
    return [part for alone, run in single for part in ([tuple(run)] if alone else [(word,) for word in run])]
