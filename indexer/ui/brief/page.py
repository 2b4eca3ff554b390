"""The Brief page: quotes in an order of one's own with headings and own words between, to download as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import streamlit as st

from indexer.exporting.briefs import BRIEF_FORMATS, STALE, export_brief
from indexer.library import Library
from indexer.library.briefs import FIRST, change_brief, check_quotes, find_items, read_briefs, share_brief, write
from indexer.library.rights import Action
from indexer.translation import N_, _
from indexer.types import Brief, BriefItem, CheckedQuote, PlanInfo, QuoteState
from indexer.ui.brief import view as state
from indexer.ui.read.view import ReadView
from indexer.ui.shared import access
from indexer.ui.shared.address import link_to
from indexer.ui.shared.choosing import choose_one
from indexer.ui.shared.downloads import show_download
from indexer.ui.shared.frame import show_errors_later, show_heading
from indexer.ui.shared.keeping import CHOSEN, brief_title, chosen_brief
from indexer.ui.shared.markup import Html, element, link, marked_html, show, show_line
from indexer.wording import counted, file_name, line, place_line

_FILES = {
    "docx": N_("The brief, Word"),
    "md": N_("The brief, Markdown"),
    "ris": N_("References, RIS"),
    "bib": N_("References, BibTeX"),
    "json": N_("References, CSL-JSON"),
}
# The brief as it was before the last change, to put back; and the sentence that says what was done.
_BEFORE, _DONE = "brief-before", "brief-done"


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    library = access.open_library()
    plans = access.list_plans(library)
    view = state.sync()
    show_heading(plans)
    briefs = read_briefs(library.backend)
    shown = next((brief for brief in briefs if brief.name == chosen_brief()), Brief(chosen_brief()))
    items = find_items(briefs, view.words) if view.words else [(shown, item) for item in shown.items]
    checked = check_quotes([item for _, item in items], partial(access.read_plan, library))
    _show_choice(library, briefs, shown, checked, plans)
    _show_done(library)
    if view.words:
        said = _("{items} of all briefs with “{words}”.")
        show_line(said.format(items=counted(len(items), "item"), words=view.words))
    elif not items:
        show_line(_("Nothing is in this brief yet. “Add to brief” stands below every quote and passage."), "none")
    for number, (brief, item) in enumerate(items):
        with st.container(key=f"item-{item.id}"):
            if view.words:
                show_line(_("In “{brief}”").format(brief=brief_title(brief.name)))
            _show_item(library, brief, item, number, checked.get(item.id))
    if not view.words and _may_change(library, shown):
        _show_adding(library, shown)


def _show_choice(
    library: Library,
    briefs: Sequence[Brief],
    shown: Brief,
    checked: Mapping[str, CheckedQuote],
    plans: Sequence[PlanInfo],
) -> None:
    """The brief that is shown, the words to find items by, and what can be done with the whole of it."""
    names = list(dict.fromkeys([*(brief.name for brief in briefs), shown.name]))
    with st.container(key="brief-tools", horizontal=True, vertical_alignment="bottom", gap="small"):
        choose_one(_("Brief"), names, shown.name, state.NAME, state.choose, format_func=brief_title)
        st.text_input(_("Find"), key=state.WORDS, placeholder=_("In quotes, notes, tags"), on_change=state.find)
        with st.popover(_("New"), type="tertiary"):
            st.text_input(_("Name of the new brief"), key=state.NEW)
            st.button(_("Make it"), key="make-brief", on_click=_make, args=(library,))
        if not _may_change(library, shown):
            show_line(_("This brief is shared: editors change it."), "notice")
        with st.popover(_("Rename or delete"), type="tertiary"):
            st.session_state.setdefault(state.RENAMED, shown.name)
            st.text_input(_("New name"), key=state.RENAMED)
            st.button(_("Rename"), key="rename-brief", on_click=_rename, args=(library, shown))
            st.button(_("Delete this brief"), key="delete-brief", on_click=_delete, args=(library, shown))
        if library.person.name and not shown.shared and shown.items and library.person.may(Action.SHARE):
            st.button(_("Share with all"), key="share-brief", type="tertiary", on_click=_share, args=(library, shown))
        with st.popover(_("Download"), type="tertiary"):
            today = date.today()
            for ending, label in _FILES.items():
                data = partial(export_brief, shown, checked, plans, ending, made=today)
                name = file_name(shown.name, today, ending)
                show_download(_(label), data, name, BRIEF_FORMATS[ending], f"take-brief-{ending}")


def _may_change(library: Library, brief: Brief) -> bool:
    return library.person.may(Action.SHARE if brief.shared else Action.KEEP)


def _show_done(library: Library) -> None:
    """What the last click did, with the button that undoes it."""
    if done := st.session_state.get(_DONE):
        with st.container(key="brief-notice", horizontal=True, gap="small", vertical_alignment="center"):
            show(element("p", element("span", done), css="notice", role="status"))
            st.button(_("Undo"), key="undo-brief", on_click=_undo, args=(library,))


def _show_item(library: Library, brief: Brief, item: BriefItem, number: int, checked: CheckedQuote | None) -> None:
    """A quote with its note and tags, own words, or a heading; with the ways to move and to remove it."""
    if item.citation:
        show(*_quote(item, checked))
    if not _may_change(library, brief):
        if item.text:
            show_line(item.text)
        return
    label = _("Note") if item.citation else _("Heading") if item.heading else _("Own words")
    words, tags = f"words-{item.id}", f"tags-{item.id}"
    st.session_state.setdefault(words, item.text)
    edit = partial(_edit, library, brief, item.id)
    box = st.text_input if item.heading else partial(st.text_area, height=80)
    box(label, key=words, on_change=partial(edit, lambda known: replace(known, text=st.session_state[words])))
    with st.container(key=f"moves-{item.id}", horizontal=True, gap="small", vertical_alignment="bottom"):
        if item.citation:
            st.session_state.setdefault(tags, ", ".join(item.tags))
            st.text_input(
                _("Tags"), key=tags, placeholder=_("With commas between"), on_change=partial(edit, _tagged(tags))
            )
        at = brief.items.index(item)
        for name, to in ((N_("To the top"), 0), (N_("Up"), at - 1), (N_("Down"), at + 1)):
            st.button(
                _(name),
                key=f"{name}-{item.id}",
                type="tertiary",
                on_click=_change,
                args=(library, brief, partial(_moved, item.id, to - at), ""),
                disabled=to == at or not 0 <= to < len(brief.items),
            )
        done = _("A quote was removed.") if item.citation else _("A paragraph was removed.")
        args = (library, brief, partial(_without, item.id), done)
        st.button(_("Remove"), key=f"remove-{item.id}", type="tertiary", on_click=_change, args=args)


def _quote(item: BriefItem, checked: CheckedQuote | None) -> Iterable[Html]:
    """The quote as it was taken, where it stands, and what the plan says now if that is something else."""
    assert item.citation is not None
    now = checked.citation if checked else None
    place = now or item.citation
    yield element("blockquote", marked_html(item.citation.quote), css="quote")
    reading = link_to(ReadView(place.plan, (place.start, place.end)))
    where = place_line(place, titled=True)
    yield element("p", link(where, reading) if now else element("span", where), css="crumbs")
    if checked and checked.state in STALE:
        yield element("p", element("span", _(STALE[checked.state]), css="badge"))
        if now:
            yield element("blockquote", marked_html(now.quote), css="quote")
    elif checked and checked.state is QuoteState.MOVED:
        yield element("p", _("It stands in another place of the plan now."), css="aside")


def _show_adding(library: Library, brief: Brief) -> None:
    with st.form("brief-add", clear_on_submit=True, border=False):
        st.text_area(_("Add own words or a heading"), key="brief-words")
        with st.container(key="brief-adding", horizontal=True, gap="small"):
            st.form_submit_button(_("Add words"), key="add-words", on_click=_add, args=(library, brief, False))
            st.form_submit_button(_("Add as a heading"), key="add-heading", on_click=_add, args=(library, brief, True))


def _tagged(key: str) -> Callable[[BriefItem], BriefItem]:
    def change(item: BriefItem) -> BriefItem:
        tags = (line(tag).strip() for tag in st.session_state[key].split(","))
        return replace(item, tags=tuple(dict.fromkeys(filter(None, tags))))

    return change


def _moved(item_id: str, step: int, brief: Brief) -> Brief:
    items = list(brief.items)
    at = next((i for i, item in enumerate(items) if item.id == item_id), None)
    if at is not None and 0 <= at + step < len(items):
        items.insert(at + step, items.pop(at))
    return replace(brief, items=tuple(items))


def _without(item_id: str, brief: Brief) -> Brief:
    return replace(brief, items=tuple(item for item in brief.items if item.id != item_id))


@show_errors_later()
def _change(library: Library, brief: Brief, change: Callable[[Brief], Brief | None], done: str) -> None:
    """Change the brief; with ``done``, a sentence, the change can be undone."""
    change_brief(library.backend, brief.name, change)
    st.session_state.update({_BEFORE: brief if done else None, _DONE: done})


@show_errors_later()
def _edit(library: Library, brief: Brief, item_id: str, change: Callable[[BriefItem], BriefItem]) -> None:
    def changed(known: Brief) -> Brief:
        return replace(known, items=tuple(change(item) if item.id == item_id else item for item in known.items))

    change_brief(library.backend, brief.name, changed)


def _undo(library: Library) -> None:
    """Put the brief back as it was before the last change."""
    before = st.session_state.get(_BEFORE)
    if before:
        _change(library, before, lambda known: before, "")
        state.open_brief(before.name)


def _add(library: Library, brief: Brief, heading: bool) -> None:
    text = st.session_state["brief-words"].strip()
    if text:
        item = write(" ".join(text.split()) if heading else text, heading=heading)
        _change(library, brief, lambda known: replace(known, items=(*known.items, item)), "")


def _make(library: Library) -> None:
    name = " ".join(st.session_state[state.NEW].split())
    if name:
        _change(library, Brief(name), lambda known: known, "")
        state.open_brief(name)
        st.session_state[state.NEW] = ""


@show_errors_later()
def _rename(library: Library, brief: Brief) -> None:
    name = " ".join(st.session_state[state.RENAMED].split())
    if name and name != brief.name:
        change_brief(library.backend, brief.name, lambda known: replace(known, name=name))
        state.open_brief(name)


@show_errors_later()
def _share(library: Library, brief: Brief) -> None:
    shared = share_brief(library.backend, brief.name)
    state.open_brief(shared.name)
    st.session_state.update({_BEFORE: None, _DONE: ""})


def _delete(library: Library, brief: Brief) -> None:
    _change(library, brief, lambda known: None, _("“{brief}” was deleted.").format(brief=brief_title(brief.name)))
    st.session_state[CHOSEN] = FIRST
    state.update(name="", words="")
    st.session_state.pop(state.RENAMED, None)
