"""Text -> sentence spans, and the figures in a sentence that the source has broken off.

Real plans have sentences glued together ("fields.We"), paragraphs broken in mid-sentence by a page or a heading style,
numbers that open a line, and Chinese punctuation. Spans refer to the text as given; nothing is repaired here.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter

from indexer.language.chinese import is_chinese
from indexer.language.dates import SHORT_MONTHS
from indexer.language.stopwords import FUNCTION_WORDS
from indexer.types import Span

# A line that opens with one of these starts a new sentence in any case.
LINE_OPENER = re.compile(
    r"""[ \t>]*(?:
        \#{1,6}\s                                   # Markdown heading
      | [-*•·–—●▪◦]\s*(?=\S)                        # bullet
      | \d{1,2}(?:\.\d{1,2}){0,4}[.、．)](?=\s*\D)   # 1.  2.3.  4)
      | \d{1,2}(?:\.\d{1,2}){1,4}\s+(?=[A-Z])       # 2.3 Title
      | [(（](?:\d{1,2}|[ivx]{1,4}|[a-z]|[A-Z][a-z]{2,8}|[一二三四五六七八九十]{1,3})[)）]
      | [一二三四五六七八九十]{1,3}、
      | 第[零〇一二三四五六七八九十百\d]{1,5}[章节部条]
      | (?:Chapter|Part|Section|Article|Annex)\s+(?:\d+|[IVX]+)\b
      | \|                                          # table row
    )""",
    re.VERBOSE,
)
# a run of blanks is tried from its first only: from each in turn would take the square of its length
_LINE_BREAK = re.compile(r"(?<![ \t\x0c])[ \t\x0c]*\n\s*")
_TERMINAL = ".!?。！？"
_CLOSING = "\"'”’»)）]』」》⁰¹²³⁴⁵⁶⁷⁸⁹"  # the mark of a footnote stands behind the stop
# Stops that usually do not end a sentence; compared in lower case without the stop.
_ABBREVIATIONS = frozenset(
    "e.g i.e etc. no nos art arts fig figs vol dr mr mrs ms prof st vs cf ca approx dept est sec "
    "para paras u.s u.k u.n".split()
) | {short.lower() for short in SHORT_MONTHS}
_INITIALS = re.compile(r"[A-Z]|(?:[A-Za-z]\.)+[A-Za-z]")
_LINE_NUMBER = re.compile(r"[ \t#>*-]*\d{1,2}(?:\.\d{1,2})*")
# The rest of a figure that was cut off; it stays in the sentence it belongs to.
_FRAGMENT = re.compile(r"\d{1,3}\.(?=\s+[A-Z]|\s*$)")
_WIDE_STOPS = "。！？；"
_STOP = re.compile(r"[.!?。！？；]+[\"'”’»)）\]』」》⁰¹²³⁴⁵⁶⁷⁸⁹]*")
#: In brackets, a title or quotes a Chinese stop ends nothing, unless the closing mark ends the sentence with it.
_QUOTED = re.compile(r"（[^（）\n]{1,150}）|《[^《》\n]{1,80}》|“[^“”\n]{1,150}”|「[^「」\n]{1,150}」")
# Above this many characters a line is a whole paragraph; below it may be a wrapped line.
_WRAP_WIDTH = 120

#: Characters. Longer runs without a stop are no sentences, and what reads a sentence may take the square of its length.
#: The longest sentence of nine plans has 1,832.
LONGEST_SENTENCE = 2_000
_BOUNDS = ("\n", "; ", "；", ", ", "，", " ")
#: A cell that holds a figure, and how many of them make a line a table's.
_CELL_FIGURE = re.compile(r"[(\[<>≈~$€£¥+−–-]*\d[\d.,:/%–-]*[)\]%*]*")
_ROW_FIGURES = 3
_ROW = re.compile(r"^[^\n]*? \| [^\n]*$", re.MULTILINE)
_LONGEST_ROW = 600  # characters; the cells of a longer one are paragraphs

_WIDE = r"[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60]"
# Characters between the two parts of a word, or of a Chinese sentence, that a line end broke.
# It opens with one character class, which lets the engine skip all other characters fast.
BROKEN_WORD = re.compile(
    r"[\x02\u00ad\n \t](?:(?<=\w[\x02\u00ad])\s*(?:[\x02\u00ad]\s*)*|(?<=\w-\n)(?=\w)"
    rf"|(?<={_WIDE}[\n \t])(?:(?<=\n)|[ \t]*\n)[ \t]*(?={_WIDE}))"
)
_WORD = re.compile(r"\S+")

# "will reach 1." with nothing after the point; "2020. 14." where a clause was lost;
# "will reach" at a broken end; "by 1.3 compared" where the unit was lost.
_LEADS = r"(?:reach(?:es|ed|ing)?|exceed(?:s|ed)?|about|approximately|around|than|to|by|over|nearly|be)"
_BROKEN_AT_END = (
    re.compile(rf"\b{_LEADS}\s+(\d{{1,3}}\.)[\"'”’]?\s*$"),
    re.compile(r"(?<=\d{4}\. )(\d{1,3}\.)\s*$"),
    re.compile(r"\b((?:will|should|shall|to) (?:reach|exceed|be about|be more than))\s*$"),
)
#: Characters searched at the end of a sentence, or before a figure.
_END = 60
_BROKEN_WITHIN = re.compile(r"(?<!\d)(\d+\.\d+) (?=(?:compared|by|in|on|than|and|or|with|from)\b)")
_LED = re.compile(rf"\b{_LEADS} $")


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of ``text``, in order, without surrounding white space.

    Every character that is not white space lies in exactly one span. A heading on a line of its own
    is a span too, and so is a table's row, unless it is long prose. No span is longer than ``LONGEST_SENTENCE``.
    """
    stops = _outside_rows(text, _stop_cuts(text))
    cuts = sorted({0, len(text), *_paragraph_cuts(text), *stops})
    spans: list[Span] = []
    for start, end in pairwise(cuts):
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            begin = start + piece.index(stripped[0])
            spans += _bounded(text, begin, begin + len(stripped))
    return spans


