"""Headings and numbering -> the section tree.

A loader that knows the headings (Markdown, PDF bookmarks) hands them over. Otherwise the numbering
tells: "1." parts holding "(1)" sections holding "1." items again, "一、" with "（一）", "2.3.1". The same
mark can mean two depths ("3." the next item or the next part), so marks are read in order against
the sequences that are open, and the mark that follows decides where both would fit.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from indexer.language.numerals import CHINESE_DIGITS, ordinal_number
from indexer.language.sentences import fold_space
from indexer.types import Section, Span

_MARK = re.compile(
    rf"""^[ \t]*(?P<mark>
        (?P<word>(?:Chapter|Part|Section|Article)\s+(?P<word_n>\d{{1,3}}|[IVX]{{1,6}}))\b[.:]?
      | (?P<cjkword>第(?P<cjkword_n>[零〇{CHINESE_DIGITS}十百\d]{{1,5}})[章节部条分])
      | (?P<cjk>(?P<cjk_n>[{CHINESE_DIGITS}十]{{1,3}})、)
      | (?P<paren>[(（](?P<paren_n>\d{{1,2}}|[A-Z][a-z]{{2,5}}|[{CHINESE_DIGITS}十]{{1,3}})[)）])
      | (?P<decimal>(?P<decimal_n>\d{{1,2}}(?:\.\d{{1,2}}){{1,4}})\.?)(?=\s+[A-Z\u4e00-\u9fff])
      | (?P<number>(?P<number_n>\d{{1,2}})[.、．])(?=\s*[^\d\s.])
    )[ \t]*""",
    re.MULTILINE | re.VERBOSE,
)
#: A line of a table of contents: a title, then dots or a new cell, then the page.
_ENTRY = re.compile(r"^[^\n]{1,300}\d[ \t]{0,20}$", re.MULTILINE)
_ENTRY_PAGE = re.compile(r"(?:[ \t]{0,20}(?:[.…·_][ \t]?){3,}|[ \t]+\|[ \t]+|\t+)(\d{1,4})[ \t]*$")
_ENTRY_TITLE = re.compile(r"[^\W\d_]{2}")
_FEWEST_ENTRIES = 4
_BETWEEN_ENTRIES = 4  # line ends: an entry may go over a line, a part's title has no page
#: Sequences may lose a mark or two to a bad source; a longer jump is no heading.
_LARGEST_GAP = 3
#: Levels of sections; deeper ones are lists.
_DEEPEST = 9
#: The mark of an article of a regulation, which has no title, and how many make a regulation.
_ARTICLE, _FEWEST_ARTICLES = "条", 3
_NEAR = 400  # characters around a mark that are looked at
#: Words that a title may have before it is cut; longer labels do not fit a breadcrumb.
_TITLE_WORDS = 12
#: What formulas calculate with; most signs have another meaning where no space parts them from words.
_OPERATOR = re.compile(r"[×÷∑∏∫√∂≤≥≠]|(?<!\S)[-−+*/·∙x](?!\S)")
_EQUALS = re.compile(r"[=≈≅≡∝]")
_WORD = re.compile(r"[^\W\d_]{3}|[\u4e00-\u9fff]")
#: A letter with its index, such as "Pn"; two capitals are an abbreviation.
_SYMBOL = re.compile(r"[A-Za-zΑ-ω][a-zα-ω\d₀-₉⁰¹²³⁴-⁹_′][\d₀-₉⁰¹²³⁴-⁹_′]{0,3}")
_PREPOSITION = re.compile(r"(?:of|for|to|in|on|and|with|by|the|from|at|between|through)\b|the\b")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that a loader knows: its line's ``start`` and ``end``, and its ``level`` from 1."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: str
    value: int
    start: int
    end: int  # where the words behind the mark begin
    text: str
    depth: int = 0


def build_sections(text: str, headings: Sequence[Heading] = (), contents: Sequence[Span] = ()) -> tuple[Section, ...]:
    """The section tree of ``text`` in reading order; from ``headings`` where a loader found any.

    What stands within ``contents``, the spans of contents pages, is no heading but their first line. Raises nothing: a
    text without marks has no sections.
    """
    if headings:
        flat = _with_articles(text, [_known(text, h) for h in headings if not _is_within(contents, h.start)], contents)
    else:
        flat = [_numbered(text, mark) for mark in _order(text, _find_marks(text, contents))]
    return _nest(flat, len(text))


def is_formula(line: str) -> bool:
    """Whether ``line`` is a formula or a lone symbol, which is no heading in whatever type it is set apart.

    "Less waste = more jobs", which equates words and calculates nothing, is none.
    """
    written = line.strip()
    sides = _EQUALS.split(written)
    calculates = bool(_OPERATOR.search(written))
    if len(sides) > 1:
        return calculates or not all(map(_WORD.search, sides))
    return bool(_SYMBOL.fullmatch(written)) or (calculates and not _WORD.search(written))


def section_at(sections: Sequence[Section], offset: int) -> int | None:
    """Index of the innermost section that holds ``offset``, or None before the first."""
    found: int | None = bisect_right(sections, offset, key=lambda section: section.start) - 1
    while found is not None and found >= 0 and offset >= sections[found].end:
        found = sections[found].parent
    return found if found is None or found >= 0 else None


def section_path(sections: Sequence[Section], index: int | None) -> tuple[str, ...]:
    """Labels from the outermost section in to ``sections[index]``."""
    path: list[str] = []
    while index is not None:
        path.append(sections[index].label)
        index = sections[index].parent
    return tuple(reversed(path))


def contents_spans(text: str) -> list[Span]:
    """Spans of the tables of contents in ``text``: entries line by line whose page numbers never fall."""
    found: list[Span] = []
    run: list[tuple[Span, int]] = []
    for entry in [*_entries(text), None]:
        if run and entry:
            (_, end), page = run[-1]
            goes_on = page <= entry[1] and text.count("\n", end, entry[0][0]) <= _BETWEEN_ENTRIES
        else:
            goes_on = False
        if not goes_on:
            if len(run) >= _FEWEST_ENTRIES:
                found.append((run[0][0][0], run[-1][0][1]))
            run = []
        if entry:
            run.append(entry)
    return found


def _entries(text: str) -> Iterator[tuple[Span, int]]:
    """Lines that may be entries of a table of contents, with their page numbers."""
    for line in _ENTRY.finditer(text):
        page = _ENTRY_PAGE.search(text, *line.span())
        if page and _ENTRY_TITLE.search(text, line.start(), page.start()):
            yield line.span(), int(page[1])


def _is_within(spans: Sequence[Span], offset: int) -> bool:
    """Whether ``offset`` lies within one of ``spans``, which are in order, behind its beginning."""
    at = bisect_left(spans, offset, key=itemgetter(0)) - 1
    return at >= 0 and offset < spans[at][1]


def _find_marks(text: str, contents: Sequence[Span]) -> list[_Mark]:
    marks = []
    entries = contents_spans(text)
    for m in _MARK.finditer(text):
        if _is_within(contents, m.start()) or _is_within(entries, m.start() + 1):
            continue
        if m["word"] and re.match(r"\(|[a-z]", text[m.end() :]):
            continue  # a sentence goes on with "Article 7 of the Act"
        if is_formula(text[m.end() : _line_end(text, m.end())]):
            continue
        kind = next(k for k in ("word", "cjkword", "cjk", "paren", "decimal", "number") if m[k])
        kind_name = {"cjk": "cjk", "cjkword": m["cjkword"][-1:] if m["cjkword"] else ""}.get(kind, kind)
        value = ordinal_number(m[f"{kind}_n"].rsplit(".", 1)[-1])  # of "2.3" the last place
        if value is not None:
            marks.append(_Mark(kind_name, value, m.start("mark"), m.end(), m["mark"].strip()))
    return marks


def _order(text: str, marks: list[_Mark]) -> list[_Mark]:
    """``marks`` that are headings, each with its depth, read against the open sequences."""
    kept: list[_Mark] = []
    open_marks: list[_Mark] = []  # the innermost open sequence last
    decimals = sum(mark.kind == "decimal" for mark in marks)
    for i, found in enumerate(marks):
        mark = _split_glued(text, found, open_marks, decimals)
        if mark.kind == "decimal":
            depth = mark.text.rstrip(".").count(".")
            open_marks = open_marks[:depth]
        else:
            following = marks[i + 1] if i + 1 < len(marks) else None
            fitting = _depth(text, mark, open_marks, following)
            if fitting is None:
                continue
            depth = fitting
        placed = replace(mark, depth=depth)
        open_marks = [*open_marks[:depth], placed]
        kept.append(placed)
    return kept


def _split_glued(text: str, mark: _Mark, open_marks: list[_Mark], decimals: int) -> _Mark:
    """A lone "2.3." after a broken sentence is a figure's stump "2." and the mark "3."."""
    if mark.kind != "decimal" or decimals > 2 or not open_marks:
        return mark
    expected = open_marks[-1].kind == "number" and open_marks[-1].value == mark.value - 1
    broken = text[max(0, mark.start - _NEAR) : mark.start].rstrip()[-1:] not in ".!?。"
    if not (expected and broken):
        return mark
    own = f"{mark.value}."
    start = mark.start + mark.text.rstrip(".").rfind(".") + 1
    return _Mark("number", mark.value, start, mark.end, own)


