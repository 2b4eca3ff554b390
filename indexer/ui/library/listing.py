"""The plans of the library as a table: to find plans, to open them, to choose several."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any

import streamlit as st

from indexer.library import Library
from indexer.library.rights import Action
from indexer.messages import translated
from indexer.translation import N_, _, ngettext
from indexer.types import Facet, PlanInfo
from indexer.ui.library import view as state
from indexer.ui.library.bulk import show_bulk_edit
from indexer.ui.library.plan import language_name, remove, show_plan
from indexer.ui.library.view import LibraryView
from indexer.ui.shared.facets import filter_plans, show_filter, show_none_left, value_name
from indexer.ui.shared.markup import Html, element, plain, show, show_line
from indexer.wording import counted

#: Plans listed at first, and further ones a click; each is three elements of the page.
_LISTED = 40
_SHOWN = "plans-shown"
#: Ids of the plans that are ticked, by the session: Streamlit forgets the ticks of rows that are not drawn.
_PICKS = "plans-picked"
_COLUMNS = (N_("Region or issuer"), N_("Date"), N_("Language"), N_("Pages"), N_("Passages"), N_("Words"))
_ORDERS: dict[str, Callable[[PlanInfo], Any]] = {
    N_("Title"): lambda info: info.title.casefold(),
    N_("Region or issuer"): lambda info: (not info.metadata.issuer, info.metadata.issuer.casefold()),
    N_("Newest first"): lambda info: tuple(-ord(c) for c in info.metadata.date) or (1,),
    N_("Longest first"): lambda info: -info.words,
    N_("With warnings first"): lambda info: not info.warnings,
}


def show_list(library: Library, plans: Sequence[PlanInfo], view: LibraryView, show_state: Callable[[], None]) -> None:
    """The tools, then one row a plan, and the open one's panel, which begins with what ``show_state`` shows."""
    within = filter_plans(library, plans, view.filter)
    order = _show_tools(library, plans, view, len(within))
    holding = [info for info in within if _contains(info, view.words)]
    found = sorted(holding, key=lambda info: (_ORDERS[order](info), info.id))
    edits = library.person.may(Action.EDIT)
    if edits:
        _show_picked(library, plans, found)
    shown = found[: st.session_state.setdefault(_SHOWN, _LISTED)]
    opened = next((info for info in plans if info.id == view.plan), None)
    if opened and opened not in shown:
        shown.insert(0, opened)
    if not within:
        show_none_left(view.filter, state.refilter)
    elif not found:
        said = _("No plan's title, region, tags or file name contains “{words}”.")
        show_line(said.format(words=view.words), "none")
    with st.container(key=f"plans-{'and-panel' if opened else 'alone'}"):
        with st.container(key="plan-list", gap=None):
            if shown:
                heads = element("span", *(element("span", _(name)) for name in _COLUMNS), css="columns")
                show(element("p", element("span", _("Plan"), css="name"), heads, css="plan-heads"))
            for info in shown:
                _show_row(info, is_open=info == opened, picks=edits)
        if opened:
            with st.container(key="opened-plan", gap="small"):
                show_state()
                show_plan(library, opened, view)
    if len(found) > len(shown):
        label = _("Show more of {plans}").format(plans=counted(len(found), "plan"))
        st.button(label, key="more-plans", on_click=_show_more)


def _show_tools(library: Library, plans: Sequence[PlanInfo], view: LibraryView, left: int) -> str:
    """Where plans are found, filtered and ordered; the order."""
    with st.container(key="plan-tools", horizontal=True, gap="medium", vertical_alignment="bottom"):
        among = _("Among {plans}").format(plans=counted(len(plans), "plan"))
        st.text_input(_("Find"), key=state.FIND, placeholder=among, on_change=state.find)
        show_filter(library, plans, view.filter, left, state.refilter)
        return st.selectbox(_("Order"), list(_ORDERS), format_func=_, key=state.ORDER)


def _contains(info: PlanInfo, words: str) -> bool:
    known = info.metadata
    about = (known.issuer, known.date, known.place, known.type, known.status, *known.tags)
    text = " ".join([info.title, info.id, PurePath(info.source).name, *about]).casefold()
    return all(word in text for word in words.casefold().split())


