"""What a question may go on with: names of the glossary, headings, indicators and earlier questions; and examples.

Chinese headings are few and short, so that what a Chinese plan says between two marks is suggested as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from indexer.asking.glossary import read_glossary
from indexer.asking.naming import fold_accents
from indexer.asking.vocabulary import acronyms_of, gather
from indexer.language.chinese import is_chinese, is_han, simplify
from indexer.library.questions import recent_questions
from indexer.storage import Backend
from indexer.types import Plan, TargetKind

#: Characters of a heading or an indicator that is suggested: a longer one is a sentence.
_LONGEST = 60
#: Words of a heading that makes an example, or Chinese characters, and characters of its section.
_EXAMPLE_WORDS, _EXAMPLE_SIGNS, _EXAMPLE_SECTION = range(2, 7), range(4, 15), (300, 3_000)
_NUMBERING = re.compile(r"^(?:[IVXLC]+|[A-Z])[.)]\s+")
#: Headings that say where one is, not what it is about.
_OF_FORM = re.compile(
    r"\b(?:introduction|summary|foreword|preface|overview|contents|section|chapter|part|annex|appendix|glossary|references"
    r"|acronyms|abbreviations|conclusions?|acknowledg\w+|guarantees?|safeguards?|organi[sz]ation|table|figure|general|about|anniversary)\b"
    r"|总则|附则|附录|前言|目录|总体要求|基本原则|指导思想|保障措施|组织实施",
    re.IGNORECASE,
)
#: A short run of Chinese between two marks of punctuation, and how many are suggested, the commonest first.
_PHRASE = re.compile(r"(?<![^\W_])[\u4e00-\u9fff]{3,12}(?![^\W_])")
_MOST_PHRASES = 2_000
_WORD = re.compile(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+")
#: What is typed: Chinese in whole runs, which stand anywhere, as no word of it has a beginning.
_TYPED = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")


def suggestions(backend: Backend) -> list[str]:
    """All that may be suggested, each once: earlier questions, names, headings, indicators, the commonest first."""
    headings: list[str] = gather(
        backend, "headings", lambda plan: (section.title for section in plan.sections if _fits(section.title)), _common
    )
    phrases: list[str] = gather(backend, "phrases", lambda plan: _PHRASE.findall(plan.text), _common)
    found = [*_names(backend), *headings, *_indicators(backend), *phrases[:_MOST_PHRASES]]
    asked = [question.question for question in [*recent_questions(backend)]]
    asked += [question.question for question in backend.saved()]
    first: dict[str, str] = {}
    for text in [*asked, *found]:
        first.setdefault(fold_accents(text).lower(), text)
    return list(first.values())


def suggest(prefix: str, known: Iterable[str], top_k: int) -> list[str]:
    """The first ``top_k`` of ``known`` that ``prefix`` begins, then those in which each of its words begins a word.

    Chinese is looked for in simplified characters, wherever its run of characters stands.
    """
    typed = _plain(prefix)
    words = _TYPED.findall(typed)
    if not words:
        return []
    first, further = [], []
    for text in known:
        plain = _plain(text)
        if plain == typed:
            continue
        if plain.startswith(typed):
            first.append(text)
        elif all(_has(plain, part) for part in words):
            further.append(text)
    return [*first, *further][:top_k]


def _has(plain: str, part: str) -> bool:
    return part in plain if is_han(part) else any(word.startswith(part) for word in _WORD.findall(plain))


def example_questions(backend: Backend, count: int = 3) -> list[str]:
    """Questions that the library may answer, ``count`` at most, each from a heading of another plan."""
    found: list[str] = []
    for info in backend.plans():
        if len(found) == count:
            break
        if heading := _NUMBERING.sub("", _telling_heading(backend.plan(info.id))):
            found.append(_asked_about(heading))
    return list(dict.fromkeys(found))


def _telling_heading(plan: Plan) -> str:
    """The heading of ``plan`` that says most of what is under it: of a section that is neither a line nor a chapter."""
    times = Counter(section.title for section in plan.sections)
    least, most = _EXAMPLE_SECTION
    fitting = [
        (section.end - section.start, section.title)
        for section in plan.sections
        if times[section.title] == 1 and least <= section.end - section.start <= most and _tells(section.title)
    ]
    return max(fitting, default=(0, ""))[1]


def _tells(heading: str) -> bool:
    words = len(heading) in _EXAMPLE_SIGNS if is_chinese(heading) else len(heading.split()) in _EXAMPLE_WORDS
    return words and _fits(heading) and not _OF_FORM.search(heading) and not re.search(r"[\d:：?？!…=]", heading)


def _asked_about(heading: str) -> str:
    if is_chinese(heading):
        return f"关于{heading}有哪些规定？"
    words = [word if re.search(r"\w[A-Z]", word) else word.lower() for word in heading.split()]
    if heading.isupper():
        words = heading.lower().split()
    return f"What do the plans say about {' '.join(words).strip('.,;')}?"


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
    return " ".join(simplify(fold_accents(text)).lower().split())
