"""What a sentence lays down, and how it differs from another version or another plan.

A provision is read from the sentence alone: how binding it is, its figures, the years it names, whom it leaves out and
who is in charge. Two of them give the classes of a change, weakened and strengthened first; several plans' give one
sentence that says the difference, each part of it a slice of its quote.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from indexer.comparing.differences import paired_figures
from indexer.language.dates import find_years
from indexer.language.obligation import find_binding
from indexer.language.sentences import fold_space
from indexer.targets.clauses import Figure, find_figures
from indexer.targets.wording import change_of, comparator_of, scope_of
from indexer.translation import N_
from indexer.types import Binding, ChangeClass, ChangedSentence, Comparator, DifferencePart, Span, Trend

_FORBIDS = re.compile(
    r"\b(?:prohibit\w*|forbid\w*|ban(?:s|ned)?|no longer|(?:must|shall|may|should|will|is|are) not(?: be)?|not (?:be )?"
    r"(?:allowed|permitted|approved)|cease|stop)\b|严禁|禁止|不得|不再",
    re.IGNORECASE,
)
#: A figure's bound, "shall not exceed", forbids nothing by itself.
_BOUND = re.compile(
    r"\W*(?:be )?(?:exceed|less|lower|more|higher|fall below|fewer|greater)\b|低于|高于|超过|少于", re.IGNORECASE
)
#: Words that leave a way out.
_SOFTENED = re.compile(
    r"\b(?:in principle|where(?:ver)? (?:possible|appropriate|feasible|necessary)|as (?:appropriate|needed"
    r"|far as possible)|if (?:possible|conditions permit)|may|reasonabl\w+|unless|except\w*|exempt\w*)\b"
    r"|原则上|有条件的|视情况|适当|除外",
    re.IGNORECASE,
)
#: Words that say to whom or what a provision applies, up to the end of their clause.
_APPLIES = re.compile(
    r"\b(?:except(?:ing)?|excluding|exempt\w*|other than|limited to|appl(?:y|ies)(?: only)? to"
    r"|only (?:for|in|to|at|within|where))\b[^,;:.]*"
    r"|(?:不含|不包括|不适用于|适用于|仅限|限于)[^，；：。]*|除[^，；：。]{1,30}外",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(
    r"\b(?:[A-Z][\w&'-]+ (?:(?:of|for|and|the) )*){0,6}(?:Department|Ministry|Bureau|Commission|Administration"
    r"|Authority|Agency|Committee|Council|Government|Office|Board)\b"
    r"(?: (?:of|for) (?:the )?[A-Z]\w+(?:(?: and|,)? [A-Z]\w+)*)?"
    r"|[\u4e00-\u9fff]{2,12}(?:部门|委员会|办公室|政府|部|局|厅)"
)
#: A figure's value and unit.
_Value: TypeAlias = tuple[float | None, str]
_STRENGTH = {Binding.MUST: 3, Binding.SHOULD: 2, Binding.STRIVE: 1, Binding.ENCOURAGE: 0}
#: What a plan does, by how binding it is.
_VERBS = {
    Binding.MUST: N_("requires"),
    Binding.SHOULD: N_("calls for"),
    Binding.STRIVE: N_("strives for"),
    Binding.ENCOURAGE: N_("encourages"),
}
_PROHIBITS = N_("prohibits")
_SAYS = N_("says")
_RISES = {Comparator.AT_LEAST, Comparator.MORE}
_FALLS = {Comparator.AT_MOST, Comparator.LESS}
#: Words of which what follows is the object; others ("must") need the subject before them.
_TAKES_OBJECT = re.compile(
    r"(?:prohibit|forbid|ban|encourag|advocat|welcom|recommend)(?:e|e?s|ing)?|严禁|禁止|鼓励|倡导|提倡", re.IGNORECASE
)
#: "New kilns are strictly" before "prohibited": what is prohibited stands before it.
_PASSIVE = re.compile(r"\s+(?:(?:will|shall|must) be|is|are)\s+(?:\w+ly\s+)?$")
_CLAUSE_END = re.compile(r"[,;:，；：。](?=\D|$)|\.(?=\s|$)")
#: A clause shorter than this says too little without the one before it.
_SHORTEST = 12
_LONGEST_PART = 160


@dataclass(frozen=True, slots=True)
class Provision:
    """What a sentence lays down; ``words`` are those that make it binding, None for a plain statement."""

    text: str
    binding: Binding
    forbids: bool
    words: Span | None
    figures: tuple[Figure, ...]
    years: tuple[int, ...]
    scopes: frozenset[str]
    authorities: frozenset[str]
    softened: int

    @property
    def verb(self) -> str:
        if self.words is None:
            return _SAYS
        return _PROHIBITS if self.forbids else _VERBS[self.binding]


@lru_cache(maxsize=1024)
def read_provision(text: str) -> Provision:
    """What the sentence ``text`` lays down."""
    found = find_binding(text)
    forbidden = next((m for m in _FORBIDS.finditer(text) if not _BOUND.match(text, m.end())), None)
    strictest = min(found, key=lambda pair: -_STRENGTH[pair[1]], default=None)
    figures = tuple(find_figures(text))
    return Provision(
        text,
        Binding.MUST if forbidden else strictest[1] if strictest else Binding.SHOULD,
        forbidden is not None,
        forbidden.span() if forbidden else strictest[0] if strictest else None,
        figures,
        tuple(y.year for y in find_years(text, periods=True)),
        frozenset(
            [
                *(scope for scope in map(scope_of, figures) if scope),
                *(fold_space(m.group()).strip().casefold() for m in _APPLIES.finditer(text)),
            ]
        ),
        frozenset(fold_space(m.group()).strip() for m in _AUTHORITY.finditer(text)),
        len(_SOFTENED.findall(text)),
    )


def classes_of(old: str | None, new: str | None) -> tuple[ChangeClass, ...]:
    """What a change from ``old`` to ``new`` does, the gravest first; WORDING where it does none of the rest."""
    if old is None or new is None:
        return (ChangeClass.ADDED,) if old is None else (ChangeClass.REMOVED,)
    before, after = read_provision(old), read_provision(new)
    moves = [obligation_move(before, after), *(_figure_move(a, b) for a, b in _paired(before, after))]
    differs = any(move is not None for move in moves[1:]) or len(before.figures) != len(after.figures)
    deadline = 0
    if before.years and after.years and max(before.years) != max(after.years):
        deadline = 1 if max(after.years) < max(before.years) else -1
    signs = {sign for sign in [*moves, deadline] if sign}
    held = {
        ChangeClass.WEAKENED: -1 in signs,
        ChangeClass.STRENGTHENED: 1 in signs,
        ChangeClass.DEADLINE: set(before.years) != set(after.years),
        ChangeClass.FIGURE: differs,
        ChangeClass.SCOPE: before.scopes != after.scopes,
        ChangeClass.AUTHORITY: before.authorities != after.authorities,
    }
    return tuple(kind for kind, holds in held.items() if holds) or (ChangeClass.WORDING,)


def gravest_first(changes: Sequence[ChangedSentence]) -> list[ChangedSentence]:
    """``changes`` by the gravest thing that each does, weakened before strengthened; what only moved comes last."""
    order = [*ChangeClass, None]
    return sorted(changes, key=lambda change: order.index(change.classes[0] if change.classes else None))


def _paired(before: Provision, after: Provision) -> list[tuple[Figure, Figure]]:
    """The figures of both that are for the same thing."""
    if not before.figures or not after.figures:
        return []
    own, theirs = ([(f.span, f) for f in p.figures] for p in (before, after))
    found = []
    for span, other in paired_figures(before.text, after.text):
        one = next((f for s, f in own if s[0] < span[1] and span[0] < s[1]), None)
        two = next((f for s, f in theirs if s[0] < other[1] and other[0] < s[1]), None)
        if one and two:
            found.append((one, two))
    return found


def obligation_move(before: Provision, after: Provision) -> int:
    """1 where the obligation is stricter, -1 where it is laxer, 0 where it is the same."""
    degrees = [(_STRENGTH[p.binding] + p.forbids, -p.softened) for p in (before, after)]
    return (degrees[1] > degrees[0]) - (degrees[1] < degrees[0])


def _figure_move(old: Figure, new: Figure) -> int | None:
    """The same for one figure and its new value; None for the same value, 0 where nothing says which is stricter."""
    if old.value is None or new.value is None or (old.value, old.unit, old.high) == (new.value, new.unit, new.high):
        return None
    if old.unit != new.unit:
        return 0
    grew = (new.value > old.value) - (new.value < old.value)
    comparators, changes = {comparator_of(old), comparator_of(new)}, {change_of(old), change_of(new)}
    if comparators <= _RISES or changes & {Trend.FALL, Trend.RISE}:
        return grew  # more to be reached, or a larger change
    return -grew if comparators <= _FALLS else 0


def say_difference(quotes: Mapping[str, str], names: Mapping[str, str]) -> tuple[DifferencePart, ...]:
    """What each of several plans does, for one sentence on their difference; () where they do the same.

    ``quotes`` are their answering sentences and ``names`` what they are called, by plan id.
    """
    read = {plan: read_provision(text) for plan, text in quotes.items()}
    if len(read) < 2 or len({(p.verb, _values(p), p.years) for p in read.values()}) < 2:
        return ()
    verbs_differ = len({p.verb for p in read.values()}) > 1
    parts = []
    for plan, provision in read.items():
        others = {value for other in read.values() if other is not provision for value in _values(other)}
        span = _telling(provision, others, verbs_differ)
        parts.append(DifferencePart(plan, names.get(plan, plan), provision.verb, provision.text[slice(*span)], span))
    return tuple(parts)


def _values(provision: Provision) -> tuple[_Value, ...]:
    return tuple((figure.value, figure.unit) for figure in provision.figures)


def _telling(provision: Provision, others: Collection[_Value], verbs_differ: bool) -> Span:
    """The clause that the difference is about: of the binding words, else of a figure not among ``others``."""
    text = provision.text
    own = [f.span for f, value in zip(provision.figures, _values(provision), strict=True) if value not in others]
    at = own[0] if own else (0, 1)
    if provision.words and (verbs_differ or not own):
        at = provision.words
    cuts = [0, *(m.end() for m in _CLAUSE_END.finditer(text)), len(text)]
    start = max(cut for cut in cuts if cut <= at[0])
    end = min((cut for cut in cuts if cut >= at[1] and cut - start >= _SHORTEST), default=len(text))
    words = provision.words
    if words and start <= words[0] < end and _TAKES_OBJECT.fullmatch(text[slice(*words)]):
        behind = words[1]
        if text[behind:end].strip(" .,;:，；：。"):
            start = behind if end - behind >= _SHORTEST else start
    passive = _PASSIVE.search(text, start, words[0]) if words and provision.forbids and words[0] >= start else None
    if passive and passive.start() > start:
        end = passive.start()
    start += len(text[start:end]) - len(text[start:end].lstrip(" ,;:，；：\n"))
    end = start + len(text[start:end].rstrip(" ,;:.，；：。\n"))
    if end - start > _LONGEST_PART:
        cut = text.rfind(" ", start, start + _LONGEST_PART)
        end = cut if cut > start else start + _LONGEST_PART
    return start, end
