"""A question -> the plans that it names: by title, issuer, place, file name, id and year.

A whole name is a title of several words, or "the <id> plan". A rare word is one of a title, an issuer, a file name or
an id that is a proper name in this library: its texts hardly ever have it in lower case, and above all in the plans it
names. Common words name nothing, not even a plan of three lines that has them all in its title. Rare words also match
with a typo, unless the library knows the word as typed, and as an adjective ("Californian").
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from weakref import proxy

from rapidfuzz import process
from rapidfuzz.distance import OSA

from indexer.language.dates import MONTHS
from indexer.language.stopwords import ANSWER_WORDS, FUNCTION_WORDS
from indexer.storage import Backend, Scope, per_generation
from indexer.types import PlanInfo, Span

#: Plans that one name may stand for; a word shared by more is no name.
MOST_PLANS = 5
#: Share of lower-case occurrences up to which a word is a proper name.
LOWER_CASE = 0.1
#: Occurrences below which the texts do not tell: the question must capitalise the word.
FEW = 3
#: Words from which a title is a whole name; a shorter one of at least three must be capitalised in the question.
TITLE_WORDS, SHORT_TITLE_WORDS = 5, 3
#: Letters from which one typo is forgiven, and two (optimal string alignment: a swap of neighbours is one).
ONE_TYPO, TWO_TYPOS = 5, 9
#: Passages read to tell a proper name from a common word.
_EVIDENCE = 100

_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,3}(?=省|市|自治区|县)")
#: Endings of adjectives, and what the name may have in their place: Californian, Italian, Chinese.
_ADJECTIVES = {"ian": ("", "a", "y"), "an": ("", "a"), "n": ("",), "ese": ("", "a")}
_NO_NAMES = FUNCTION_WORDS | ANSWER_WORDS | MONTHS.keys()
#: What goes with a name when it leaves the question: "in the Anaheim plan's …".
_BEFORE = re.compile(r"(?:\b(?:in|of|for|from|by|at|under|within|to|according to)\s+)?(?:\bthe\s+)?$", re.IGNORECASE)
_AFTER = re.compile(r"(?:['’]s?\b)?(?:\s+(?:province|city|plan)\b(?:['’]s?\b)?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """The plans that a question names, a group for each thing named, and the ``spans`` of the names in its text."""

    groups: tuple[tuple[str, ...], ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def plans(self) -> tuple[str, ...]:
        """All plans named, in order of their ids."""
        return tuple(sorted({plan for group in self.groups for plan in group}))


#: A text -> the plans that it names.
Find = Callable[[str], Named]


class PlanNames:
    """By what names a question may call the plans of a library, at one generation."""

    def __init__(self, backend: Backend) -> None:
        self._backend: Backend = proxy(backend)  # or what is kept for a backend would keep the backend
        self._words: dict[str, set[str]] = defaultdict(set)
        self._ids: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._titles: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._han: dict[str, set[str]] = defaultdict(set)
        self._years: dict[str, set[str]] = {}
        self._verified: set[str] = set()
        self._verdicts: dict[str, tuple[bool, bool]] = {}
        stored = backend.names()
        for info in backend.plans():
            self._add(info, stored.get(info.id, ()))
        self._longest = max(map(len, [*self._ids, *self._titles]), default=0)

    def _add(self, info: PlanInfo, stored: Collection[str]) -> None:
        sources = (info.title, info.metadata.issuer, info.id, PurePath(info.source).stem, *stored)
        for word in {word for source in sources for word in _words(source)}:
            if len(word) > 2 and not word.isdigit() and word not in _NO_NAMES:
                self._words[word].add(info.id)
        self._verified.update(word for name in stored for word in _words(name))
        for ending in ((), ("action",), ("implementation",)):
            self._ids[(*_words(info.id), *ending, "plan")].add(info.id)
        for title in {info.title, re.split(r"[(（:：]", info.title)[0]}:
            if len(words := tuple(_words(title))) >= SHORT_TITLE_WORDS:
                self._titles[words].add(info.id)
        for name in _HAN_NAME.findall(f"{info.title} {info.metadata.issuer}"):
            self._han[name].add(info.id)
        self._years[info.id] = {*_YEAR.findall(f"{info.title} {info.id}"), str(info.metadata.year)}

    def find(self, text: str) -> Named:
        """The plans that ``text`` names."""
        found = sorted(self._find(text), key=lambda entry: entry[1])
        groups: list[set[str]] = []
        for plans, _ in found:
            # "Sichuan" and "transport" together mean the plans that both name
            group = next((g for g in groups if g & plans), None)
            if group is None:
                groups.append(set(plans))
            else:
                group &= plans
        years = set(_YEAR.findall(text))
        dated = [{plan for plan in group if self._years[plan] & years} or group for group in groups]
        return Named(tuple(tuple(sorted(group)) for group in dated), tuple(span for _, span in found))

    def _find(self, text: str) -> Iterator[tuple[set[str], Span]]:
        """(plans, span) of each name in ``text``; a whole name before its words."""
        tokens = list(_WORD.finditer(text))
        words = [_plain(m.group()) for m in tokens]
        capital = [m.group()[0].isupper() for m in tokens]
        i = 0
        while i < len(words):
            plans, size = self._whole_name(words, capital, i)
            if not plans:
                plans, size = self._named_by(words[i], capital=capital[i]), 1
            if plans:
                yield plans, (tokens[i].start(), tokens[i + size - 1].end())
            i += size
        for name, plans in self._han.items():
            if len(plans) <= MOST_PLANS and (at := text.find(name)) >= 0:
                yield plans, (at, at + len(name))

    def _whole_name(self, words: Sequence[str], capital: Sequence[bool], first: int) -> tuple[set[str], int]:
        """The plans whose whole name begins at the word ``first``, and its length in words."""
        for size in range(min(self._longest, len(words) - first), 1, -1):
            name = tuple(words[first : first + size])
            plans = self._ids.get(name)
            if not plans and (plans := self._titles.get(name)) and size < TITLE_WORDS:
                spelled = zip(name, capital[first:], strict=False)
                plans = plans if all(upper or word in _NO_NAMES for word, upper in spelled) else None
            if plans and len(plans) <= MOST_PLANS:
                return plans, size
        return set(), 1

    def _named_by(self, word: str, *, capital: bool) -> set[str]:
        """The plans that ``word``, folded, names; none for a common word."""
        if len(word) < 3 or word.isdigit() or word in _NO_NAMES:
            return set()
        name = word if word in self._words else self._base(word) or self._misspelt(word)
        plans = self._words[name] if name else set()
        if not plans or len(plans) > MOST_PLANS or 1 < len(self._years) == len(plans):
            return set()
        if name not in self._verdicts:
            self._verdicts[name] = self._is_proper(name, plans)
        proper, certain = self._verdicts[name]
        return plans if proper and (certain or capital) else set()

    def _base(self, word: str) -> str:
        """The name of which ``word`` is the adjective, or ""."""
        bases = (word.removesuffix(e) + tail for e, tails in _ADJECTIVES.items() if word.endswith(e) for tail in tails)
        return next((base for base in bases if len(base) >= 4 and base in self._words), "")

    def _misspelt(self, word: str) -> str:
        """The one name that ``word`` is a typo of, or ""; a word that occurs in the library is none."""
        if len(word) < ONE_TYPO:
            return ""
        limit = 2 if len(word) >= TWO_TYPOS else 1
        near = process.extract(word, self._words.keys(), scorer=OSA.distance, score_cutoff=limit, limit=2)
        if not near or len(near[0][0]) < ONE_TYPO or (len(near) > 1 and near[0][1] == near[1][1]):
            return ""
        return "" if self._backend.search_words(word, 1, Scope()) else str(near[0][0])

    def _is_proper(self, word: str, plans: Collection[str]) -> tuple[bool, bool]:
        """Whether ``word`` is a proper name, and above all of ``plans``; and whether the texts tell for certain."""
        own = other = lower = total = 0
        in_any_case = re.compile(rf"(?<![\w./@-]){re.escape(word)}(?![\w@]|\.\w)", re.IGNORECASE)
        keys = [found.key for found in self._backend.search_words(word, _EVIDENCE, Scope())]
        for passage in self._backend.passages(keys).values():
            occurrences = in_any_case.findall(fold_accents(passage.text))
            total += len(occurrences)
            lower += sum(each.islower() for each in occurrences)
            own += bool(occurrences) and passage.plan in plans
            other += bool(occurrences) and passage.plan not in plans
        proper = lower <= LOWER_CASE * total and other <= max(FEW, own)
        return proper, total >= FEW or word in self._verified


@per_generation
def plan_names(backend: Backend) -> PlanNames:
    """The names of the library's plans as it is now."""
    return PlanNames(backend)