def _depth(text: str, mark: _Mark, open_marks: list[_Mark], following: _Mark | None) -> int | None:
    """Depth at which ``mark`` goes on with a sequence or opens one; None if it is no heading."""
    same = [d for d, m in enumerate(open_marks) if m.kind == mark.kind]
    if not same:
        return len(open_marks) if len(open_marks) < _DEEPEST else None
    if mark.value == 1:
        deeper = len(open_marks) if len(open_marks) < _DEEPEST else None
        return same[-1] if same[-1] == len(open_marks) - 1 else deeper
    gaps = {d: mark.value - open_marks[d].value for d in same}
    fitting = [d for d in same if 1 <= gaps[d] <= _LARGEST_GAP]
    exact = [d for d in fitting if gaps[d] == 1]
    if len(fitting) > 1 and exact:
        # The next item or the next part? A part holds sections, or is a title and no more.
        opens = following is not None and following.kind != mark.kind and following.value == 1
        return exact[0] if opens or _stands_alone(text, mark) else fitting[-1]
    return next(reversed(exact or fitting), None)


def _stands_alone(text: str, mark: _Mark) -> bool:
    """Whether the mark's line holds a title and no sentence."""
    line = text[mark.end : _line_end(text, mark.end)].strip()
    return len(line.split()) <= _TITLE_WORDS and not re.search(r"[.;][\"”]?\s+\S|[。；]\S", line)


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _numbered(text: str, mark: _Mark) -> Section:
    """A section, not yet nested, from a mark: a title on its own line, or run into its text."""
    line_end = _line_end(text, mark.end)
    line = text[mark.end : line_end]
    if mark.kind == _ARTICLE:
        title, body = "", mark.end
    elif _stands_alone(text, mark) and line.strip():
        rest = text[line_end : line_end + _NEAR].lstrip()
        title = fold_space(line + _continuation(line, rest))
        body = line_end
    else:
        title = _run_in_title(line)
        body = mark.end
    title = title.strip(" .,;:，。；：-")
    return Section(mark.start, body, len(text), mark.depth + 1, mark.text, title, None)


