"""Briefs: quotes kept in an order of one's own, in the library's folder, and found again in plans that have changed.

A file of its own, as recent questions have: a brief takes no lock of the plans' and needs no change of the database.
A quote is an anchor in the sense of the W3C's Web Annotation Data Model (2017): offsets, the text itself, and the
text before and after it. Where the offsets fail the text is looked for, then the sentence most like it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from rapidfuzz import fuzz, process

from indexer.errors import LibraryError, UnknownPlanError
from indexer.language.sentences import fold_space, split_sentences
from indexer.library.json_files import read_json_file, write_json_file
from indexer.library.people import own_folder
from indexer.library.rights import Action
from indexer.reading.outline import section_at, section_path
from indexer.storage import Backend
from indexer.storage.disk import write_lock
from indexer.types import Brief, BriefItem, CheckedQuote, Citation, Plan, QuoteState, page_at

FILE = "briefs.json"
#: The brief that quotes go to until another is named.
FIRST = "Brief"
#: Characters kept from each side of a quote.
_CONTEXT = 40
#: Likeness (0 to 100) from which a sentence is taken for a quote's new wording.
ALIKE = 60.0
#: Seconds to wait for another writer.
_WAIT = 10.0


def read_briefs(backend: Backend) -> list[Brief]:
    """All briefs, in the order in which they were made. Raises LibraryError when their file cannot be read.

    Where people sign in: one's own, then those that are shared, except where they quote a plan that is kept back.
    """
    own = _read(briefs_file(backend))
    return [*own, *_visible_shared(backend)] if backend.owner else own


def _visible_shared(backend: Backend) -> list[Brief]:
    shared = _read(briefs_file(backend.whole))
    return [replace(brief, shared=True) for brief in shared if not any(map(partial(_concealed, backend), brief.items))]


def _concealed(backend: Backend, item: BriefItem) -> bool:
    return item.citation is not None and backend.conceals(item.citation.plan)


def _read(file: Path) -> list[Brief]:
    return read_json_file(file, list[Brief]) or []


def change_brief(backend: Backend, name: str, change: Callable[[Brief], Brief | None]) -> Brief | None:
    """Put ``change`` of a brief in its place; None deletes it. What others write meanwhile is kept.

    Raises LibraryError, LibraryBusyError, and RightsError for one that is shared and not the person's to change.
    """
    with write_lock(backend.folder, _WAIT):
        known = {brief.name: brief for brief in reversed(read_briefs(backend))}
        brief = known.get(name, Brief(name))
        backend.require(Action.SHARE if brief.shared else Action.KEEP)
        changed = change(brief)
        if changed and changed.name != name and changed.name in known:
            raise LibraryError(f"There is a brief named “{changed.name}” already. Choose another name.")
        _put(briefs_file(backend.whole if brief.shared else backend), name, changed)
    return changed


def share_brief(backend: Backend, name: str) -> Brief:
    """Make one's own brief one of all, named with its owner; the shared one.

    Raises LibraryError where there is no such brief or one is shared under that name; RightsError.
    """
    backend.require(Action.SHARE)
    with write_lock(backend.folder, _WAIT):
        own = next((brief for brief in _read(briefs_file(backend)) if brief.name == name), None)
        if own is None or not backend.owner:
            raise LibraryError(f"You have no brief named “{name}” to share.")
        shared = replace(own, name=f"{name} ({backend.owner})")
        if any(brief.name == shared.name for brief in _read(briefs_file(backend.whole))):
            raise LibraryError(f"“{shared.name}” is shared already. Give the brief another name.")
        _put(briefs_file(backend.whole), shared.name, shared)
        _put(briefs_file(backend), name, None)
    return replace(shared, shared=True)


def _put(file: Path, name: str, changed: Brief | None) -> None:
    """Write ``changed`` in the place of the brief of that name, or at the end; None takes it out."""
    briefs = _read(file)
    at = next((i for i, brief in enumerate(briefs) if brief.name == name), len(briefs))
    briefs[at : at + 1] = [replace(changed, shared=False)] if changed else []
    write_json_file(file, briefs)


def add_items(brief: Brief, items: Iterable[BriefItem]) -> Brief:
    """``brief`` with ``items`` at its end, without quotes that it has."""
    held = {(item.citation.plan, item.citation.start, item.citation.end) for item in brief.items if item.citation}
    new = [
        item
        for item in items
        if not item.citation or (item.citation.plan, item.citation.start, item.citation.end) not in held
    ]
    return replace(brief, items=(*brief.items, *new))


def briefs_file(backend: Backend) -> Path:
    """The file that holds the briefs of who works; of the whole library, those of all."""
    return own_folder(backend) / FILE


def write(text: str, *, heading: bool = False) -> BriefItem:
    """A paragraph of own words, or a heading."""
    return BriefItem(_new_id(), text, heading)


def take(plan: Plan, start: int, end: int, *, note: str = "", tags: Sequence[str] = ()) -> BriefItem:
    """The quote ``plan.text[start:end]``. Raises LibraryError for a span that is not in the text."""
    if not 0 <= start < end <= len(plan.text):
        raise LibraryError(f"“{plan.title}” has no characters {start} to {end}. Take a quote from its text.")
    before, after = plan.text[max(0, start - _CONTEXT) : start], plan.text[end : end + _CONTEXT]
    return BriefItem(_new_id(), note, False, _cited(plan, start, end), before, after, tuple(tags))


def check_quotes(items: Iterable[BriefItem], plan: Callable[[str], Plan]) -> dict[str, CheckedQuote]:
    """What became of each quote among ``items``, by the item's id.

    ``plan`` reads a plan, or raises UnknownPlanError.
    """
    by_plan: dict[str, list[BriefItem]] = {}
    for item in items:
        if item.citation:
            by_plan.setdefault(item.citation.plan, []).append(item)
    found: dict[str, CheckedQuote] = {}
    for plan_id, quotes in by_plan.items():
        try:
            now = plan(plan_id)
        except UnknownPlanError:
            found |= {item.id: CheckedQuote(QuoteState.GONE) for item in quotes}
            continue
        found |= {item.id: _check_quote(item, now) for item in quotes}
    return found


def find_items(briefs: Iterable[Brief], words: str) -> list[tuple[Brief, BriefItem]]:
    """Items that hold every one of ``words`` in quote, note, tags, or the plan's title, in any case."""
    wanted = words.casefold().split()
    found = []
    for brief in briefs:
        for item in brief.items:
            quoted = (item.citation.quote, item.citation.title) if item.citation else ()
            text = " ".join([item.text, *item.tags, *quoted]).casefold()
            if all(word in text for word in wanted):
                found.append((brief, item))
    return found


