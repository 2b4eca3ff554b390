"""The figures of a sentence, each with its clause.

Commas end a clause unless they only separate the members of a list that a later verb has as its subject
("hydropower, wind power and solar power will reach …").
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

from indexer.language.dates import WRITTEN_YEAR
from indexer.language.quantities import Quantity, find_quantities
from indexer.language.sentences import broken_figures
from indexer.types import Span

#: Characters before and after a figure in which the words about it are looked for; plans need 336 and 276.
REACH = 400
#: The same for words that touch the figure.
NEAR = 100
#: A sentence with more figures is a table, whose figures are no commitments.
MOST_FIGURES = 40
#: A comma or point inside a figure, "10,000.5", which ends no clause.
IN_FIGURE = r"(?<=\d)[,.](?=\d)"
_CUT = re.compile(r"[,;:](?=\D|$)|[，；：。]")
#: Markdown's label in bold type before a statement: "- **Targets.** Output will grow by 5%".
_LABEL = re.compile(r"[\s\-•>]{0,9}\*\*[^*]{1,80}[.:]\*\*\s+")
#: Verbs in a finite form: a clause that has one is complete.
MODAL = (
    r"(?:will|shall|should|must|would|need(?:s|ed)? to|(?:has|have) to|(?:is|are) (?:expected |planned "
    r"|required )?to\b"
    r"|(?:aim|strive|plan|intend|seek)(?:s|ing)? to|commit(?:s|ted)? to)"
)
FINITE = (
    r"(?:is|are|was|were|has|have|had|made up|makes? up|increased|decreased|declined|rose|grew|fell"
    r"|dropped|reached|emitted"
    r"|exceeded|amounted|accounted|remain(?:s|ed)?|stood|stands|falls|rises|grows|reaches|drops|exceeds|accounts"
    r"|amounts|totall?ed|came|comes)"
)
VERB = re.compile(
    rf"\b(?:{MODAL}|{FINITE})\b|达到?|为|超过|不低于|不超过|提高|提升|增加|降低|下降|减少|控制在|占(?!比)|降至|增至|增长",
    re.IGNORECASE,
)
_TIME_ONLY = re.compile(
    r"\W*(?:and |but )?(?:by|in|during|from|before|until|till|at|between|for|since|within|throughout|到|至|在)?"
    rf"[\s\"“”'’]*(?:the )?(?:end of )?(?:[^\s]+ ){{0,4}}?(?:(?:(?:19|20)\d\d|{WRITTEN_YEAR})\s?年?"
    r"|(?:Five[- ]Year Plan|decade)\S*(?: period)?"
    r"|\S{1,4}五\S{0,4})\W*",
    re.IGNORECASE,
)
_DETERMINER = re.compile(
    r"\s*(?:(?:and|while|but|as well as) )?(?:the|a|an|its|our|all|each|every|total|annual)\b", re.I
)
_WORD_BEFORE = 20  # characters that hold "between " or "from "
_LONGEST_TIME = 100  # characters of a clause that only names a time
_LINK = re.compile(r"\s?(?:-|–|—|~|～|to|至|到)\s?")
_BETWEEN = re.compile(r"\bbetween\s+$", re.IGNORECASE)
_SCALE_WORD = re.compile(r"\b(?:hundred|thousand|million|billion|trillion)\b|[万亿]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of ``sentence``: ``span`` is of the sentence; ``clause`` that of the words it belongs to.

    ``value`` is None where the source cut it off. ``previous`` is the end of the figure before.
    """

    sentence: str
    span: Span
    value: float | None
    high: float | None
    unit: str
    clause: Span
    previous: int

    @property
    def text(self) -> str:
        return self.sentence[slice(*self.span)]

    @property
    def before(self) -> str:
        """The clause up to the figure, ``REACH`` characters of it at most."""
        return self.sentence[max(self.clause[0], self.span[0] - REACH) : self.span[0]]

    @property
    def near(self) -> str:
        """The last ``NEAR`` characters of the clause up to the figure."""
        return self.sentence[max(self.clause[0], self.span[0] - NEAR) : self.span[0]]

    @property
    def after(self) -> str:
        """The clause after the figure, ``REACH`` characters of it at most."""
        return self.sentence[self.span[1] : min(self.clause[1], self.span[1] + REACH)]


