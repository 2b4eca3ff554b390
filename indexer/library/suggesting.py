"""What a question may go on with: names of the glossary, headings, indicators and earlier questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from indexer.asking.glossary import read_glossary
from indexer.asking.naming import fold_accents
from indexer.asking.vocabulary import acronyms_of, gather
from indexer.library.questions import recent_questions
from indexer.storage import Backend
from indexer.types import TargetKind

#: Characters of a heading or an indicator that is suggested: a longer one is a sentence.
_LONGEST = 60
_WORD = re.compile(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+")


def suggestions(backend: Backend) -> list[str]:
    """All that may be suggested, each once: earlier questions, names, headings, indicators, the commonest first."""
    headings: list[str] = gather(
        backend, "headings", lambda plan: (section.title for section in plan.sections if _fits(section.title)), _common
    )
    found = [*_names(backend), *headings, *_indicators(backend)]
    asked = [question.question for question in [*recent_questions(backend)]]
    asked += [question.question for question in backend.saved()]
    return list({fold_accents(text).lower(): text for text in reversed([*asked, *found])}.values())[::-1]


def suggest(prefix: str, known: Iterable[str], top_k: int) -> list[str]:
    """The first ``top_k`` of ``known`` that ``prefix`` begins, then those in which each of its words begins a word."""
    typed = _plain(prefix)
    words = _WORD.findall(typed)
    if not words:
        return []
    first, further = [], []
    for text in known:
        plain = _plain(text)
        if plain == typed:
            continue
        if plain.startswith(typed):
            first.append(text)
        elif all(any(word.startswith(part) for word in _WORD.findall(plain)) for part in words):
            further.append(text)
    return [*first, *further][:top_k]


def _names(backend: Backend) -> Iterator[str]:
    for entry in read_glossary(backend):
        yield from (entry.preferred, *entry.other)
    for short, longs in acronyms_of(backend).items():
        yield from (short, *longs)


def _indicators(backend: Backend) -> list[str]:
    found = Counter(
        target.indicator
        for info in backend.plans()
        for target in backend.targets(info.id) or ()
        if target.kind is not TargetKind.FIGURE and _fits(target.indicator)
    )
    return _common(found)


def _common(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda text: (-counts[text], text))


def _fits(text: str) -> bool:
    return bool(_WORD.search(text)) and len(text) <= _LONGEST


def _plain(text: str) -> str:
    return " ".join(fold_accents(text).lower().split())