def _outside_rows(text: str, cuts: list[int]) -> list[int]:
    """``cuts`` but for those within a table's row."""
    rows = [row.span() for row in _ROW.finditer(text) if len(row[0]) <= _LONGEST_ROW] if " | " in text else []
    starts = [start for start, _ in rows]
    return [cut for cut in cuts if not (at := bisect_left(starts, cut)) or cut >= rows[at - 1][1]]


def _bounded(text: str, start: int, end: int) -> Iterator[Span]:
    """The span in pieces of ``LONGEST_SENTENCE`` at most, cut after a line, a clause or a word where there is one."""
    while end - start > LONGEST_SENTENCE:
        last = start + LONGEST_SENTENCE
        cut = next(
            (at for mark in _BOUNDS if (at := text.rfind(mark, start + LONGEST_SENTENCE // 2, last)) >= 0), last - 1
        )
        yield start, start + len(text[start : cut + 1].rstrip())
        start = cut + 1
        while text[start].isspace():
            start += 1
    yield start, end


@lru_cache(maxsize=1)
def sentences_of_plan(text: str) -> tuple[Span, ...]:
    """``split_sentences`` of a whole plan, cached until ``forget_plan``: adding a plan needs it twice."""
    return tuple(split_sentences(text))


def broken_figures(sentence: str) -> list[Span]:
    """Spans in ``sentence`` where the source breaks a figure off ("will reach 1.")."""
    end = max(0, len(sentence) - _END)
    at_end = {m.span(1) for pattern in _BROKEN_AT_END for m in pattern.finditer(sentence, end)}
    within = {
        m.span(1)
        for m in _BROKEN_WITHIN.finditer(sentence)
        if _LED.search(sentence, max(0, m.start() - _END), m.start())
    }
    return sorted(at_end | within)


def all_broken_figures(text: str) -> list[Span]:
    """Spans in ``text`` where the source breaks a figure off, sentence by sentence."""
    return _broken_in(text, split_sentences(text))


@lru_cache(maxsize=1)
def broken_figures_of_plan(text: str) -> tuple[Span, ...]:
    """``all_broken_figures`` of a whole plan, cached until ``forget_plan``."""
    return tuple(_broken_in(text, sentences_of_plan(text)))


def forget_plan() -> None:
    """Drop the cached plan: a file of records may hold 200 MB."""
    sentences_of_plan.cache_clear()
    broken_figures_of_plan.cache_clear()


def _broken_in(text: str, sentences: Iterable[Span]) -> list[Span]:
    return [(a + c, a + d) for a, b in sentences for c, d in broken_figures(text[a:b])]


#: Characters of a Chinese heading.
_LONGEST_WIDE_HEADING = 40


def is_heading_like(sentence: str) -> bool:
    """Whether ``sentence`` is a heading or label rather than a statement: short, without a stop."""
    bare = sentence.rstrip().rstrip(_CLOSING)
    if is_row(bare):
        return False
    longest = _LONGEST_WIDE_HEADING if is_chinese(bare) else 120
    return len(bare.split()) <= 14 and len(bare) <= longest and bare[-1:] not in _TERMINAL + ";；"


def is_row(line: str) -> bool:
    """Whether ``line`` is a table's row, "a | b | c"."""
    return " | " in line


def is_figure_row(line: str) -> bool:
    """Whether ``line`` is a table's row without bars: half of its words are figures, and no function word is there."""
    if len(line) > _WRAP_WIDTH:
        return False
    cells = line.split()
    figures = sum(_CELL_FIGURE.fullmatch(cell) is not None for cell in cells)
    return figures >= max(_ROW_FIGURES, len(cells) / 2) and not any(cell.lower() in FUNCTION_WORDS for cell in cells)


@lru_cache(maxsize=4096)  # asked of every word's ends
def is_wide(character: str) -> bool:
    """Whether ``character`` is of a script that is written without spaces, or its punctuation."""
    return bool(re.match(_WIDE, character))


def fold_space(text: str) -> str:
    """``text`` as one line: white space folded, words broken over a line end joined again.

    A soft hyphen at the line end goes, a hyphen of the word's own stays; Chinese lines join without a
    space. Libraries store offsets into the result: a change here needs a new library format.
    """
    if "\n" in text or "\u00ad" in text or "\x02" in text:
        text = BROKEN_WORD.sub("", text)
    return " ".join(text.split())


def folded_places(text: str, folded: str) -> Sequence[int]:
    """Offsets in ``text`` of the characters of ``folded``, its ``fold_space``; a space has that of the next one."""
    if len(folded) == len(text):
        return range(len(text))  # folding only removes characters
    kept: list[int] | None = None
    if folded != " ".join(text.split()):
        edges = [0, *(edge for match in BROKEN_WORD.finditer(text) for edge in match.span()), len(text)]
        kept = [i for start, end in zip(edges[::2], edges[1::2], strict=True) for i in range(start, end)]
        text = "".join(map(text.__getitem__, kept))
    places: list[int] = []
    for word in _WORD.finditer(text):
        if places:
            places.append(word.start())
        places += range(*word.span())
    return [kept[place] for place in places] if kept else places


def _paragraph_cuts(text: str) -> list[int]:
    """Offsets at which a line break ends a sentence."""
    cuts = []
    line_start = 0
    for match in _LINE_BREAK.finditer(text):
        before = text[line_start : match.start()].rstrip()
        after = text[match.end() : match.end() + _WRAP_WIDTH]
        line_start = match.end()
        if not _continues(before, after, blank="\n" in match.group().strip(" \t")[1:]):
            cuts.append(match.end())
    return cuts


def _continues(before: str, after: str, *, blank: bool) -> bool:
    """Whether the line ``after`` continues the sentence of the line ``before``."""
    if not before or not after or before.lstrip().startswith("#") or LINE_OPENER.match(after):
        return False
    line = after.split("\n", 1)[0]
    if is_row(before) or is_row(line) or is_figure_row(before) or is_figure_row(line):
        return False
    bare = before.rstrip(_CLOSING)
    if bare[-1:] in _TERMINAL and not _abbreviated(bare):
        return False
    first = after[0]
    if first.islower() or first in ",;:，；：、)）":
        return True
    if blank:
        # "the original text of the / Plan is as follows": an article or preposition cannot end.
        return bare.rsplit(None, 1)[-1].lower() in _CANNOT_END
    return len(before) <= _WRAP_WIDTH


#: Characters of white space, signs and numbers with which a line may open.
_LONGEST_MARK = 60
_CANNOT_END = frozenset("a an the of to in for on by with from at as and or during under between".split())


def _stop_cuts(text: str) -> list[int]:
    """Offsets just after the stops that end a sentence inside a line."""
    cuts: list[int] = []
    quoted = None
    for match in _STOP.finditer(text):
        end = match.end()
        stop = match.group()
        if stop[0] in _WIDE_STOPS:
            quoted = quoted or [m.span() for m in _QUOTED.finditer(text)]
            around = bisect_right(quoted, match.start(), key=itemgetter(0)) - 1
            if around < 0 or quoted[around][1] <= match.start() or quoted[around][1] == end:
                cuts.append(end)
            continue
        before = text[max(0, match.start() - 24) : match.start() + 1]
        following = text[end : end + 3]
        if not following[:1].isspace():
            # glued: "fields.We will" but not "U.S.A", "file.Name" stays rare enough to accept
            glued = re.match(r"[A-Z][a-z]", following) and re.search(r"[a-z)%]\.[\"”)]?$", before)
            if stop == "." and glued and not _abbreviated(before):
                cuts.append(end)
            continue
        rest = text[end:].lstrip() if len(text) - end < 40 else text[end : end + 40].lstrip()
        if stop[0] == ".":
            if _abbreviated(before) or (rest and rest[0].islower()):
                continue
            if _opens_line(text, match.start()):
                continue
            fragment = _FRAGMENT.match(rest)
            if fragment and "\n" not in text[end : end + 2]:
                continue
        cuts.append(end)
    return cuts


def _abbreviated(before: str) -> bool:
    """Whether the text ending in a stop ends in an abbreviation or an initial."""
    last = before.rsplit(None, 1)[-1:]
    word = last[0].strip("(\"'“‘[").removesuffix(".") if last else ""
    return word.lower() in _ABBREVIATIONS or bool(_INITIALS.fullmatch(word))


def _opens_line(text: str, stop: int) -> bool:
    """Whether the stop at ``stop`` belongs to a number that opens its line ("3. Promote …")."""
    line_start = text.rfind("\n", max(0, stop - _LONGEST_MARK), stop) + 1
    if not line_start and stop > _LONGEST_MARK:
        return False
    return bool(_LINE_NUMBER.fullmatch(text, line_start, stop))