def find_figures(sentence: str) -> list[Figure]:
    """The figures of ``sentence`` in order, a range as one, cut-off ones without a value; none of a table's row."""
    broken = broken_figures(sentence)
    found = _joined(sentence, find_quantities(sentence, broken))
    spans = [quantity.span for quantity, _ in found]
    for span in broken if len(found) <= MOST_FIGURES else ():
        if not any(a < span[1] and span[0] < b for a, b in spans):
            found.append((Quantity(span, 0.0, "", cut_off=True), None))
    if not 0 < len(found) <= MOST_FIGURES:
        return []
    found.sort(key=lambda pair: pair[0].span)
    pieces = _pieces(sentence, [quantity.span for quantity, _ in found])
    verbs = [match.span() for match in VERB.finditer(sentence)]
    figures: list[Figure] = []
    previous = 0
    for quantity, high in found:
        value, unit = (None, "") if quantity.cut_off else (quantity.value, quantity.unit)
        clause = _clause(sentence, pieces, verbs, quantity.span, previous)
        if figures and _in_subject(figures[-1], clause, verbs, quantity.span):
            previous = figures[-1].previous
        figures.append(Figure(sentence, quantity.span, value, None if value is None else high, unit, clause, previous))
        previous = quantity.span[1]
    return figures


def _in_subject(earlier: Figure, clause: Span, verbs: Sequence[Span], span: Span) -> bool:
    """Whether ``earlier`` is among the words that the verb before ``span`` has as its subject."""
    start, end = earlier.span
    if not clause[0] <= start < clause[1] or earlier.value is None:
        return False
    return _first_within(verbs, clause[0], start) is None and _first_within(verbs, end, span[0]) is not None


def _first_within(spans: Sequence[Span], start: int, end: int) -> Span | None:
    """The first of ``spans``, which are in order, that lies within ``start`` and ``end``."""
    at = bisect_left(spans, (start, start))
    return spans[at] if at < len(spans) and spans[at][1] <= end else None


def _joined(sentence: str, quantities: list[Quantity]) -> list[tuple[Quantity, float | None]]:
    """(low, high) where two figures are the ends of a range, else (figure, None)."""
    found: list[tuple[Quantity, float | None]] = []
    for quantity in quantities:
        if found and found[-1][1] is None:
            low = found[-1][0]
            link = sentence[low.span[1] : quantity.span[0]]
            start = sentence[max(0, low.span[0] - _WORD_BEFORE) : low.span[0]]
            between = _BETWEEN.search(start) and link.strip() == "and"
            if (between or (_LINK.fullmatch(link) and not re.search(r"\bfrom\s+$|从$|由$", start))) and (
                low.unit in ("", quantity.unit)
            ):
                value = low.value
                if between and not low.unit and not _SCALE_WORD.search(sentence[slice(*low.span)]):
                    figure = sentence[slice(*quantity.span)]
                    number = re.match(r"[\d.,]+", figure)
                    if number and _SCALE_WORD.search(figure):
                        value *= quantity.value / float(number.group().replace(",", ""))
                if value < quantity.value:
                    cut_off = low.cut_off or quantity.cut_off
                    found[-1] = (
                        Quantity((low.span[0], quantity.span[1]), value, quantity.unit, cut_off),
                        quantity.value,
                    )
                    continue
        found.append((quantity, None))
    return found


def _pieces(sentence: str, figures: list[Span]) -> list[Span]:
    """The stretches between the sentence's commas, none of which is inside a figure or brackets."""
    cuts = [0]
    last = opened = figure = 0
    for match in _CUT.finditer(sentence):
        end = match.end()
        while figure < len(figures) and figures[figure][1] < end:
            figure += 1
        inside = figure < len(figures) and figures[figure][0] < end
        opened += sentence.count("(", last, match.start()) - sentence.count(")", last, match.start())
        last = match.start()
        if not inside and opened <= 0:
            cuts.append(end)
            opened = 0
    return [(a, b) for a, b in pairwise([*cuts, len(sentence)]) if sentence[a:b].strip()]


def _names_a_time(piece: str) -> bool:
    return len(piece) <= _LONGEST_TIME and _TIME_ONLY.fullmatch(piece) is not None


def _clause(sentence: str, pieces: list[Span], verbs: Sequence[Span], figure: Span, previous: int) -> Span:
    """The piece that holds ``figure``, with the pieces before it that its verb's subject needs."""
    index = max(0, bisect_right(pieces, figure[0], key=itemgetter(0)) - 1)
    start, end = pieces[index] if pieces else (0, len(sentence))
    end = max(end, figure[1])
    verb = _first_within(verbs, start, figure[0])
    subject = sentence[start : verb[0]] if verb else ""
    if not verb or _DETERMINER.match(subject) or start <= previous:
        return start, end
    for i in range(index - 1, -1, -1):
        a, b = pieces[i]
        piece = sentence[a:b]
        if a < previous or _first_within(verbs, a, b) or _names_a_time(piece) or piece.rstrip()[-1:] in ";:；：":
            return (pieces[i + 1][0], end) if not subject.strip() or i + 1 < index else (start, end)
        if _DETERMINER.match(piece):
            return a, end
        if re.match(r"\s*(?:so that|which|where|that)\b", piece):
            return start, end
    return (start, end) if subject.strip() else (pieces[0][0], end)


def without_label(words: str) -> str:
    """``words`` without the label in bold type that opens them."""
    label = _LABEL.match(words)
    return words[label.end() :] if label else words