def _continuation(line: str, rest: str) -> str:
    """What a title broken over a line still lacks, from the text ``rest`` behind it."""
    if line.rstrip()[-1:] in ",.;:，。；：" or not (rest[:1].islower() or line.split()[-1:] == ["During"]):
        return ""
    if rest[:1].islower() and not _PREPOSITION.match(rest):
        return ""
    clause = re.split(r"[,.;:，。；：\n]", rest, maxsplit=1)[0]
    return f" {clause}" if len(clause.split()) <= _TITLE_WORDS - 4 else ""


def _run_in_title(line: str) -> str:
    """The title that opens a paragraph: its first sentence if short, else its first clause."""
    sentence = re.split(r"[.。](?=\s|[A-Z])|[。：:]", line, maxsplit=1)[0]
    if len(sentence.split()) <= _TITLE_WORDS and len(sentence) <= 100:
        return sentence
    clause = ""
    for piece in re.split(r"(?<=[,;，；])\s*", sentence):
        clause = f"{clause} {piece}".strip()
        if len(clause.split()) >= 5 or len(clause) > 60:
            break
    words = clause.split()
    if len(words) > _TITLE_WORDS:
        return " ".join(words[:_TITLE_WORDS]) + "…"
    return clause if len(clause) <= 100 else clause[:100] + "…"


def _known(text: str, heading: Heading) -> Section:
    """A section, not yet nested, from a heading that a loader found."""
    words = fold_space(text[heading.start : heading.end].strip().strip("#"))
    mark = _MARK.match(words)
    number, title = (mark["mark"].strip(), words[mark.end() :]) if mark else ("", words)
    return Section(heading.start, heading.end, len(text), heading.level, number, title.strip(), None)


def _with_articles(text: str, known: list[Section], contents: Sequence[Span]) -> list[Section]:
    """``known`` with the articles (第一条) below each heading, by which regulations are cited; no format knows them."""
    marks = [mark for mark in _find_marks(text, contents) if mark.kind == _ARTICLE]
    if len(marks) < _FEWEST_ARTICLES:
        return known
    starts = [section.start for section in known]
    above = [known[at - 1] if (at := bisect_right(starts, mark.start)) else None for mark in marks]
    articles = [
        _numbered(text, replace(mark, depth=heading.level if heading else 0))
        for mark, heading in zip(marks, above, strict=True)
        if not heading or mark.start >= heading.body
    ]
    return sorted(known + articles, key=lambda section: section.start)


def _nest(flat: list[Section], text_end: int) -> tuple[Section, ...]:
    """``flat`` sections with their ends and parents filled in from their levels."""
    placed: list[Section] = []
    open_indices: list[int] = []
    for section in flat:
        while open_indices and placed[open_indices[-1]].level >= section.level:
            closed = open_indices.pop()
            placed[closed] = replace(placed[closed], end=section.start)
        parent = open_indices[-1] if open_indices else None
        open_indices.append(len(placed))
        placed.append(replace(section, parent=parent, end=text_end))
    return tuple(placed)