def _check_quote(item: BriefItem, plan: Plan) -> CheckedQuote:
    taken = item.citation
    assert taken is not None
    if plan.text[taken.start : taken.end] == taken.quote:
        return CheckedQuote(QuoteState.SAME, _cited(plan, taken.start, taken.end))
    places = _occurrences(plan.text, taken.quote)
    if places:
        start = max(places, key=lambda place: (_agreement(item, plan.text, place), -abs(place - taken.start)))
        return CheckedQuote(QuoteState.MOVED, _cited(plan, start, start + len(taken.quote)))
    spans = split_sentences(plan.text)
    folded = [fold_space(plan.text[start:end]) for start, end in spans]
    quote = fold_space(taken.quote)
    if quote in folded:  # the same words, broken into lines elsewhere
        start, end = spans[folded.index(quote)]
        return CheckedQuote(QuoteState.MOVED, _cited(plan, start, end))
    nearest = process.extractOne(quote, folded, scorer=fuzz.ratio, score_cutoff=ALIKE)
    if nearest is None:
        return CheckedQuote(QuoteState.GONE)
    return CheckedQuote(QuoteState.CHANGED, _cited(plan, *spans[nearest[2]]))


def _occurrences(text: str, quote: str) -> list[int]:
    found = []
    at = text.find(quote)
    while at >= 0:
        found.append(at)
        at = text.find(quote, at + 1)
    return found


def _agreement(item: BriefItem, text: str, start: int) -> float:
    """How like the text around ``start`` is to that around the quote when it was taken, from 0 to 200."""
    end = start + len(item.citation.quote if item.citation else "")
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    return fuzz.ratio(before, item.before) + fuzz.ratio(after, item.after)


def _cited(plan: Plan, start: int, end: int) -> Citation:
    section = section_path(plan.sections, section_at(plan.sections, start))
    return Citation(1, plan.id, plan.title, section, page_at(plan.pages, start), start, end, plan.text[start:end])


def _new_id() -> str:
    return uuid.uuid4().hex[:12]