def without_names(text: str, spans: Collection[Span]) -> str:
    """``text`` without the names at ``spans`` and what goes with them."""
    for start, end in reversed(_joined(text, spans)):
        after = _AFTER.match(text, end)
        before = _BEFORE.search(text, 0, start)
        text = f"{text[: before.start() if before else start]} {text[after.end() if after else end :]}"
    return " ".join(text.split())


def _joined(text: str, spans: Collection[Span]) -> list[Span]:
    """``spans`` in order, those with no word between them as one: "Winston-Salem"."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and not _WORD.search(text, joined[-1][1], start):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def proper_names(plan_id: str, title: str, text: str) -> tuple[str, ...]:
    """Proper names in a plan's title: words that its text never writes in lower case.

    "Sichuan" of "Sichuan Carbon Peak Implementation Plan"; not "Carbon", which the text also has as "carbon". A plan
    without such a word is named by "the <id> plan" only.
    """
    names = []
    for word in re.findall(r"[A-Z][\w'-]{2,}", title):
        occurrences = len(re.findall(rf"\b{re.escape(word)}\b", text))
        lowered = len(re.findall(rf"\b{re.escape(word.lower())}", text))
        if occurrences >= 2 and not lowered and word.lower() not in FUNCTION_WORDS:
            names.append(word)
    for chunk in re.findall(r"[\u4e00-\u9fff]{2,3}(?=省|市|自治区|县)", title):
        names.append(chunk)
    return tuple(dict.fromkeys(names))


def _words(name: str) -> list[str]:
    return [_plain(word) for word in _WORD.findall(name)]


def _plain(word: str) -> str:
    return fold_accents(word).lower()


def fold_accents(text: str) -> str:
    """``text`` without accents."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