def _show_picked(library: Library, plans: Sequence[PlanInfo], found: Sequence[PlanInfo]) -> None:
    """What can be done with the plans that are ticked, listed now or not; and how to tick all those ``found``."""
    _keep_picks(plans)
    picked = [info.id for info in plans if info.id in st.session_state[_PICKS]]
    with st.container(key="picked-plans", horizontal=True, gap="small", vertical_alignment="center"):
        if len(found) > 1 and {info.id for info in found} - set(picked):
            label = _("Pick all {count}").format(count=f"{len(found):,}")
            st.button(label, key="pick-all", type="tertiary", on_click=_pick_all, args=(found,))
        if picked:
            show_bulk_edit(library, picked)
            label = _("Remove {plans}").format(plans=counted(len(picked), "plan"))
            st.button(label, key="remove-picked", on_click=_remove, args=(library, picked))
            st.button(_("Clear selection"), key="pick-none", type="tertiary", on_click=_keep_picks, args=([],))


def _show_row(info: PlanInfo, *, is_open: bool, picks: bool) -> None:
    with st.container(key=f"plan-row-{'open-' if is_open else ''}{info.sha256[:12]}-{info.id}", gap="xsmall"):
        if picks:
            key = _pick_key(info.id)
            st.session_state[key] = info.id in st.session_state[_PICKS]
            label = _spoken(_("Pick {plan}").format(plan=info.title))
            st.checkbox(label, key=key, label_visibility="collapsed", on_change=_pick, args=(info.id,))
        st.button(plain(info.title), key=f"plan-{info.id}", type="tertiary", on_click=state.open_plan, args=(info.id,))
        show(_cells(info))
        if badges := _badges(info):
            show(*badges)


def _spoken(label: str) -> str:
    """A label that is heard and not seen: words alone, as escapes of Markdown would be read out."""
    return " ".join(re.findall(r"[^\W_]+", label))


def _cells(info: PlanInfo) -> Html:
    """The columns; each figure with its noun, which only a narrow screen shows and a screen reader says."""
    known = info.metadata
    figures = [
        (info.pages, ngettext("page", "pages", info.pages or 0)),
        (info.passages, ngettext("passage", "passages", info.passages)),
        (info.words, ngettext("word", "words", info.words)),
    ]
    texts = [
        element("span", text) if text else element("span", _("not given"), css="unknown")
        for text in (known.issuer or known.place, known.date, language_name(known.language))
    ]
    counts = [
        element("span", element("span", f"{n:,}"), element("span", f" {noun}", css="unit"))
        if n is not None
        else element("span", "")
        for n, noun in figures
    ]
    return element("p", *texts, *counts, css="cells")


def _badges(info: PlanInfo) -> list[Html]:
    known = info.metadata
    marks = [_("Machine translation")] if known.machine_translated else []
    status = value_name(Facet.STATUS, known.status)
    marks += [status[:1].upper() + status[1:]] if status else []
    marks += known.tags
    marks += [_("Title from the file's name")] if known.found.title == "file name" else []
    # what to do about a warning is said where the plan is opened
    wrong = [translated(text).partition(_("; "))[0] for text in info.warnings]
    marks += [text[:1].upper() + text[1:] for text in wrong]
    return [element("p", *(element("span", mark, css="badge") for mark in marks), css="badges")] if marks else []


def _pick_key(plan: str) -> str:
    return f"pick-{plan}"


def _pick(plan: str) -> None:
    """Keep whether the box of ``plan`` is ticked."""
    picks: set[str] = st.session_state[_PICKS]
    keep = picks.add if st.session_state[_pick_key(plan)] else picks.discard
    keep(plan)


def _pick_all(plans: Sequence[PlanInfo]) -> None:
    st.session_state[_PICKS] |= {info.id for info in plans}


def _keep_picks(plans: Sequence[PlanInfo]) -> None:
    """Forget the ticks of all plans but these."""
    st.session_state[_PICKS] = st.session_state.get(_PICKS, set()) & {info.id for info in plans}


@state.guarded
def _remove(library: Library, picked: Sequence[str]) -> None:
    """Remove what is ticked, and the ticks: an empty list would not clear them before an undo."""
    remove(library, picked)
    _keep_picks(library.plans())


def _show_more() -> None:
    st.session_state[_SHOWN] += _LISTED
