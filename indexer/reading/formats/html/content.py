"""The main content of a web page: which of its runs of text are the document's, and which the site's.

trafilatura says where the content is; it leaves out headings, list items and rows that the page has between its
paragraphs. So the page itself is read, from the first run that trafilatura keeps to the last: what it keeps, and what
stands beside that in the same boxes and is no link. Furniture, known by HTML's landmarks, roles and class names, is
left out in any case. Where little of the page would be left, all of it counts but links and furniture.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from itertools import takewhile
from typing import Any

from lxml import etree

from indexer.language.matching import containment, shingles
from indexer.reading.formats.blocks import Blocks
from indexer.reading.formats.html.tables import cells_of, covered, unfold_layout
from indexer.reading.formats.html.walk import Run, bare, read

#: Cells of a table's row, of which trafilatura takes the square.
MOST_CELLS = 2_000
#: Cells that a page's cells may cover all together: trafilatura makes an element of every one.
MOST_COVERED = 100_000
#: Share of what a page holds without furniture from which the content found is believed. Of 0.3 to 0.6 on public pages.
_ENOUGH = 0.4
#: Share of links from which a run that trafilatura keeps is a link, and one that it leaves out.
_LINK, _LINKS = 0.8, 0.5
_LARGEST = 0.25  # of the page's letters; a larger box is no furniture, whatever it is called
_SHINGLE = 3  # words; three do not stand in the content and in the furniture by chance
_LONG = 40  # letters that no two places of a page have in common by chance
_PROSE = 60  # letters of a sentence that stands by itself
_STOP = re.compile(r"[.!?。！？;；:：…][\"'”’»)\]]*\s*$")

_SILENT = "script style noscript template iframe svg button select textarea head nav".split()
_LANDMARKS = frozenset("aside footer figure figcaption form header".split())
_CONTENT = frozenset("html body main article".split())
#: Roles of what lies over the page or leads away from it, and of all furniture.
_OVERLAYS = frozenset("navigation search dialog alertdialog menu menubar".split())
_ROLES = _OVERLAYS | frozenset("contentinfo complementary banner toolbar".split())
_NAMED = re.compile(
    r"""(?<![a-z])(?:nav|navbar|navbox|navigation|subnav|menu|footer|sidebar|comments?|cookies?|consent|related|recommended
      |shar(?:e|ing)|social|newsletter|breadcrumbs?|widget|banner|promo|promotion|advert|advertisement|ads|teaser|modal|popup
      |overlay|tags|pagination|pager|skip|toolbar|byline|caption|credits)(?![a-z])""",
    re.IGNORECASE | re.VERBOSE,
)
#: Elements between a list's or table's text and the box that the list stands in.
_PARTS = frozenset("li ul ol dl dt dd table thead tbody tfoot tr td th".split())


def find_content(tree: Any) -> Blocks:
    """The main content of a page as blocks; ``tree`` is taken apart."""
    letters = _letters_within(tree)
    _drop_overlays(tree, letters)
    unfold_layout(tree, letters)
    extracted = _extract(tree)
    etree.strip_elements(tree, *_SILENT, with_tail=False)
    runs = read(tree, Blocks())
    page = _Page(tree, runs)
    own = Blocks()
    kept: set[int] = set()
    if extracted is not None:
        said = read(extracted, own)
        # as a last resort trafilatura returns the page as one paragraph
        if len(said) > 1 or len(runs) <= 1:
            same = page.same(said)
            if 2 * sum(runs[i].letters for i in same) < sum(run.letters for run in said):
                return own  # it read what is no text of the page, such as a script's
            kept = page.grown(same)
    whole = page.whole()
    if page.letters_of(kept) < max(1, _ENOUGH * page.letters_of(whole)):
        kept = whole or set(range(len(runs)))
    found = Blocks()
    read(tree, found, kept)
    return found


def _letters_within(tree: Any) -> dict[Any, int]:
    """How many letters each element holds."""
    found: Counter[Any] = Counter()
    for element in reversed(list(tree.iter())):
        if element.tag not in ("script", "style"):
            found[element] += len(bare(element.text or ""))
        if (parent := element.getparent()) is not None:
            found[parent] += found[element] + len(bare(element.tail or ""))
    return found


def _drop_overlays(tree: Any, letters: Mapping[Any, int]) -> None:
    """Take away what a browser does not show, or shows over the page or as a way to others."""
    for element in letters:
        unseen = element.get("hidden") not in (None, "until-found")
        if (unseen or _role(element) in _OVERLAYS) and letters[element] <= _LARGEST * letters[tree]:
            element.drop_tree()


def _role(element: Any) -> str:
    return (element.get("role") or "").strip().lower()


def _extract(tree: Any) -> Any | None:
    """What trafilatura takes for the content; None where it finds nothing or would take too long."""
    from trafilatura import bare_extraction

    if any(len(cells_of(row)) > MOST_CELLS for row in tree.iter("tr")) or covered(tree) > MOST_COVERED:
        return None
    return getattr(bare_extraction(deepcopy(tree), include_comments=False, include_tables=True), "body", None)


class _Page:
    """A page by its runs, and which of them stand in furniture."""

    def __init__(self, tree: Any, runs: Sequence[Run]) -> None:
        self._runs = runs
        self._elements = list(tree.iter())  # in the order of the page: an element comes after its parent
        self._furniture = self._find_furniture()

    def letters_of(self, numbers: Iterable[int]) -> int:
        return sum(self._runs[i].letters for i in numbers)

    def same(self, said: Sequence[Run]) -> list[int]:
        """The numbers of runs outside furniture that ``said`` holds, too; of long ones that come again the first."""
        lines = {line for run in said for line in _lines(run)}
        within = {shingle for run in said for shingle in shingles(run.text, _SHINGLE)}
        found, seen = [], set()
        for number, run in enumerate(self._runs):
            if run.place in self._furniture:
                continue
            held = any(line in lines for line in _lines(run))
            if held or containment(shingles(run.text, _SHINGLE), within) >= 0.5:
                text = bare(run.text) if run.letters >= _LONG and not run.part else ""
                if text not in seen:
                    found.append(number)
                seen |= {text} - {""}
        return found

    def grown(self, same: Sequence[int]) -> set[int]:
        """The runs ``same`` with those between and beside them that are content, too."""
        runs = self._runs
        times = Counter(run.text.strip() for run in runs)
        sure = [i for i in same if runs[i].letters >= _LONG or times[runs[i].text.strip()] == 1]
        if not sure:
            return set()
        first, last = sure[0], sure[-1]
        beside = self._beside(sure)
        tops = [i for i in range(first) if runs[i].level == 1]
        kept = {i for i in same if first <= i <= last}
        kept |= {i for i in range(first, last) if self._is_text(i) and runs[i].place in beside}
        if tops:
            kept |= {i for i in range(tops[-1], first) if self._is_text(i) and not runs[i].part}
        on = takewhile(lambda i: self._is_text(i) and runs[i].place in beside, range(last + 1, len(runs)))
        kept = {i for i in kept if runs[i].level or not self._links(i, _LINK)} | set(on)
        # an only one is the title; others are the document's
        start = tops[-1] + (len(tops) == 1) if tops else first
        return self._with_headings(kept, start, max(kept, default=first) + 1)

    def whole(self) -> set[int]:
        """All runs but links and furniture."""
        text = {i for i, run in enumerate(self._runs) if not run.level and self._is_clean(i)}
        return self._with_headings(text, 0, len(self._runs))

    def _with_headings(self, kept: set[int], first: int, end: int) -> set[int]:
        """``kept`` and the headings of ``range(first, end)`` that something kept comes right below."""
        found, open_headings = set(kept), list[int]()
        for number in range(first, end):
            level = self._runs[number].level
            if number in kept:
                found.update(open_headings)
                open_headings = []
            elif level and self._runs[number].place not in self._furniture:
                open_headings = [i for i in open_headings if (self._runs[i].level or 0) < level] + [number]
            elif not self._is_clean(number):
                open_headings = []  # it was a heading of links
        return found

    def _is_clean(self, number: int) -> bool:
        return not self._links(number, _LINKS) and self._runs[number].place not in self._furniture

    def _is_text(self, number: int) -> bool:
        """Whether a run that trafilatura leaves out may be content: an item, a cell or a sentence."""
        run = self._runs[number]
        prose = not run.level and run.letters >= _PROSE and bool(_STOP.search(run.text))
        return (run.part or prose) and self._is_clean(number)

    def _links(self, number: int, share: float) -> bool:
        return self._runs[number].linked > share * self._runs[number].letters

    def _beside(self, numbers: Iterable[int]) -> set[Any]:
        """The blocks that stand in one box with the runs ``numbers``, through lists and tables."""
        places = (self._runs[i].place for i in numbers)
        boxes = {place.getparent() for place in places if place is not None}
        found = set()
        for element in self._elements:
            parent = element.getparent()
            if parent in boxes or (parent in found and parent.tag in _PARTS):
                found.add(element)
        return found

    def _find_furniture(self) -> set[Any]:
        """The elements that are, or stand in, what HTML or the page's classes call furniture."""
        letters: Counter[Any] = Counter()
        for run in self._runs:
            letters[run.place] += run.letters
        for element in reversed(self._elements):
            letters[element.getparent()] += letters[element]
        largest = _LARGEST * letters[self._elements[0]]
        found, sections = set(), set()
        for element in self._elements:
            parent = element.getparent()
            if parent in sections or element.tag in ("main", "article", "section"):
                sections.add(element)
            if parent in found or (
                element.tag not in _CONTENT and letters[element] <= largest and _is_named(element, parent in sections)
            ):
                found.add(element)
        return found


def _is_named(element: Any, in_section: bool) -> bool:
    """Whether its tag, role or class says that an element is furniture; a section's header belongs to the section."""
    if element.tag in _LANDMARKS and not (element.tag == "header" and in_section):
        return True
    return _role(element) in _ROLES or bool(_NAMED.search(f"{element.get('class') or ''} {element.get('id') or ''}"))


def _lines(run: Run) -> list[str]:
    return [line for text in run.text.split("\n") if (line := bare(text))]
